with

leads as (

    select * from {{ ref('int_leads') }}

),

opportunities as (

    select * from {{ ref('int_opportunities') }}

),

conversions as (

    select
        leads.lead_id,
        opportunities.opportunity_id,
        row_number() over (
            partition by opportunities.opportunity_id order by leads.converted_at, leads.lead_id
        ) as conversion_number

    from leads

    inner join opportunities on leads.converted_opportunity_id = opportunities.opportunity_id

),

first_conversions as (

    select * from conversions

    where conversion_number = 1

),

final as (

    select
        leads.lead_id as prospect_id,
        leads.lead_id,
        first_conversions.opportunity_id
    from leads
    left join first_conversions on leads.lead_id = first_conversions.lead_id

    union all

    select
        opportunities.opportunity_id as prospect_id,
        cast(null as {{ dbt.type_string() }}) as lead_id,
        opportunities.opportunity_id
    from opportunities
    left join conversions on opportunities.opportunity_id = conversions.opportunity_id
    where conversions.opportunity_id is null

)

select * from final
