with

referrals as (

    select * from {{ ref('int_referrals_earned') }}

),

referral_asks as (

    select
        *,
        row_number() over (partition by account_id order by asked_at, ask_id) as ask_number

    from {{ ref('int_referral_asks') }}

    where account_id is not null and rep_id is not null

),

accounts as (

    select * from {{ ref('stg_salesforce__accounts') }}

    where {{ exists_as_of('created_at') }}

),

reps as (

    select * from {{ ref('int_reps') }}

),

referral_instants as (

    select
        referrer_account_id as account_id,
        created_at as at
    from referrals
    where referrer_account_id is not null and created_at is not null

),

ask_instants as (

    select
        account_id,
        asked_at as at,
        ask_number as event_number
    from referral_asks

),

last_asks as (

    {{ last_at_or_before('referral_instants', 'ask_instants', ['account_id'], strictly=true) }}

),

askers as (

    select
        referrals.referral_id,
        referral_asks.rep_id

    from referrals

    inner join last_asks
        on
            referrals.referrer_account_id = last_asks.account_id
            and referrals.created_at = last_asks.at

    inner join referral_asks
        on
            last_asks.account_id = referral_asks.account_id
            and last_asks.event_number = referral_asks.ask_number

    where referral_asks.asked_at >= {{ days_after('referrals.created_at', -180) }}

),

-- Whose account the referrer was then; of what only the CRM knows, whose it was when it came.
owned as (

    select
        referrals.referral_id,
        referrals.created_at,
        case
            when referrals.origin = 'programme' then 'Account'
            when referrals.lead_id is not null then 'Lead'
            else 'Opportunity'
        end as object,
        case
            when referrals.origin = 'programme' then accounts.account_id
            else referrals.referral_id
        end as record_id

    from referrals

    left join accounts on referrals.referrer_account_id = accounts.account_id

),

{% set objects = ['Account', 'Lead', 'Opportunity'] -%}

{% for object in objects -%}
owned_{{ object | lower }}s as (

    select
        record_id,
        created_at as at
    from owned
    where object = '{{ object }}' and record_id is not null and created_at is not null

),

owners_of_{{ object | lower }}s as (

    {{ owner_at('owned_' ~ (object | lower) ~ 's', object) }}

),

{% endfor -%}

owners as (

    {% for object in objects -%}
    select
        '{{ object }}' as object,
        owners_of_{{ object | lower }}s.*
    from owners_of_{{ object | lower }}s

    {{ 'union all' if not loop.last }}

    {% endfor %}

),

final as (

    select
        owned.referral_id,
        coalesce(askers.rep_id, reps.rep_id) as rep_id

    from owned

    left join askers on owned.referral_id = askers.referral_id

    left join owners
        on
            owned.object = owners.object
            and owned.record_id = owners.record_id
            and owned.created_at = owners.at

    left join reps on owners.owner_id = reps.rep_id

)

select * from final
