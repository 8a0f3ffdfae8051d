with

response_cycles as (

    select * from {{ ref('int_response_cycles') }}

),

lead_attempts as (

    select * from {{ ref('int_lead_attempts') }}

),

lead_replies as (

    select * from {{ ref('int_lead_replies') }}

),

signal_instants as (

    select
        lead_id,
        signal_at as at
    from response_cycles

),

two_way_instants as (

    select
        lead_id,
        attempted_at as at,
        attempt_number as event_number
    from lead_attempts
    where is_two_way

),

next_two_ways as (

    {{ first_at_or_after('signal_instants', 'two_way_instants', ['lead_id']) }}

),

attempt_instants as (

    select
        lead_id,
        first_attempt_at as at
    from response_cycles
    where first_attempt_at is not null

),

reply_instants as (

    select
        lead_id,
        replied_at as at,
        reply_number as event_number
    from lead_replies

),

next_replies as (

    {{ first_at_or_after('attempt_instants', 'reply_instants', ['lead_id'], strictly=true) }}

),

first_contacts as (

    select
        response_cycles.lead_id,
        response_cycles.signal_at,
        response_cycles.next_signal_at,
        least(
            coalesce(lead_attempts.attempted_at, lead_replies.replied_at),
            coalesce(lead_replies.replied_at, lead_attempts.attempted_at)
        ) as contacted_at

    from response_cycles

    left join next_two_ways
        on
            response_cycles.lead_id = next_two_ways.lead_id
            and response_cycles.signal_at = next_two_ways.at

    left join lead_attempts
        on
            next_two_ways.lead_id = lead_attempts.lead_id
            and next_two_ways.event_number = lead_attempts.attempt_number

    left join next_replies
        on
            response_cycles.lead_id = next_replies.lead_id
            and response_cycles.first_attempt_at = next_replies.at

    left join lead_replies
        on
            next_replies.lead_id = lead_replies.lead_id
            and next_replies.event_number = lead_replies.reply_number

),

final as (

    select
        lead_id,
        signal_at,
        contacted_at

    from first_contacts

    where contacted_at < next_signal_at or (contacted_at is not null and next_signal_at is null)

)

select * from final
