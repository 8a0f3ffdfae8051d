with

referrals as (

    select
        *,
        created_quarter as quarter

    from {{ ref('fct_referrals') }}

    where exclusion_reason is null and created_quarter is not null

),

customers as (

    select * from {{ ref('int_customers') }}

),

reward_costs as (

    select * from {{ ref('int_reward_costs') }}

),

referrals_of_teams as (

    {{ by_team('referrals') }}

),

customers_of_teams as (

    {{ by_team('customers') }}

),

final as (

    {{ referral_measures('referrals_of_teams', 'customers_of_teams', 'reward_costs', 'team') }}

)

select * from final
