with

referrals as (

    select * from {{ ref('int_referrals_earned') }}

),

referral_credits as (

    select * from {{ ref('int_referral_credits') }}

),

qualifications as (

    select * from {{ ref('int_lead_qualifications') }}

),

sales_cycles as (

    select * from {{ ref('int_sales_cycles') }}

),

reward_costs as (

    select
        referral_id,
        sum(cost) as cost

    from {{ ref('int_reward_costs') }}

    group by 1

),

final as (

    select
        referrals.referral_id,
        referrals.origin,
        referrals.referrer_id,
        referrals.referrer_account_id,
        referrals.lead_id,
        referrals.opportunity_id,
        referral_credits.rep_id,
        referrals.created_at,
        {{ fiscal_quarter('referrals.created_at') }} as created_quarter,
        case
            when referrals.lead_id is not null then qualifications.first_qualified_at
            when referrals.origin = 'crm_only' then referrals.created_at
        end as qualified_at,
        case when sales_cycles.is_won then sales_cycles.closed_at end as won_at,
        case when sales_cycles.is_won then sales_cycles.amount end as won_amount,
        -- No reward is a cost of 0; rewards in a currency nobody knows the rate of are unknown.
        {{ as_money(
            'case when reward_costs.referral_id is null then 0 else reward_costs.cost end'
        ) }} as reward_cost,
        coalesce(sales_cycles.is_won, false) as is_won,
        referrals.exclusion_reason

    from referrals

    inner join referral_credits on referrals.referral_id = referral_credits.referral_id

    left join qualifications on referrals.lead_id = qualifications.lead_id

    left join sales_cycles on referrals.opportunity_id = sales_cycles.opportunity_id

    left join reward_costs
        on
            referrals.origin = 'programme'
            and referrals.referral_id = reward_costs.referral_id

)

select * from final
