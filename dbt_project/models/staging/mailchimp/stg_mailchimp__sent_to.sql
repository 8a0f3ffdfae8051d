with

source as (

    select * from {{ source('mailchimp', 'sent_to') }}

),

renamed as (

    select
        campaign_id,
        email_id,
        nullif(trim(email_address), '') as email_address,
        nullif(trim(status), '') as status

    from source

)

select * from renamed
