with

source as (

    select * from {{ source('mailchimp', 'email_activity') }}

),

renamed as (

    select
        campaign_id,
        email_id,
        {{ trimmed('email_address') }} as email_address

    from source

)

select * from renamed
