with

referrals as (

    select * from {{ ref('stg_referrals__referrals') }}

    where {{ exists_as_of('created_at') }}

),

referrers as (

    select * from {{ ref('stg_referrals__referrers') }}

    where {{ exists_as_of('joined_at') }}

),

contacts as (

    select
        {{ email_key('email') }} as email,
        account_id,
        row_number() over (
            partition by {{ email_key('email') }} order by created_at, contact_id
        ) as contact_number

    from {{ ref('stg_salesforce__contacts') }}

    where
        {{ exists_as_of('created_at') }}
        and account_id is not null
        and {{ email_key('email') }} is not null

),

leads as (

    select
        lead_id,
        {{ email_key('email') }} as email,
        referral_code,
        created_at

    from {{ ref('int_leads') }}

    where created_at is not null

),

with_referrer as (

    select
        referrals.referral_id,
        referrals.referrer_id,
        referrals.status,
        referrals.created_at,
        {{ email_key('referrals.referee_email') }} as referee_email,
        {{ email_key('referrers.email') }} as referrer_email,
        referrers.referral_code,
        coalesce(referrers.account_id, contacts.account_id) as referrer_account_id,
        {{ dbt.dateadd('hour', -24, 'referrals.created_at') }} as lead_may_come_from,
        {{ days_after('referrals.created_at', var('referral_attribution_days')) }}
            as lead_may_come_until

    from referrals

    left join referrers on referrals.referrer_id = referrers.referrer_id

    left join contacts
        on {{ email_key('referrers.email') }} = contacts.email and contacts.contact_number = 1

),

{% for key, of_referral in {'email': 'referee_email', 'referral_code': 'referral_code'}.items() -%}
leads_by_{{ key }} as (

    select
        {{ key }},
        lead_id,
        created_at as at,
        row_number() over (partition by {{ key }} order by created_at, lead_id) as event_number
    from leads
    where {{ key }} is not null

),

referrals_by_{{ key }} as (

    select
        {{ of_referral }} as {{ key }},
        lead_may_come_from as at
    from with_referrer
    where {{ of_referral }} is not null

),

first_by_{{ key }} as (

    {{ first_at_or_after('referrals_by_' ~ key, 'leads_by_' ~ key, [key]) }}

),

named_by_{{ key }} as (

    select
        with_referrer.referral_id,
        leads_by_{{ key }}.lead_id

    from with_referrer

    inner join first_by_{{ key }}
        on
            with_referrer.{{ of_referral }} = first_by_{{ key }}.{{ key }}
            and with_referrer.lead_may_come_from = first_by_{{ key }}.at

    inner join leads_by_{{ key }}
        on
            first_by_{{ key }}.{{ key }} = leads_by_{{ key }}.{{ key }}
            and first_by_{{ key }}.event_number = leads_by_{{ key }}.event_number

    where leads_by_{{ key }}.at <= with_referrer.lead_may_come_until

),

{% endfor -%}

final as (

    select
        with_referrer.*,
        coalesce(named_by_email.lead_id, named_by_referral_code.lead_id) as named_lead_id,
        named_by_email.lead_id is not null as is_named_by_email

    from with_referrer

    left join named_by_email on with_referrer.referral_id = named_by_email.referral_id

    left join named_by_referral_code
        on with_referrer.referral_id = named_by_referral_code.referral_id

)

select * from final
