with

stage_visits as (

    select * from {{ ref('fct_stage_visits') }}

),

stage_classes as (

    select * from {{ ref('int_stage_classes') }}

),

sales_cycles as (

    select * from {{ ref('fct_sales_cycles') }}

),

visits as (

    select
        opportunity_id,
        coalesce(stage, '') as stage,
        exited_at,
        duration_days,
        lead(direction) over (
            partition by opportunity_id order by visit_number
        ) as next_direction

    from stage_visits

),

finished_visits as (

    select
        {{ fiscal_quarter('visits.exited_at') }} as quarter,
        visits.stage,
        visits.duration_days,
        visits.next_direction

    from visits

    inner join stage_classes on visits.stage = stage_classes.stage

    inner join sales_cycles on visits.opportunity_id = sales_cycles.opportunity_id

    where
        visits.exited_at is not null
        and not stage_classes.is_closed
        and sales_cycles.exclusion_reason is null

),

counted as (

    select
        quarter,
        stage,
        count(*) as visits,
        {{ median('duration_days') }} as median_duration_days,
        {{ percentile('duration_days', 0.9) }} as p90_duration_days,
        count(case when next_direction in ('forward', 'won') then 1 end) as forward_exits,
        count(case when next_direction = 'backward' then 1 end) as backward_exits,
        count(case when next_direction = 'lost' then 1 end) as lost_exits

    from finished_visits

    group by 1, 2

),

final as (

    select
        quarter,
        stage,
        visits,
        median_duration_days,
        p90_duration_days,
        forward_exits,
        backward_exits,
        lost_exits,
        {{ ratio('forward_exits', 'visits') }} as forward_rate

    from counted

)

select * from final
