with

leads as (

    select * from {{ ref('int_leads') }}

),

status_changes as (

    select * from {{ ref('int_lead_status_changes') }}

    where has_happened

),

campaign_members as (

    select * from {{ ref('stg_salesforce__campaign_members') }}

    where {{ exists_as_of('created_at') }}

),

survivors as (

    select * from {{ ref('int_lead_survivors') }}

),

reps as (

    select * from {{ ref('int_reps') }}

),

creations as (

    select
        leads.lead_id,
        leads.created_at as signal_at,
        'created' as signal_type,
        false as is_only_a_date,
        case
            when reps.rep_id is not null then 'rep_created'
            when not leads.is_inbound then 'not_inbound'
        end as exclusion_reason

    from leads

    left join reps on leads.created_by_id = reps.rep_id

),

qualifications as (

    select
        status_changes.lead_id,
        status_changes.changed_at as signal_at,
        'qualified' as signal_type,
        false as is_only_a_date,
        cast(null as {{ dbt.type_string() }}) as exclusion_reason

    from status_changes

    left join reps on status_changes.created_by_id = reps.rep_id

    where
        status_changes.new_class = 'qualified'
        and status_changes.class_before != 'qualified'
        and reps.rep_id is null

),

-- A member that stands for a merged lead is the survivor's.
responses as (

    select
        leads.lead_id,
        coalesce(
            campaign_members.first_responded_at,
            {{ instant_of_date(
                'campaign_members.first_responded_on',
                'greatest(leads.created_at, campaign_members.created_at)'
            ) }}
        ) as signal_at,
        'campaign_response' as signal_type,
        campaign_members.first_responded_at is null as is_only_a_date,
        cast(null as {{ dbt.type_string() }}) as exclusion_reason

    from campaign_members

    inner join survivors on campaign_members.lead_id = survivors.lead_id

    inner join leads on survivors.survivor_id = leads.lead_id

),

signals as (

    select
        *,
        1 as type_order
    from creations

    union all

    select
        *,
        2 as type_order
    from qualifications

    union all

    select
        *,
        3 as type_order
    from responses

),

-- Of signals at one instant one stays, and an excluded one goes first.
numbered as (

    select
        *,
        row_number() over (
            partition by lead_id, signal_at
            order by
                case when exclusion_reason is null then 0 else 1 end, type_order, is_only_a_date
        ) as number_at_instant

    from signals

    where signal_at <= {{ as_of() }}

),

final as (

    select
        lead_id,
        signal_at,
        signal_type,
        is_only_a_date,
        exclusion_reason

    from numbered

    where number_at_instant = 1

)

select * from final
