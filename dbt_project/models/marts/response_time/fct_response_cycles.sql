with

response_cycles as (

    select * from {{ ref('int_response_cycles') }}

),

response_contacts as (

    select * from {{ ref('int_response_contacts') }}

),

decision_makers as (

    select * from {{ ref('int_decision_makers') }}

),

lead_attempts as (

    select * from {{ ref('int_lead_attempts') }}

),

-- The rep's own clock: from when the lead was theirs to their own first attempt.
assignments as (

    select
        lead_id,
        rep_id,
        assigned_at as at
    from response_cycles
    where rep_id is not null

),

attempts_of_reps as (

    select
        lead_id,
        rep_id,
        attempted_at as at,
        attempt_number as event_number
    from lead_attempts

),

own_attempts as (

    {{ first_at_or_after('assignments', 'attempts_of_reps', ['lead_id', 'rep_id']) }}

),

clock_instants as (

    select signal_at as at
    from response_cycles
    where first_attempt_at is not null

    union

    select first_attempt_at as at
    from response_cycles
    where first_attempt_at is not null

),

open_time as (

    {{ open_until('clock_instants') }}

),

final as (

    select
        response_cycles.lead_id,
        response_cycles.signal_at,
        response_cycles.signal_type,
        {{ fiscal_quarter('response_cycles.signal_at') }} as signal_quarter,
        response_cycles.rep_id,
        response_cycles.assigned_at,
        response_cycles.first_attempt_at,
        response_cycles.first_attempt_by,
        response_cycles.first_attempt_channel,
        {{ seconds_between('response_cycles.signal_at', 'response_cycles.first_attempt_at') }}
            as response_seconds,
        {{ as_double('open_at_attempt.open_microseconds - open_at_signal.open_microseconds') }}
        / 1000000 as response_business_seconds,
        {{ seconds_between('response_cycles.assigned_at', 'own_attempt.attempted_at') }}
            as rep_response_seconds,
        response_cycles.is_backdated,
        response_contacts.contacted_at,
        response_contacts.contacted_at is not null and decision_makers.lead_id is not null
            as reached_decision_maker,
        response_cycles.is_only_a_date,
        response_cycles.exclusion_reason

    from response_cycles

    left join response_contacts
        on
            response_cycles.lead_id = response_contacts.lead_id
            and response_cycles.signal_at = response_contacts.signal_at

    left join decision_makers on response_cycles.lead_id = decision_makers.lead_id

    left join own_attempts
        on
            response_cycles.lead_id = own_attempts.lead_id
            and response_cycles.rep_id = own_attempts.rep_id
            and response_cycles.assigned_at = own_attempts.at

    left join lead_attempts as own_attempt
        on
            own_attempts.lead_id = own_attempt.lead_id
            and own_attempts.event_number = own_attempt.attempt_number

    left join open_time as open_at_signal on response_cycles.signal_at = open_at_signal.at

    left join open_time as open_at_attempt
        on response_cycles.first_attempt_at = open_at_attempt.at

)

select * from final
