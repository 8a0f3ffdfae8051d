with

source as (

    select * from {{ source('badger', 'check_ins') }}

),

renamed as (

    select
        check_in_id,
        customer_id,
        crm_id as crm_record_id,
        {{ trimmed('customer') }} as customer_name,
        cast(log_datetime as timestamp) as checked_in_local_at,
        {{ trimmed('type') }} as check_in_type,
        {{ trimmed('comments') }} as comments,
        {{ trimmed('created_by') }} as rep_name

    from source

)

select * from renamed
