with

links as (

    select * from {{ ref('int_funnel_links') }}

),

velocity as (

    select
        *,
        win_rate * mean_won_amount as worth_of_a_deal

    from {{ ref('int_velocity_by_team') }}

    where team = 'all'

),

response_cycles as (

    select
        *,
        coalesce(response_seconds <= {{ sla_seconds() }}, false) as is_in_time

    from {{ ref('fct_response_cycles') }}

    where exclusion_reason is null and ({{ is_answered_or_past_sla() }})

),

qualifications as (

    select * from {{ ref('int_lead_qualifications') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

saved_episodes as (

    select * from {{ ref('fct_loss_episodes') }}

    where outcome = 'saved'

),

referrals as (

    select * from {{ ref('fct_referrals') }}

    where exclusion_reason is null

),

-- How much more often a lead is qualified if it is answered in time.
answering as (

    select
        {{ ratio(
            'count(case when response_cycles.is_in_time then qualifications.lead_id end)',
            'count(case when response_cycles.is_in_time then 1 end)'
        ) }}
        - {{ ratio(
            'count(case when not response_cycles.is_in_time then qualifications.lead_id end)',
            'count(case when not response_cycles.is_in_time then 1 end)'
        ) }} as more_qualified

    from response_cycles

    left join qualifications on response_cycles.lead_id = qualifications.lead_id

),

first_qualified as (

    select
        {{ fiscal_quarter('qualifications.first_qualified_at') }} as quarter,
        count(*) as qualified_leads

    from qualifications

    inner join leads on qualifications.lead_id = leads.lead_id

    where qualifications.first_qualified_at is not null

    group by 1

),

saving as (

    select
        count(saved_won_at) as won,
        {{ ratio('count(saved_won_at)', 'count(*)') }}
        * avg(case when saved_won_at is not null then saved_won_amount end) as worth

    from saved_episodes

),

referring as (

    select
        count(case when is_won then 1 end) as won,
        {{ ratio('count(referrer_account_id)', 'count(distinct referrer_account_id)') }}
            as referrals_by_account,
        {{ ratio('count(case when is_won then 1 end)', 'count(*)') }}
        * avg(case when is_won then won_amount end) as worth

    from referrals

),

-- Nothing closed is nothing won; won at unknown amounts is unknown.
qualifying as (

    select
        first_qualified.quarter,
        {{ ratio(
            'case when velocity.quarter is null then 0 else velocity.won_amount end',
            'first_qualified.qualified_leads'
        ) }} as worth_of_a_lead

    from first_qualified

    left join velocity on first_qualified.quarter = velocity.quarter

),

final as (

    select
        links.quarter,
        links.link,
        case links.link
            when 'leads_answered_in_time'
                then
                    case when answering.more_qualified < 0 then 0 else answering.more_qualified end
                    * qualifying.worth_of_a_lead
            when 'leads_qualified' then qualifying.worth_of_a_lead
            when 'opportunities_won' then velocity.mean_won_amount
            when 'prospects_saved'
                then case when saving.won < 5 then velocity.worth_of_a_deal else saving.worth end
            when 'customers_referred'
                then
                    referring.referrals_by_account
                    * case
                        when referring.won < 5 then velocity.worth_of_a_deal
                        else referring.worth
                    end
        end as worth_of_one_more_hit

    from links

    left join velocity on links.quarter = velocity.quarter

    left join qualifying on links.quarter = qualifying.quarter

    cross join answering

    cross join saving

    cross join referring

)

select * from final
