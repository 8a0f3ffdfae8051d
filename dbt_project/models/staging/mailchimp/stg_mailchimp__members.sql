with

source as (

    select * from {{ source('mailchimp', 'members') }}

),

renamed as (

    select
        list_id,
        id as member_id,
        nullif(trim(email_address), '') as email_address,
        nullif(trim(status), '') as status,
        cast(last_changed as timestamp) as last_changed_at

    from source

)

select * from renamed
