with

response_cycles as (

    select
        *,
        signal_quarter as quarter

    from {{ ref('fct_response_cycles') }}

    where exclusion_reason is null and rep_id is not null

),

reps as (

    select * from {{ ref('int_reps') }}

),

measured as (

    {{ response_measures('response_cycles', 'rep_id') }}

),

with_rep as (

    select
        measured.*,
        reps.is_active

    from measured

    inner join reps on measured.rep_id = reps.rep_id

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
        {{ as_int('clocked_cycles') }} as clocked_cycles,
        median_rep_response_seconds,
        p90_rep_response_seconds,
        median_response_business_seconds,
        {{ rank_in_quarter(
            'median_rep_response_seconds',
            'asc',
            'is_active and clocked_cycles >= ' ~ minimum_volume('median_rep_response_seconds')
        ) }} as rank

    from with_rep

)

select * from final
