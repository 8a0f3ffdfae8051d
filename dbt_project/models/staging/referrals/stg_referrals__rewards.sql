with

source as (

    select * from {{ source('referrals', 'rewards') }}

),

renamed as (

    select
        reward_id,
        referral_id,
        {{ trimmed('recipient') }} as recipient,
        {{ trimmed('kind') }} as kind,
        amount,
        {{ trimmed('currency') }} as currency_code,
        {{ trimmed('status') }} as status,
        cast(created_at as timestamp) as created_at,
        cast(issued_at as timestamp) as issued_at

    from source

)

select * from renamed
