with

source as (

    select * from {{ source('badger', 'check_ins') }}

),

renamed as (

    select
        check_in_id,
        customer_id,
        crm_id as crm_record_id,
        nullif(trim(customer), '') as customer_name,
        cast(log_datetime as timestamp) as checked_in_local_at,
        nullif(trim(type), '') as check_in_type,
        nullif(trim(comments), '') as comments,
        nullif(trim(created_by), '') as rep_name

    from source

)

select * from renamed
