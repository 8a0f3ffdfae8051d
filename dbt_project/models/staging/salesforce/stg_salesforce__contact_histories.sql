with

source as (

    select * from {{ source('salesforce', 'contact_history') }}

),

renamed as (

    select
        id as history_id,
        contact_id,
        {{ trimmed('field') }} as field,
        old_value,
        new_value,
        created_by_id,
        cast(created_date as timestamp) as created_at

    from source

    where not coalesce(is_deleted, false)

)

select * from renamed
