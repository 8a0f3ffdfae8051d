with

source as (

    select * from {{ source('salesforce', 'task') }}

),

renamed as (

    select
        id as task_id,
        who_id,
        what_id,
        owner_id,
        created_by_id,
        cast(created_date as timestamp) as created_at,
        {{ trimmed('subject') }} as subject,
        {{ trimmed('type') }} as task_type,
        {{ trimmed('task_subtype') }} as task_subtype,
        {{ trimmed('status') }} as status,
        is_closed,
        activity_date,
        cast(completed_date_time as timestamp) as completed_at,
        {{ trimmed('call_disposition') }} as call_disposition,
        call_duration_in_seconds as call_seconds

    from source

    where not coalesce(is_deleted, false)

)

select * from renamed
