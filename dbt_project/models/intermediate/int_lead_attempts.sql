with

attempts as (

    select * from {{ ref('int_attempts') }}

),

lead_targets as (

    select * from {{ ref('int_lead_targets') }}

),

reached as (

    select
        lead_targets.lead_id,
        attempts.attempt_id
    from attempts
    inner join lead_targets on attempts.who_id = lead_targets.target_id

    union

    select
        lead_targets.lead_id,
        attempts.attempt_id
    from attempts
    inner join lead_targets on attempts.what_id = lead_targets.target_id

),

final as (

    select
        reached.lead_id,
        attempts.attempt_id,
        attempts.object,
        attempts.channel,
        attempts.rep_id,
        attempts.attempted_at,
        attempts.created_at,
        attempts.is_two_way,
        row_number() over (
            partition by reached.lead_id order by attempts.attempted_at, attempts.attempt_id
        ) as attempt_number

    from reached

    inner join attempts on reached.attempt_id = attempts.attempt_id

)

select * from final
