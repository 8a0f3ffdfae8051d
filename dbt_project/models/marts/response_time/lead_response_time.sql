with

response_cycles as (

    select
        *,
        {{ seconds_between('signal_at', as_of()) }} as seconds_until_now

    from {{ ref('fct_response_cycles') }}

    where exclusion_reason is null and rep_id is not null

),

reps as (

    select * from {{ ref('int_reps') }}

),

-- Whoever logs a call days later measures nothing: such cycles have no place on the rep's clock.
waits as (

    select
        signal_quarter as quarter,
        rep_id,
        rep_response_seconds is not null as is_over,
        coalesce(rep_response_seconds, {{ seconds_between('assigned_at', as_of()) }}) as seconds

    from response_cycles

    where not is_backdated

),

rep_clock as (

    {{ kaplan_meier(
        'waits',
        ['quarter', 'rep_id'],
        {'median_rep_response_seconds': 0.5, 'p90_rep_response_seconds': 0.1}
    ) }}

),

counted as (

    select
        signal_quarter as quarter,
        rep_id,
        count(*) as cycles,
        count(first_attempt_at) as answered,
        count(case when response_seconds <= {{ sla_seconds() }} then 1 end) as within_sla,
        count(
            case
                when first_attempt_at is not null or seconds_until_now > {{ sla_seconds() }} then 1
            end
        ) as answered_or_past_sla,
        {{ median('response_business_seconds') }} as median_response_business_seconds

    from response_cycles

    group by signal_quarter, rep_id

),

with_clock as (

    select
        counted.*,
        rep_clock.starters,
        rep_clock.median_rep_response_seconds,
        rep_clock.p90_rep_response_seconds,
        reps.is_active

    from counted

    inner join reps on counted.rep_id = reps.rep_id

    left join rep_clock
        on counted.quarter = rep_clock.quarter and counted.rep_id = rep_clock.rep_id

),

final as (

    select
        quarter,
        rep_id,
        {{ as_int('cycles') }} as cycles,
        {{ as_int('answered') }} as answered,
        {{ as_int('cycles - answered') }} as unanswered,
        {{ as_int('within_sla') }} as within_sla,
        {{ as_int('answered_or_past_sla') }} as answered_or_past_sla,
        {{ ratio('within_sla', 'answered_or_past_sla') }} as within_sla_rate,
        {{ as_int('coalesce(starters, 0)') }} as clocked_cycles,
        median_rep_response_seconds,
        p90_rep_response_seconds,
        median_response_business_seconds,
        {{ rank_in_quarter(
            'median_rep_response_seconds',
            'asc',
            'is_active and starters >= '
            ~ minimum_volume('median_rep_response_seconds', var('minimum_volume'))
        ) }} as rank

    from with_clock

)

select * from final
