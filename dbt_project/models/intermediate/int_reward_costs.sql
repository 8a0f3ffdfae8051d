with

rewards as (

    select * from {{ ref('stg_referrals__rewards') }}

    where status != 'void' and {{ exists_as_of('created_at') }}

),

currency_rates as (

    select * from {{ ref('int_currency_rates') }}

),

final as (

    select
        rewards.reward_id,
        rewards.referral_id,
        rewards.created_at,
        {{ corporate_amount('rewards.amount', 'currency_rates.conversion_rate') }} as cost

    from rewards

    left join currency_rates
        on coalesce(rewards.currency_code, '') = currency_rates.currency_code

)

select * from final
