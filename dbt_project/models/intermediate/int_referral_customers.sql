with

referrals as (

    select * from {{ ref('int_referrals') }}

    where referee_email is not null

),

contacts as (

    select distinct
        {{ email_key('email') }} as email,
        account_id

    from {{ ref('stg_salesforce__contacts') }}

    where {{ exists_as_of('created_at') }} and account_id is not null

),

prospects as (

    select * from {{ ref('int_prospects') }}

),

sales_cycles as (

    select * from {{ ref('int_sales_cycles') }}

),

deal_wins as (

    select * from {{ ref('int_deal_wins') }}

),

open_stretches as (

    select * from {{ ref('int_open_stretches') }}

),

deals_of_referees as (

    select
        referrals.referral_id,
        referrals.created_at,
        sales_cycles.opportunity_id

    from referrals

    inner join contacts on referrals.referee_email = contacts.email

    inner join sales_cycles on contacts.account_id = sales_cycles.account_id

    left join prospects on referrals.named_lead_id = prospects.lead_id

    where
        sales_cycles.opened_at < referrals.created_at
        and coalesce(sales_cycles.opportunity_id != prospects.opportunity_id, true)

),

final as (

    select deals_of_referees.referral_id
    from deals_of_referees
    inner join deal_wins on deals_of_referees.opportunity_id = deal_wins.opportunity_id
    where deal_wins.won_at < deals_of_referees.created_at

    union

    select deals_of_referees.referral_id
    from deals_of_referees
    inner join open_stretches on deals_of_referees.opportunity_id = open_stretches.opportunity_id
    where
        open_stretches.open_from <= deals_of_referees.created_at
        and coalesce(open_stretches.open_until > deals_of_referees.created_at, true)

)

select * from final
