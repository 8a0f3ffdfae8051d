with

leads as (

    select * from {{ ref('int_leads') }}

),

status_changes as (

    select * from {{ ref('int_lead_status_changes') }}

    where has_happened

),

-- Every instant from which on a lead is seen as qualified. What it was before its first change it
-- was from its creation on, and so was one without changes.
instants as (

    select
        lead_id,
        changed_at as qualified_at
    from status_changes
    where new_class = 'qualified'

    union all

    select
        leads.lead_id,
        least(
            coalesce(leads.created_at, status_changes.changed_at), status_changes.changed_at
        ) as qualified_at
    from leads
    inner join status_changes
        on leads.lead_id = status_changes.lead_id and status_changes.number_in_time = 1
    where status_changes.class_before = 'qualified'

    union all

    select
        leads.lead_id,
        leads.created_at as qualified_at
    from leads
    left join status_changes on leads.lead_id = status_changes.lead_id
    where
        status_changes.lead_id is null
        and leads.status_class = 'qualified'
        and not leads.is_converted

    union all

    select
        lead_id,
        converted_at as qualified_at
    from leads
    where is_converted

),

final as (

    select
        lead_id,
        min(qualified_at) as first_qualified_at

    from instants

    group by 1

)

select * from final
