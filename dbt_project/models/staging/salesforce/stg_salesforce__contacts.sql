with

source as (

    select * from {{ source('salesforce', 'contact') }}

),

renamed as (

    select
        id as contact_id,
        account_id,
        {{ trimmed('name') }} as contact_name,
        {{ trimmed('email') }} as email,
        {{ trimmed('phone') }} as phone,
        {{ trimmed('title') }} as title,
        owner_id as current_owner_id,
        cast(created_date as timestamp) as created_at,
        cast(last_modified_date as timestamp) as last_modified_at

    from source

    where not coalesce(is_deleted, false)

)

select * from renamed
