with

leads as (

    select
        lead_id,
        {{ email_key('email') }} as email,
        created_at,
        {{ days_after('created_at', -var('referral_attribution_days')) }} as referral_may_come_from,
        {{ dbt.dateadd('hour', 24, 'created_at') }} as referral_may_come_until

    from {{ ref('int_leads') }}

    where {{ email_key('email') }} is not null and created_at is not null

),

referrals as (

    select
        referee_email as email,
        created_at as at,
        row_number() over (
            partition by referee_email order by created_at, referral_id
        ) as event_number

    from {{ ref('int_referrals') }}

    where referee_email is not null

),

lead_instants as (

    select
        email,
        referral_may_come_from as at
    from leads

),

first_referrals as (

    {{ first_at_or_after('lead_instants', 'referrals', ['email']) }}

),

final as (

    select leads.lead_id

    from leads

    inner join first_referrals
        on
            leads.email = first_referrals.email
            and leads.referral_may_come_from = first_referrals.at

    inner join referrals
        on
            first_referrals.email = referrals.email
            and first_referrals.event_number = referrals.event_number

    where referrals.at <= leads.referral_may_come_until

)

select * from final
