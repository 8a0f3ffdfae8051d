with

closed_deals as (

    select
        *,
        closed_quarter as quarter

    from {{ ref('fct_sales_cycles') }}

    where closed_quarter is not null and exclusion_reason is null

),

of_teams as (

    {{ by_team('closed_deals') }}

),

final as (

    {{ velocity_measures('of_teams', 'team') }}

)

select * from final
