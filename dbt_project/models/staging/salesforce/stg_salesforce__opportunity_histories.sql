with

source as (

    select * from {{ source('salesforce', 'opportunity_history') }}

),

renamed as (

    select
        id as history_id,
        opportunity_id,
        {{ trimmed('stage_name') }} as stage,
        amount,
        probability,
        close_date,
        created_by_id,
        cast(created_date as timestamp) as created_at

    from source

    where not coalesce(is_deleted, false)

)

select * from renamed
