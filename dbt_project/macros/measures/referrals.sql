{#- What referrals were asked for and earned (4), by quarter and `unit`: rep_id or team. `referrals` is a
    CTE of those without an exclusion under the quarter of their creation, `customers` one of eligible
    accounts; each with the unit. `reward_costs` has a row for each reward. -#}
{% macro referral_measures(referrals, customers, reward_costs, unit) -%}
    select
        coalesce(asked.quarter, earned.quarter) as quarter,
        coalesce(asked.{{ unit }}, earned.{{ unit }}) as {{ unit }},
        coalesce(asked.eligible_customers, 0) as eligible_customers,
        coalesce(asked.asked_customers, 0) as asked_customers,
        coalesce(earned.referrals_earned, 0) as referrals_earned,
        coalesce(earned.referrals_qualified, 0) as referrals_qualified,
        coalesce(earned.referrals_won, 0) as referrals_won,
        {{ amount_won('coalesce(earned.referrals_won, 0)', 'earned.known_won_amount') }} as won_amount,
        case when rewarded.{{ unit }} is null then 0 else rewarded.reward_cost end as reward_cost

    from (
        select
            quarter,
            {{ unit }},
            count(*) as eligible_customers,
            count(case when is_asked then 1 end) as asked_customers

        from {{ customers }}

        group by quarter, {{ unit }}
    ) as asked

    full outer join (
        select
            quarter,
            {{ unit }},
            count(*) as referrals_earned,
            count(qualified_at) as referrals_qualified,
            count(case when is_won then 1 end) as referrals_won,
            sum(won_amount) as known_won_amount

        from {{ referrals }}

        group by quarter, {{ unit }}
    ) as earned
        on asked.quarter = earned.quarter and asked.{{ unit }} = earned.{{ unit }}

    -- Each reward of these referrals: what is unknown of one referral's must not pass for nothing.
    left join (
        select
            referrals.quarter,
            referrals.{{ unit }},
            sum(reward_costs.cost) as reward_cost

        from {{ referrals }} as referrals

        inner join {{ reward_costs }} as reward_costs
            on referrals.referral_id = reward_costs.referral_id

        where referrals.origin = 'programme'

        group by referrals.quarter, referrals.{{ unit }}
    ) as rewarded
        on earned.quarter = rewarded.quarter and earned.{{ unit }} = rewarded.{{ unit }}
{%- endmacro %}
