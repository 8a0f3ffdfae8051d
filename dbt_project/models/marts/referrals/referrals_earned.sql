with

referrals as (

    select * from {{ ref('fct_referrals') }}

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

-- Each reward of these referrals: what is unknown of one referral's must not pass for nothing.
rewarded as (

    select
        referrals.created_quarter as quarter,
        referrals.rep_id,
        sum(reward_costs.cost) as reward_cost

    from referrals

    inner join reward_costs on referrals.referral_id = reward_costs.referral_id

    where referrals.origin = 'programme'

    group by 1, 2

),

earned as (

    select
        created_quarter as quarter,
        rep_id,
        count(*) as referrals_earned,
        count(qualified_at) as referrals_qualified,
        count(case when is_won then 1 end) as referrals_won,
        sum(won_amount) as known_won_amount

    from referrals

    group by 1, 2

),

asked as (

    select
        quarter,
        rep_id,
        count(*) as eligible_customers,
        count(case when is_asked then 1 end) as asked_customers

    from customers

    group by 1, 2

),

-- Nothing won is an amount of 0; something won at amounts nobody knows is unknown.
joined as (

    select
        coalesce(asked.quarter, earned.quarter) as quarter,
        coalesce(asked.rep_id, earned.rep_id) as rep_id,
        coalesce(asked.eligible_customers, 0) as eligible_customers,
        coalesce(asked.asked_customers, 0) as asked_customers,
        coalesce(earned.referrals_earned, 0) as referrals_earned,
        coalesce(earned.referrals_qualified, 0) as referrals_qualified,
        coalesce(earned.referrals_won, 0) as referrals_won,
        case when coalesce(earned.referrals_won, 0) = 0 then 0 else earned.known_won_amount end
            as won_amount,
        case when rewarded.rep_id is null then 0 else rewarded.reward_cost end as reward_cost

    from asked

    full outer join earned on asked.quarter = earned.quarter and asked.rep_id = earned.rep_id

    left join rewarded on earned.quarter = rewarded.quarter and earned.rep_id = rewarded.rep_id

),

with_rep as (

    select
        joined.*,
        reps.is_active

    from joined

    inner join reps on joined.rep_id = reps.rep_id

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
        {{ as_money('won_amount') }} as won_amount,
        {{ as_money('reward_cost') }} as reward_cost,
        {{ rank_in_quarter(
            'referrals_earned',
            'desc',
            'is_active and referrals_earned >= 1 and referrals_earned >= '
            ~ minimum_volume('referrals_earned', 1)
        ) }} as rank

    from with_rep

)

select * from final
