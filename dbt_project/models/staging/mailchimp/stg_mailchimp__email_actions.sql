with

source as (

    select * from {{ source('mailchimp', 'email_activity_actions') }}

),

renamed as (

    select
        campaign_id,
        email_id,
        nullif(trim(email_address), '') as email_address,
        nullif(trim(action), '') as action,
        cast(timestamp as timestamp) as acted_at,
        nullif(trim(url), '') as url,
        nullif(trim(type), '') as action_type

    from source

)

select * from renamed
