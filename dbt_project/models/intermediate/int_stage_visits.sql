with

opportunities as (

    select * from {{ ref('int_opportunities') }}

),

opportunity_histories as (

    select * from {{ ref('stg_salesforce__opportunity_histories') }}

),

stage_classes as (

    select * from {{ ref('int_stage_classes') }}

),

history as (

    select
        opportunity_histories.opportunity_id,
        opportunity_histories.history_id,
        opportunity_histories.created_at,
        coalesce(opportunity_histories.stage, '') as stage,
        lag(coalesce(opportunity_histories.stage, '')) over deal_in_order as stage_before

    from opportunity_histories

    inner join opportunities
        on opportunity_histories.opportunity_id = opportunities.opportunity_id

    where opportunity_histories.created_at <= {{ as_of() }}

    window
        deal_in_order as (
            partition by opportunity_histories.opportunity_id
            order by opportunity_histories.created_at, opportunity_histories.history_id
        )

),

-- The first row of each run of one stage.
visits as (

    select
        opportunity_id,
        stage,
        created_at as entered_at,
        row_number() over deal_in_order as visit_number,
        lead(created_at) over deal_in_order as exited_at

    from history

    where stage_before is null or stage != stage_before

    window deal_in_order as (partition by opportunity_id order by created_at, history_id)

),

classified as (

    select
        visits.*,
        stage_classes.is_closed,
        stage_classes.is_won,
        stage_classes.sort_order,
        lag(stage_classes.is_closed) over deal_in_order as was_closed,
        lag(stage_classes.sort_order) over deal_in_order as sort_order_before

    from visits

    inner join stage_classes on visits.stage = stage_classes.stage

    window deal_in_order as (partition by visits.opportunity_id order by visits.visit_number)

),

with_direction as (

    select
        *,
        case
            when visit_number = 1 then 'first'
            when is_won then 'won'
            when is_closed then 'lost'
            when was_closed then 'reopened'
            when sort_order > sort_order_before then 'forward'
            when sort_order < sort_order_before then 'backward'
        end as direction

    from classified

),

-- How many active open stages stand up to each place of the order, to count those between two.
open_stages_until as (

    select
        sort_order,
        sum(sum(case when is_active and not is_closed then 1 else 0 end)) over (
            order by sort_order
        ) as stages_until,
        sum(case when is_active and not is_closed then 1 else 0 end) as stages_at

    from stage_classes

    where sort_order is not null

    group by 1

),

final as (

    select
        with_direction.opportunity_id,
        with_direction.visit_number,
        with_direction.stage,
        with_direction.entered_at,
        with_direction.exited_at,
        with_direction.is_closed,
        with_direction.is_won,
        with_direction.direction,
        coalesce(with_direction.was_closed and not with_direction.is_closed, false) as is_reopening,
        case
            when with_direction.visit_number = 1 then 0
            when with_direction.sort_order is null or with_direction.sort_order_before is null
                then null
            when with_direction.direction = 'forward'
                then
                    stages_here.stages_until
                    - stages_here.stages_at
                    - stages_before.stages_until
            else 0
        end as stages_skipped

    from with_direction

    left join open_stages_until as stages_here
        on with_direction.sort_order = stages_here.sort_order

    left join open_stages_until as stages_before
        on with_direction.sort_order_before = stages_before.sort_order

)

select * from final
