with

source as (

    select * from {{ source('mailchimp', 'members') }}

),

renamed as (

    select
        list_id,
        id as member_id,
        {{ trimmed('email_address') }} as email_address,
        {{ trimmed('status') }} as status,
        cast(last_changed as timestamp) as last_changed_at

    from source

)

select * from renamed
