with

referrals as (

    select
        *,
        created_quarter as quarter

    from {{ ref('fct_referrals') }}

    where exclusion_reason is null and created_quarter is not null and rep_id is not null

),

reward_costs as (

    select * from {{ ref('int_reward_costs') }}

),

customers as (

    select * from {{ ref('int_customers') }}

    where rep_id is not null

),

reps as (

    select * from {{ ref('int_reps') }}

),

measured as (

    {{ referral_measures('referrals', 'customers', 'reward_costs', 'rep_id') }}

),

with_rep as (

    select
        measured.*,
        reps.is_active

    from measured

    inner join reps on measured.rep_id = reps.rep_id

),

final as (

    select
        quarter,
        rep_id,
        {{ as_int('eligible_customers') }} as eligible_customers,
        {{ as_int('asked_customers') }} as asked_customers,
        {{ ratio('asked_customers', 'eligible_customers') }} as ask_rate,
        {{ as_int('referrals_earned') }} as referrals_earned,
        {{ as_int('referrals_qualified') }} as referrals_qualified,
        {{ as_int('referrals_won') }} as referrals_won,
        won_amount,
        {{ as_money('reward_cost') }} as reward_cost,
        {{ rank_in_quarter(
            'referrals_earned',
            'desc',
            'is_active and referrals_earned >= 1 and referrals_earned >= '
            ~ minimum_volume('referrals_earned')
        ) }} as rank

    from with_rep

)

select * from final
