with

tasks as (

    {{ tasks_of_their_own() }}

),

events as (

    select * from {{ ref('stg_salesforce__events') }}

    where {{ exists_as_of('created_at') }}

),

reps as (

    select * from {{ ref('int_reps') }}

),

check_ins as (

    select
        task_id as check_in_id,
        who_id,
        what_id,
        owner_id,
        created_by_id,
        done_at as checked_in_at
    from tasks
    where task_type in {{ values_of('check_in_activity_types') }}

    union all

    select
        event_id as check_in_id,
        who_id,
        what_id,
        owner_id,
        created_by_id,
        started_at as checked_in_at
    from events
    where
        not coalesce(is_child, false)
        and event_type in {{ values_of('check_in_activity_types') }}

),

final as (

    select
        check_ins.check_in_id,
        check_ins.who_id,
        check_ins.what_id,
        coalesce(creators.rep_id, owners.rep_id) as rep_id,
        check_ins.checked_in_at

    from check_ins

    left join reps as creators on check_ins.created_by_id = creators.rep_id

    left join reps as owners on check_ins.owner_id = owners.rep_id

    where
        check_ins.checked_in_at <= {{ as_of() }}
        and coalesce(creators.rep_id, owners.rep_id) is not null

)

select * from final
