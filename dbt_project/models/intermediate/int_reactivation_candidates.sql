with

loss_episodes as (

    select * from {{ ref('int_loss_episodes') }}

    where outcome = 'pending'

),

prospect_emails as (

    select * from {{ ref('int_prospect_emails') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

sales_cycles as (

    select * from {{ ref('int_sales_cycles') }}

),

accounts as (

    select * from {{ ref('stg_salesforce__accounts') }}

    where {{ exists_as_of('created_at') }}

),

members as (

    select distinct {{ email_key('email_address') }} as email

    from {{ ref('stg_mailchimp__members') }}

    where lower(status) in ('unsubscribed', 'cleaned')

),

campaigns as (

    select * from {{ ref('stg_mailchimp__campaigns') }}

    where
        status = 'sent'
        and sent_at <= {{ as_of() }}
        and sent_at >= {{ days_after(as_of(), -14) }}

),

written_to as (

    select distinct {{ email_key('sent_to.email_address') }} as email

    from {{ ref('stg_mailchimp__sent_to') }} as sent_to

    inner join campaigns on sent_to.campaign_id = campaigns.campaign_id

),

amount_bands as (

    select
        label,
        "from" as from_amount,
        lead("from") over (order by "from", label) as until_amount

    from {{ ref('amount_bands') }}

    where "from" is not null

),

first_emails as (

    select
        prospect_id,
        email,
        row_number() over (partition by prospect_id order by email_number) as email_place

    from prospect_emails

),

pending as (

    select
        loss_episodes.prospect_id,
        loss_episodes.lost_at,
        first_emails.email,
        loss_episodes.lost_from,
        loss_episodes.lost_reason,
        coalesce(leads.industry, accounts.industry) as industry,
        case when loss_episodes.object = 'Lead' then leads.channel else sales_cycles.channel end
            as channel,
        case when loss_episodes.object = 'Opportunity' then sales_cycles.amount end as amount,
        loss_episodes.flagged_by_rep_id,
        case
            when loss_episodes.flagged_at is null then 'not flagged'
            when first_emails.email is null then 'no e-mail address'
            when members.email is not null then 'unsubscribed or cleaned'
            when leads.has_opted_out_of_email then 'opted out of e-mail'
            when written_to.email is not null then 'written to in the last 14 days'
        end as stopped_because

    from loss_episodes

    left join first_emails
        on
            loss_episodes.prospect_id = first_emails.prospect_id
            and first_emails.email_place = 1

    left join leads on loss_episodes.lead_id = leads.lead_id

    left join sales_cycles on loss_episodes.opportunity_id = sales_cycles.opportunity_id

    left join accounts on loss_episodes.lost_account_id = accounts.account_id

    left join members on first_emails.email = members.email

    left join written_to on first_emails.email = written_to.email

),

-- Nobody gets the same mail twice: of one address the prospect lost last.
numbered as (

    select
        *,
        row_number() over (
            partition by email, stopped_because is null order by lost_at desc, prospect_id desc
        ) as number_of_email

    from pending

),

final as (

    select
        numbered.prospect_id,
        numbered.lost_at,
        numbered.email,
        numbered.lost_from,
        numbered.lost_reason,
        numbered.industry,
        numbered.channel,
        amount_bands.label as amount_band,
        numbered.flagged_by_rep_id,
        case
            when numbered.stopped_because is not null then numbered.stopped_because
            when numbered.number_of_email > 1 then 'same e-mail as a prospect lost later'
        end as left_out_because

    from numbered

    left join amount_bands
        on
            numbered.amount >= amount_bands.from_amount
            and (
                numbered.amount < amount_bands.until_amount or amount_bands.until_amount is null
            )

)

select * from final
