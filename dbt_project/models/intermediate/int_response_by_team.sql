with

response_cycles as (

    select
        *,
        signal_quarter as quarter

    from {{ ref('fct_response_cycles') }}

    where exclusion_reason is null

),

of_teams as (

    {{ by_team('response_cycles') }}

),

final as (

    {{ response_measures('of_teams', 'team') }}

)

select * from final
