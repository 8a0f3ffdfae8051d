with

survivors as (

    select * from {{ ref('int_lead_survivors') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

prospects as (

    select * from {{ ref('int_prospects') }}

),

final as (

    select
        survivor_id as lead_id,
        lead_id as target_id
    from survivors

    union all

    select
        lead_id,
        converted_contact_id as target_id
    from leads
    where converted_contact_id is not null

    union all

    select
        lead_id,
        opportunity_id as target_id
    from prospects
    where lead_id is not null and opportunity_id is not null

)

select * from final
