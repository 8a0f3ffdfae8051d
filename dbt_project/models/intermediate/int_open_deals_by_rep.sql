with

sales_cycles as (

    select * from {{ ref('int_sales_cycles') }}

),

-- Deals without a rep, a start or a length above 0 are not worked on.
spans as (

    select
        rep_id,
        opened_at,
        case when is_closed then closed_at else {{ as_of() }} end as ended_at
    from sales_cycles
    where rep_id is not null

),

changes as (

    select
        rep_id,
        opened_at as changed_at,
        1 as deals
    from spans
    where opened_at < ended_at

    union all

    select
        rep_id,
        ended_at as changed_at,
        -1 as deals
    from spans
    where opened_at < ended_at

),

instants as (

    select
        rep_id,
        changed_at,
        sum(deals) as deals
    from changes
    group by 1, 2

),

counted as (

    select
        rep_id,
        changed_at,
        sum(deals) over rep_in_order as open_deals,
        lag(changed_at) over rep_in_order as changed_before

    from instants

    window
        rep_in_order as (
            partition by rep_id order by changed_at rows between unbounded preceding and current row
        )

),

stretches as (

    select
        rep_id,
        changed_at,
        open_deals,
        coalesce({{ microseconds_between('changed_before', 'changed_at') }}, 0)
        * coalesce(lag(open_deals) over (partition by rep_id order by changed_at), 0)
            as deal_microseconds

    from counted

),

-- The area under the count of open deals: between two instants it is a difference. In whole
-- numbers, for a short deal's share of many years would drown in what floating point leaves.
final as (

    select
        rep_id,
        changed_at,
        open_deals,
        cast(
            sum(deal_microseconds) over (
                partition by rep_id
                order by changed_at
                rows between unbounded preceding and current row
            ) as decimal(38, 0)
        ) as deal_microseconds_until

    from stretches

)

select * from final
