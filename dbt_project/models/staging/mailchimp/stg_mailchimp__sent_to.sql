with

source as (

    select * from {{ source('mailchimp', 'sent_to') }}

),

renamed as (

    select
        campaign_id,
        email_id,
        {{ trimmed('email_address') }} as email_address,
        {{ trimmed('status') }} as status

    from source

)

select * from renamed
