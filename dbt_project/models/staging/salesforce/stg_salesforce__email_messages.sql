with

source as (

    select * from {{ source('salesforce', 'email_message') }}

),

renamed as (

    select
        id as email_message_id,
        related_to_id,
        who_id,
        activity_id,
        incoming as is_incoming,
        cast(message_date as timestamp) as message_at,
        {{ trimmed('subject') }} as subject,
        {{ trimmed('status') }} as status,
        created_by_id,
        cast(created_date as timestamp) as created_at

    from source

    where not coalesce(is_deleted, false)

)

select * from renamed
