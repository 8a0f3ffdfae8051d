with

opportunities as (

    select * from {{ ref('stg_salesforce__opportunities') }}

),

currency_rates as (

    select * from {{ ref('int_currency_rates') }}

),

source_classes as (

    select * from {{ ref('int_lead_source_classes') }}

),

stage_classes as (

    select * from {{ ref('int_stage_classes') }}

),

final as (

    select
        opportunities.opportunity_id,
        opportunities.account_id,
        opportunities.stage,
        coalesce(opportunities.is_closed, stage_classes.is_closed) as is_closed,
        coalesce(opportunities.is_won, stage_classes.is_won) as is_won,
        opportunities.close_date,
        opportunities.lost_reason,
        opportunities.campaign_id,
        opportunities.created_by_id,
        opportunities.created_at,
        {{ corporate_amount('opportunities.amount', 'currency_rates.conversion_rate') }} as amount,
        opportunities.opportunity_type,
        not coalesce(
            opportunities.opportunity_type in {{ values_of('non_new_business_types') }},
            false
        ) as is_new_business,
        opportunities.lead_source,
        source_classes.channel

    from opportunities

    left join currency_rates
        on coalesce(opportunities.currency_code, '') = currency_rates.currency_code

    left join source_classes
        on coalesce(opportunities.lead_source, '') = source_classes.lead_source

    left join stage_classes on coalesce(opportunities.stage, '') = stage_classes.stage

    where {{ exists_as_of('opportunities.created_at') }}

)

select * from final
