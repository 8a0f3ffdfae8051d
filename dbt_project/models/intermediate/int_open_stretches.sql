with

sales_cycles as (

    select * from {{ ref('int_sales_cycles') }}

),

stage_visits as (

    select * from {{ ref('int_stage_visits') }}

),

-- By its visits, and before the first of them; without any, until its close date. Of a deal that
-- was closed nobody knows when, nobody knows until when it was open.
final as (

    select
        opportunity_id,
        entered_at as open_from,
        exited_at as open_until
    from stage_visits
    where not is_closed

    union all

    select
        sales_cycles.opportunity_id,
        sales_cycles.opened_at as open_from,
        coalesce(stage_visits.entered_at, sales_cycles.closed_at) as open_until
    from sales_cycles
    left join stage_visits
        on
            sales_cycles.opportunity_id = stage_visits.opportunity_id
            and stage_visits.visit_number = 1
    where
        (not sales_cycles.is_closed or sales_cycles.closed_at is not null)
        and coalesce(
            sales_cycles.opened_at < coalesce(stage_visits.entered_at, sales_cycles.closed_at),
            true
        )

)

select * from final
