with

campaigns as (

    select * from {{ ref('stg_mailchimp__campaigns') }}

),

sent_to as (

    select * from {{ ref('stg_mailchimp__sent_to') }}

),

reactivation_campaigns as (

    select * from campaigns

    where
        status = 'sent'
        and sent_at <= {{ as_of() }}
        and {{ matches('title', var('reactivation_campaign_pattern')) }}

),

final as (

    select
        sent_to.campaign_id,
        {{ email_key('sent_to.email_address') }} as email,
        reactivation_campaigns.sent_at,
        max(case when sent_to.status = 'sent' then 1 else 0 end) = 1 as is_delivered

    from sent_to

    inner join reactivation_campaigns on sent_to.campaign_id = reactivation_campaigns.campaign_id

    where {{ email_key('sent_to.email_address') }} is not null

    group by 1, 2, 3

)

select * from final
