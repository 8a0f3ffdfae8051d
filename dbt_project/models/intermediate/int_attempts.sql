with

tasks as (

    {{ tasks_of_their_own() }}

),

events as (

    select * from {{ ref('stg_salesforce__events') }}

    where {{ exists_as_of('created_at') }}

),

email_messages as (

    select * from {{ ref('stg_salesforce__email_messages') }}

    where {{ exists_as_of('created_at') }} and {{ exists_as_of('message_at') }}

),

connected_dispositions as (

    select distinct {{ trimmed('disposition') }} as disposition
    from {{ ref('connected_dispositions') }}

),

reps as (

    select * from {{ ref('int_reps') }}

),

outreach as (

    select
        tasks.task_id as attempt_id,
        'Task' as object,
        case
            when tasks.task_subtype in ('Call', 'Email') then tasks.task_subtype
            when
                coalesce(tasks.task_subtype, 'Task') = 'Task'
                and tasks.task_type in ('Call', 'Email')
                then tasks.task_type
        end as channel,
        tasks.who_id,
        tasks.what_id,
        tasks.created_by_id,
        tasks.owner_id,
        tasks.done_at as attempted_at,
        tasks.created_at,
        case
            when tasks.call_disposition is not null
                then connected_dispositions.disposition is not null
            else coalesce(tasks.call_seconds >= 60, false)
        end as is_connected
    from tasks
    left join connected_dispositions
        on tasks.call_disposition = connected_dispositions.disposition

    union all

    select
        event_id as attempt_id,
        'Event' as object,
        'Event' as channel,
        who_id,
        what_id,
        created_by_id,
        owner_id,
        started_at as attempted_at,
        created_at,
        true as is_connected
    from events
    where not coalesce(is_child, false)

    union all

    select
        email_message_id as attempt_id,
        'EmailMessage' as object,
        'Email' as channel,
        who_id,
        related_to_id as what_id,
        created_by_id,
        cast(null as {{ dbt.type_string() }}) as owner_id,
        message_at as attempted_at,
        created_at,
        false as is_connected
    from email_messages
    where not is_incoming and coalesce(status not in ('5', 'Draft'), true)

),

final as (

    select
        outreach.attempt_id,
        outreach.object,
        outreach.channel,
        outreach.who_id,
        outreach.what_id,
        coalesce(creators.rep_id, owners.rep_id) as rep_id,
        outreach.attempted_at,
        outreach.created_at,
        outreach.channel in ('Call', 'Event') and outreach.is_connected as is_two_way

    from outreach

    left join reps as creators on outreach.created_by_id = creators.rep_id

    left join reps as owners on outreach.owner_id = owners.rep_id

    where
        outreach.channel is not null
        and outreach.attempted_at <= {{ as_of() }}
        and coalesce(creators.rep_id, owners.rep_id) is not null

)

select * from final
