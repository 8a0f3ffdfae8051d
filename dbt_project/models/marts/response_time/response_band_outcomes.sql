with

response_cycles as (

    select * from {{ ref('fct_response_cycles') }}

),

qualifications as (

    select * from {{ ref('int_lead_qualifications') }}

),

prospects as (

    select * from {{ ref('int_prospects') }}

),

sales_cycles as (

    select * from {{ ref('int_sales_cycles') }}

),

cycles_in_bands as (

    select
        *,
        case
            when response_seconds <= 5 * 60 then '≤5 min'
            when response_seconds <= 15 * 60 then '≤15 min'
            when response_seconds <= 3600 then '≤1 h'
            when response_seconds <= 4 * 3600 then '≤4 h'
            when response_seconds <= 24 * 3600 then '≤24 h'
            when response_seconds is not null then '>24 h'
            when {{ seconds_between('signal_at', as_of()) }} >= 24 * 3600 then 'never'
        end as band

    from response_cycles

    where exclusion_reason is null and not is_only_a_date

),

counted as (

    select
        cycles_in_bands.signal_quarter as quarter,
        cycles_in_bands.band,
        count(*) as cycles,
        count(cycles_in_bands.contacted_at) as contacted,
        count(case when cycles_in_bands.reached_decision_maker then 1 end)
            as reached_decision_maker,
        count(qualifications.lead_id) as qualified,
        count(case when sales_cycles.is_won then 1 end) as won

    from cycles_in_bands

    left join qualifications on cycles_in_bands.lead_id = qualifications.lead_id

    left join prospects on cycles_in_bands.lead_id = prospects.lead_id

    left join sales_cycles on prospects.opportunity_id = sales_cycles.opportunity_id

    where cycles_in_bands.band is not null

    group by 1, 2

),

with_rates as (

    select
        *,
        {{ ratio('contacted', 'cycles') }} as contact_rate,
        {{ ratio('reached_decision_maker', 'cycles') }} as decision_maker_rate,
        {{ ratio('qualified', 'cycles') }} as qualified_rate,
        {{ ratio('won', 'cycles') }} as won_rate

    from counted

),

slow as (

    select
        quarter,
        decision_maker_rate
    from with_rates
    where band = '>24 h'

),

final as (

    select
        with_rates.quarter,
        with_rates.band,
        {{ as_int('with_rates.cycles') }} as cycles,
        {{ as_int('with_rates.contacted') }} as contacted,
        {{ as_int('with_rates.reached_decision_maker') }} as reached_decision_maker,
        {{ as_int('with_rates.qualified') }} as qualified,
        {{ as_int('with_rates.won') }} as won,
        with_rates.contact_rate,
        with_rates.decision_maker_rate,
        {{ ratio('with_rates.decision_maker_rate', 'slow.decision_maker_rate') }}
            as decision_maker_lift,
        with_rates.qualified_rate,
        with_rates.won_rate

    from with_rates

    left join slow on with_rates.quarter = slow.quarter

)

select * from final
