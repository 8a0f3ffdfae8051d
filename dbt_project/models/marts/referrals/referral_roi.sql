with

referrals as (

    select * from {{ ref('fct_referrals') }}

    where exclusion_reason is null

),

leads as (

    select * from {{ ref('int_leads') }}

),

prospects as (

    select * from {{ ref('int_prospects') }}

),

sales_cycles as (

    select * from {{ ref('int_sales_cycles') }}

),

channel_costs as (

    select * from {{ ref('int_channel_costs') }}

),

referred as (

    select
        coalesce(leads.created_at, referrals.created_at) as came_at,
        'referral' as channel,
        referrals.is_won,
        referrals.won_amount

    from referrals

    left join leads on referrals.lead_id = leads.lead_id

),

-- A lead that is called a referral and is none that counts stands under other.
others as (

    select
        leads.created_at as came_at,
        case when leads.channel = 'referral' then 'other' else leads.channel end as channel,
        coalesce(sales_cycles.is_won, false) as is_won,
        case when sales_cycles.is_won then sales_cycles.amount end as won_amount

    from leads

    left join referrals on leads.lead_id = referrals.lead_id

    left join prospects on leads.lead_id = prospects.lead_id

    left join sales_cycles on prospects.opportunity_id = sales_cycles.opportunity_id

    where referrals.lead_id is null

),

results as (

    select * from referred

    union all

    select * from others

),

earned as (

    select
        {{ fiscal_quarter('came_at') }} as quarter,
        channel,
        count(*) as leads,
        count(case when is_won then 1 end) as won,
        count(won_amount) as known_won,
        sum(won_amount) as known_revenue

    from results

    where came_at is not null

    group by 1, 2

),

-- Nothing won is a revenue of 0; something won at amounts nobody knows is unknown.
joined as (

    select
        coalesce(earned.quarter, channel_costs.quarter) as quarter,
        coalesce(earned.channel, channel_costs.channel) as channel,
        coalesce(earned.leads, 0) as leads,
        coalesce(earned.won, 0) as won,
        coalesce(earned.known_won, 0) as known_won,
        coalesce(earned.known_revenue, 0) as known_revenue,
        case when channel_costs.channel is null then 0 else channel_costs.cost end as cost

    from earned

    full outer join channel_costs
        on earned.quarter = channel_costs.quarter and earned.channel = channel_costs.channel

),

pooled as (

    select
        *,
        {{ pool_of_others('won') }} as won_of_others,
        {{ pool_of_others('known_won') }} as known_won_of_others,
        {{ pool_of_others('known_revenue') }} as known_revenue_of_others,
        {{ pool_of_others('cost') }} as cost_of_others

    from joined

),

with_revenue as (

    select
        *,
        case when won = 0 or known_won > 0 then known_revenue end as revenue,
        case when won_of_others = 0 or known_won_of_others > 0 then known_revenue_of_others end
            as revenue_of_others

    from pooled

),

with_roi as (

    select
        *,
        {{ ratio(
            '(revenue * ' ~ as_double(var('gross_margin')) ~ ' - cost)', 'cost'
        ) }} as roi,
        {{ ratio(
            '(revenue_of_others * ' ~ as_double(var('gross_margin')) ~ ' - cost_of_others)',
            'cost_of_others'
        ) }} as roi_of_others

    from with_revenue

),

final as (

    select
        quarter,
        channel,
        {{ as_int('leads') }} as leads,
        {{ as_int('won') }} as won,
        {{ as_money('revenue') }} as revenue,
        {{ as_money('cost') }} as cost,
        roi,
        case when roi > 0 and roi_of_others > 0 then roi / roi_of_others end
            as roi_ratio_to_others,
        100 * (roi - roi_of_others) as roi_points_over_others,
        {{ as_of() }}
        >= {{ start_of_org_day(
            dbt.dateadd(
                'day', 180, dbt.dateadd('month', 3, start_of_fiscal_quarter_label('quarter'))
            )
        ) }} as is_mature

    from with_roi

    where leads > 0 or cost != 0

)

select * from final
