with

opportunities as (

    select * from {{ ref('int_opportunities') }}

),

sales_cycles as (

    select * from {{ ref('int_sales_cycles') }}

),

stage_visits as (

    select
        opportunity_id,
        entered_at,
        is_won,
        lag(is_won) over (partition by opportunity_id order by visit_number) as was_won

    from {{ ref('int_stage_visits') }}

),

wins as (

    select
        opportunity_id,
        entered_at as won_at
    from stage_visits
    where is_won and not coalesce(was_won, false)

    union all

    select
        opportunity_id,
        closed_at as won_at
    from sales_cycles
    where is_won and not closed_by_history and closed_at is not null

),

final as (

    select
        wins.opportunity_id,
        wins.won_at,
        opportunities.account_id,
        opportunities.created_at,
        opportunities.amount,
        row_number() over (order by wins.won_at, wins.opportunity_id) as win_number

    from wins

    inner join opportunities on wins.opportunity_id = opportunities.opportunity_id

)

select * from final
