with

source as (

    select * from {{ source('salesforce', 'account_history') }}

),

renamed as (

    select
        id as history_id,
        account_id,
        {{ trimmed('field') }} as field,
        old_value,
        new_value,
        created_by_id,
        cast(created_date as timestamp) as created_at

    from source

    where not coalesce(is_deleted, false)

)

select * from renamed
