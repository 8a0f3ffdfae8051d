with

referrals as (

    select * from {{ ref('int_referrals') }}

),

referral_customers as (

    select * from {{ ref('int_referral_customers') }}

),

free_mail_domains as (

    select distinct lower({{ trimmed('domain') }}) as domain
    from {{ ref('free_mail_domains') }}

),

by_themselves as (

    select
        referrals.referral_id,
        referrals.referee_email,
        referrals.status,
        referrals.created_at,
        case
            when referrals.status = 'reversed' then 'reversed'
            when referrals.status in ('denied', 'expired') then 'denied'
            when referrals.referee_email = referrals.referrer_email then 'self_referral'
            when
                {{ mail_domain('referrals.referee_email') }}
                = {{ mail_domain('referrals.referrer_email') }}
                and free_mail_domains.domain is null
                then 'self_referral'
            when referral_customers.referral_id is not null then 'existing_customer'
        end as exclusion_reason

    from referrals

    left join referral_customers on referrals.referral_id = referral_customers.referral_id

    left join free_mail_domains
        on {{ mail_domain('referrals.referee_email') }} = free_mail_domains.domain

),

-- Of the referrals of one person that nothing else speaks against the first counts.
with_earlier as (

    select
        *,
        coalesce(
            sum(case when exclusion_reason is null and status != 'visited' then 1 else 0 end) over (
                partition by referee_email
                order by created_at, referral_id
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) > 0
        and referee_email is not null as has_earlier

    from by_themselves

),

final as (

    select
        referral_id,
        case
            when exclusion_reason is not null then exclusion_reason
            when has_earlier then 'duplicate'
            when status = 'visited' then 'visit_only'
        end as exclusion_reason

    from with_earlier

)

select * from final
