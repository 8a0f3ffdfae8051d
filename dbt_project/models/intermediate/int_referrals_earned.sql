with

referrals as (

    select * from {{ ref('int_referrals') }}

),

referral_exclusions as (

    select * from {{ ref('int_referral_exclusions') }}

),

referral_leads as (

    select * from {{ ref('int_referral_leads') }}

),

leads_named_by_referrals as (

    select * from {{ ref('int_leads_named_by_referrals') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

prospects as (

    select * from {{ ref('int_prospects') }}

),

opportunities as (

    select * from {{ ref('int_opportunities') }}

),

sales_cycles as (

    select * from {{ ref('int_sales_cycles') }}

),

of_programme as (

    select
        referrals.referral_id,
        'programme' as origin,
        referrals.referrer_id,
        referrals.referrer_account_id,
        referral_leads.lead_id,
        prospects.opportunity_id,
        referrals.created_at,
        referral_exclusions.exclusion_reason

    from referrals

    inner join referral_exclusions on referrals.referral_id = referral_exclusions.referral_id

    left join referral_leads on referrals.referral_id = referral_leads.referral_id

    left join prospects on referral_leads.lead_id = prospects.lead_id

),

-- What the CRM calls a referral and the programme knows nothing of.
of_crm as (

    select
        leads.lead_id as referral_id,
        leads.lead_id,
        prospects.opportunity_id,
        leads.created_at
    from leads
    inner join prospects on leads.lead_id = prospects.lead_id
    left join referral_leads on leads.lead_id = referral_leads.lead_id
    left join leads_named_by_referrals on leads.lead_id = leads_named_by_referrals.lead_id
    where
        leads.channel = 'referral'
        and referral_leads.lead_id is null
        and leads_named_by_referrals.lead_id is null

    union all

    select
        opportunities.opportunity_id as referral_id,
        cast(null as {{ dbt.type_string() }}) as lead_id,
        opportunities.opportunity_id,
        opportunities.created_at
    from opportunities
    inner join prospects on opportunities.opportunity_id = prospects.opportunity_id
    inner join sales_cycles on opportunities.opportunity_id = sales_cycles.opportunity_id
    where
        prospects.lead_id is null
        and opportunities.is_new_business
        and sales_cycles.channel = 'referral'

),

final as (

    select * from of_programme

    union all

    select
        referral_id,
        'crm_only' as origin,
        cast(null as {{ dbt.type_string() }}) as referrer_id,
        cast(null as {{ dbt.type_string() }}) as referrer_account_id,
        lead_id,
        opportunity_id,
        created_at,
        cast(null as {{ dbt.type_string() }}) as exclusion_reason
    from of_crm

)

select * from final
