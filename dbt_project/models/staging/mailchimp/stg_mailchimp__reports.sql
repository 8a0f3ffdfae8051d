with

source as (

    select * from {{ source('mailchimp', 'reports') }}

),

renamed as (

    select
        id as campaign_id,
        emails_sent,
        unsubscribed,
        bounces_hard_bounces as hard_bounces,
        bounces_soft_bounces as soft_bounces,
        opens_opens_total as opens,
        opens_unique_opens as unique_opens,
        opens_proxy_excluded_opens as proxy_excluded_opens,
        opens_proxy_excluded_unique_opens as proxy_excluded_unique_opens,
        clicks_unique_clicks as unique_clicks

    from source

)

select * from renamed
