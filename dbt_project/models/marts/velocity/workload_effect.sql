with

sales_cycles as (

    select * from {{ ref('fct_sales_cycles') }}

),

deals as (

    select
        opportunity_id,
        rep_id,
        is_won,
        cycle_days,
        mean_open_deals,
        ntile(4) over (order by mean_open_deals, opportunity_id) as workload_quartile

    from sales_cycles

    where is_closed and exclusion_reason is null and mean_open_deals is not null

),

by_quartile as (

    select
        workload_quartile,
        count(*) as deals,
        min(mean_open_deals) as min_open_deals,
        max(mean_open_deals) as max_open_deals,
        {{ median('cycle_days') }} as median_cycle_days,
        {{ ratio('count(case when is_won then 1 end)', 'count(*)') }} as win_rate

    from deals

    group by 1

),

-- Each rep's own mean is taken off, so that only what differs within a rep is left.
within_rep as (

    select
        rep_id,
        mean_open_deals - avg(mean_open_deals) over (partition by rep_id) as workload,
        cycle_days - avg(cycle_days) over (partition by rep_id) as cycle

    from deals

),

sums as (

    select
        count(*) as slope_n,
        count(distinct rep_id) as reps,
        sum(workload * workload) as sum_workload_squared,
        sum(workload * cycle) as sum_workload_cycle,
        sum(cycle * cycle) as sum_cycle_squared

    from within_rep

),

-- Deviations that are only what floating-point leaves of equal values are no variation.
slopes as (

    select
        *,
        case
            when sum_workload_squared > 1e-18 then sum_workload_cycle / sum_workload_squared
        end as within_rep_slope_days

    from sums

),

slope as (

    select
        slope_n,
        within_rep_slope_days,
        case
            when slope_n - reps - 1 > 0
                then
                    sqrt(
                        greatest(sum_cycle_squared - within_rep_slope_days * sum_workload_cycle, 0)
                        / (slope_n - reps - 1)
                        / nullif(sum_workload_squared, 0)
                    )
        end as slope_standard_error

    from slopes

),

final as (

    select
        {{ as_int('by_quartile.workload_quartile') }} as workload_quartile,
        by_quartile.deals,
        by_quartile.min_open_deals,
        by_quartile.max_open_deals,
        by_quartile.median_cycle_days,
        by_quartile.win_rate,
        slope.within_rep_slope_days,
        case
            when slope.within_rep_slope_days is not null then slope.slope_standard_error
        end as slope_standard_error,
        slope.slope_n

    from by_quartile

    cross join slope

)

select * from final
