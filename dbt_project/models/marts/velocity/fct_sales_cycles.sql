with

sales_cycles as (

    select * from {{ ref('int_sales_cycles') }}

),

open_deals as (

    select * from {{ ref('int_open_deals_by_rep') }}

),

final as (

    select
        sales_cycles.opportunity_id,
        sales_cycles.rep_id,
        sales_cycles.account_id,
        sales_cycles.channel,
        sales_cycles.opened_at,
        sales_cycles.closed_at,
        sales_cycles.closed_quarter,
        sales_cycles.closed_by_history,
        sales_cycles.is_closed,
        sales_cycles.is_won,
        sales_cycles.amount,
        sales_cycles.cycle_days,
        {{ as_int('sales_cycles.reopen_count') }} as reopen_count,
        {{ as_int('sales_cycles.backward_moves') }} as backward_moves,
        case
            when sales_cycles.is_closed and sales_cycles.cycle_days > 0
                then
                    {{ ratio(
                        '(at_close.deal_microseconds_until - at_open.deal_microseconds_until)',
                        microseconds_between('sales_cycles.opened_at', 'sales_cycles.closed_at')
                    ) }}
        end as mean_open_deals,
        sales_cycles.exclusion_reason

    from sales_cycles

    left join open_deals as at_open
        on
            sales_cycles.rep_id = at_open.rep_id
            and sales_cycles.opened_at = at_open.changed_at

    left join open_deals as at_close
        on
            sales_cycles.rep_id = at_close.rep_id
            and sales_cycles.closed_at = at_close.changed_at

)

select * from final
