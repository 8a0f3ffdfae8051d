with

source as (

    select * from {{ source('salesforce', 'event') }}

),

renamed as (

    select
        id as event_id,
        who_id,
        what_id,
        owner_id,
        created_by_id,
        cast(created_date as timestamp) as created_at,
        {{ trimmed('subject') }} as subject,
        {{ trimmed('type') }} as event_type,
        cast(start_date_time as timestamp) as started_at,
        cast(end_date_time as timestamp) as ended_at,
        is_child

    from source

    where not coalesce(is_deleted, false)

)

select * from renamed
