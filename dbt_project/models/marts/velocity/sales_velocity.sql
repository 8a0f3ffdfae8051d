with

sales_cycles as (

    select * from {{ ref('fct_sales_cycles') }}

),

reps as (

    select * from {{ ref('int_reps') }}

),

closed_by_rep as (

    select
        closed_quarter as quarter,
        rep_id,
        sum(case when is_won then 1 else 0 end) as won,
        sum(case when is_won then 0 else 1 end) as lost,
        sum(case when is_won then amount end) as known_won_amount,
        avg(case when is_won and cycle_days > 0 then cycle_days end) as mean_won_cycle_days,
        {{ median('cycle_days', 'is_won and cycle_days > 0') }} as median_won_cycle_days,
        count(case when is_won and cycle_days > 0 then 1 end) as timed_won,
        max(case when is_won then amount end) as largest_won_amount

    from sales_cycles

    where closed_quarter is not null and rep_id is not null and exclusion_reason is null

    group by 1, 2

),

-- Nothing won is an amount of 0; something won at amounts nobody knows is unknown.
with_rates as (

    select
        *,
        {{ as_money('case when won = 0 then 0 else known_won_amount end') }} as won_amount,
        {{ ratio('won', 'won + lost') }} as win_rate

    from closed_by_rep

),

with_velocity as (

    select
        *,
        {{ ratio('won_amount', 'won') }} as mean_won_amount,
        case
            when won = 0 then 0
            else
                (won + lost)
                * win_rate
                * {{ ratio('won_amount', 'won') }}
                / nullif(mean_won_cycle_days, 0)
        end as velocity_per_day

    from with_rates

),

final as (

    select
        with_velocity.quarter,
        with_velocity.rep_id,
        {{ as_int('with_velocity.won') }} as won,
        {{ as_int('with_velocity.lost') }} as lost,
        with_velocity.win_rate,
        with_velocity.won_amount,
        with_velocity.mean_won_amount,
        with_velocity.mean_won_cycle_days,
        with_velocity.median_won_cycle_days,
        {{ as_money('with_velocity.largest_won_amount') }} as largest_won_amount,
        {{ as_double('with_velocity.velocity_per_day') }} as velocity_per_day,
        {{ rank_in_quarter(
            'with_velocity.median_won_cycle_days',
            'asc',
            'reps.is_active and with_velocity.timed_won >= '
            ~ minimum_volume('median_won_cycle_days', var('minimum_volume'))
        ) }} as fastest_rank,
        {{ rank_in_quarter(
            'with_velocity.largest_won_amount',
            'desc',
            'reps.is_active and with_velocity.won >= ' ~ minimum_volume('largest_won_amount', 1)
        ) }} as largest_rank

    from with_velocity

    inner join reps on with_velocity.rep_id = reps.rep_id

)

select * from final
