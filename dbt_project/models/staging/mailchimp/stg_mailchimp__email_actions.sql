with

source as (

    select * from {{ source('mailchimp', 'email_activity_actions') }}

),

renamed as (

    select
        campaign_id,
        email_id,
        {{ trimmed('email_address') }} as email_address,
        {{ trimmed('action') }} as action,
        cast(timestamp as timestamp) as acted_at,
        {{ trimmed('url') }} as url,
        {{ trimmed('type') }} as action_type

    from source

)

select * from renamed
