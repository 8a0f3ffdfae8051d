with

lead_signals as (

    select * from {{ ref('int_lead_signals') }}

),

lead_attempts as (

    select * from {{ ref('int_lead_attempts') }}

),

reps as (

    select * from {{ ref('int_reps') }}

),

signal_instants as (

    select
        lead_id,
        signal_at as at
    from lead_signals

),

attempt_instants as (

    select
        lead_id,
        attempted_at as at,
        attempt_number as event_number
    from lead_attempts

),

next_attempts as (

    {{ first_at_or_after('signal_instants', 'attempt_instants', ['lead_id']) }}

),

-- Signals that wait for the same attempt, or for none, are one cycle; an excluded one is alone.
signals_in_cycles as (

    select
        lead_signals.*,
        next_attempts.event_number as attempt_number,
        row_number() over (
            partition by
                lead_signals.lead_id,
                lead_signals.exclusion_reason,
                next_attempts.event_number
            order by lead_signals.signal_at
        ) as number_in_cycle

    from lead_signals

    inner join next_attempts
        on
            lead_signals.lead_id = next_attempts.lead_id
            and lead_signals.signal_at = next_attempts.at

),

cycles as (

    select
        *,
        lead(signal_at) over (partition by lead_id order by signal_at) as next_signal_at

    from signals_in_cycles

    where number_in_cycle = 1

),

answered_cycles as (

    select
        cycles.*,
        lead_attempts.attempted_at as first_attempt_at,
        lead_attempts.rep_id as first_attempt_by,
        lead_attempts.channel as first_attempt_channel,
        coalesce(
            lead_attempts.object = 'Task'
            and {{ seconds_between('lead_attempts.attempted_at', 'lead_attempts.created_at') }}
            > 24 * 3600,
            false
        ) as is_backdated,
        coalesce(lead_attempts.attempted_at, {{ as_of() }}) as owned_at

    from cycles

    left join lead_attempts
        on
            cycles.lead_id = lead_attempts.lead_id
            and cycles.attempt_number = lead_attempts.attempt_number

),

owned_at as (

    select
        lead_id as record_id,
        owned_at as at
    from answered_cycles

),

owners as (

    {{ owner_at('owned_at', 'Lead') }}

),

final as (

    select
        answered_cycles.lead_id,
        answered_cycles.signal_at,
        answered_cycles.signal_type,
        answered_cycles.is_only_a_date,
        answered_cycles.next_signal_at,
        reps.rep_id,
        case
            when reps.rep_id is not null
                then greatest(
                    answered_cycles.signal_at,
                    coalesce(owners.owned_since, answered_cycles.signal_at)
                )
        end as assigned_at,
        answered_cycles.first_attempt_at,
        answered_cycles.first_attempt_by,
        answered_cycles.first_attempt_channel,
        answered_cycles.is_backdated,
        answered_cycles.exclusion_reason

    from answered_cycles

    left join owners
        on
            answered_cycles.lead_id = owners.record_id
            and answered_cycles.owned_at = owners.at

    left join reps on owners.owner_id = reps.rep_id

)

select * from final
