with

closed_deals as (

    select
        *,
        closed_quarter as quarter

    from {{ ref('fct_sales_cycles') }}

    where closed_quarter is not null and rep_id is not null and exclusion_reason is null

),

reps as (

    select * from {{ ref('int_reps') }}

),

measured as (

    {{ velocity_measures('closed_deals', 'rep_id') }}

),

final as (

    select
        measured.quarter,
        measured.rep_id,
        {{ as_int('measured.won') }} as won,
        {{ as_int('measured.lost') }} as lost,
        measured.win_rate,
        measured.won_amount,
        measured.mean_won_amount,
        measured.mean_won_cycle_days,
        measured.median_won_cycle_days,
        {{ as_int('measured.timed_won') }} as timed_won,
        {{ as_money('measured.largest_won_amount') }} as largest_won_amount,
        {{ as_double('measured.velocity_per_day') }} as velocity_per_day,
        {{ rank_in_quarter(
            'measured.median_won_cycle_days',
            'asc',
            'reps.is_active and measured.timed_won >= ' ~ minimum_volume('median_won_cycle_days')
        ) }} as fastest_rank,
        {{ rank_in_quarter(
            'measured.largest_won_amount',
            'desc',
            'reps.is_active and measured.won >= ' ~ minimum_volume('largest_won_amount')
        ) }} as largest_rank

    from measured

    inner join reps on measured.rep_id = reps.rep_id

)

select * from final
