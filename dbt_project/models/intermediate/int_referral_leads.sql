with

referrals as (

    select * from {{ ref('int_referrals') }}

    where named_lead_id is not null

),

referral_exclusions as (

    select * from {{ ref('int_referral_exclusions') }}

),

-- A lead belongs to one referral; the others that name it have none.
claims as (

    select
        referrals.referral_id,
        referrals.named_lead_id as lead_id,
        row_number() over (
            partition by referrals.named_lead_id
            order by
                case when referral_exclusions.exclusion_reason is null then 0 else 1 end,
                case when referrals.is_named_by_email then 0 else 1 end,
                referrals.created_at,
                referrals.referral_id
        ) as claim_number

    from referrals

    inner join referral_exclusions on referrals.referral_id = referral_exclusions.referral_id

),

final as (

    select
        referral_id,
        lead_id

    from claims

    where claim_number = 1

)

select * from final
