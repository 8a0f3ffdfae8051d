with

response_time as (

    select * from {{ ref('int_response_by_team') }}

    where team = 'all'

),

velocity as (

    select * from {{ ref('int_velocity_by_team') }}

    where team = 'all'

),

saved_leads as (

    select * from {{ ref('int_saved_leads_by_team') }}

    where team = 'all'

),

quality as (

    select * from {{ ref('int_quality_by_team') }}

    where team = 'all'

),

leads as (

    select
        lead_id,
        {{ fiscal_quarter('created_at') }} as quarter

    from {{ ref('int_leads') }}

    where created_at is not null

),

qualifications as (

    select * from {{ ref('int_lead_qualifications') }}

),

customers as (

    select * from {{ ref('int_customers') }}

),

referring_accounts as (

    select distinct
        created_quarter as quarter,
        referrer_account_id as account_id

    from {{ ref('fct_referrals') }}

    where exclusion_reason is null and referrer_account_id is not null

),

counted as (

    select
        quarter,
        'leads_answered_in_time' as link,
        answered_or_past_sla as n,
        within_sla as hits,
        {{ ratio('within_sla', 'answered_or_past_sla') }} as rate
    from response_time

    union all

    select
        leads.quarter,
        'leads_qualified' as link,
        count(*) as n,
        count(qualifications.lead_id) as hits,
        {{ ratio('count(qualifications.lead_id)', 'count(*)') }} as rate
    from leads
    left join qualifications on leads.lead_id = qualifications.lead_id
    group by leads.quarter

    union all

    select
        quarter,
        'opportunities_won' as link,
        won + lost as n,
        won as hits,
        win_rate as rate
    from velocity

    union all

    select
        quarter,
        'prospects_saved' as link,
        settled_episodes as n,
        settled_saved_episodes as hits,
        {{ ratio('settled_saved_episodes', 'settled_episodes') }} as rate
    from saved_leads

    union all

    select
        customers.quarter,
        'customers_referred' as link,
        count(*) as n,
        count(referring_accounts.account_id) as hits,
        {{ ratio('count(referring_accounts.account_id)', 'count(*)') }} as rate
    from customers
    left join referring_accounts
        on
            customers.quarter = referring_accounts.quarter
            and customers.account_id = referring_accounts.account_id
    group by customers.quarter

    union all

    -- A rate over what the rules looked at, not over records: there is nothing to count hits of.
    select
        quarter,
        'records_complete' as link,
        records as n,
        null as hits,
        {{ ratio('filled_passed', 'filled_evaluated') }} as rate
    from quality

),

links as (
    {% for link in [
        'leads_answered_in_time',
        'leads_qualified',
        'opportunities_won',
        'prospects_saved',
        'customers_referred',
        'records_complete',
    ] %}
    select
        {{ loop.index }} as link_number,
        '{{ link }}' as link
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

quarters as (

    select quarter
    from counted
    group by quarter
    having max(n) > 0

),

final as (

    select
        quarters.quarter,
        links.link_number,
        links.link,
        -- Where nobody took a snapshot, the number of records is unknown.
        case
            when links.link = 'records_complete' then counted.n
            else coalesce(counted.n, 0)
        end as n,
        case when links.link != 'records_complete' then coalesce(counted.hits, 0) end as hits,
        counted.rate

    from quarters

    cross join links

    left join counted
        on quarters.quarter = counted.quarter and links.link = counted.link

)

select * from final
