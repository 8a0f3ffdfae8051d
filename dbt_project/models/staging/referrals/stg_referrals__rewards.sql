with

source as (

    select * from {{ source('referrals', 'rewards') }}

),

renamed as (

    select
        reward_id,
        referral_id,
        nullif(trim(recipient), '') as recipient,
        nullif(trim(kind), '') as kind,
        amount,
        nullif(trim(currency), '') as currency_code,
        nullif(trim(status), '') as status,
        cast(created_at as timestamp) as created_at,
        cast(issued_at as timestamp) as issued_at

    from source

)

select * from renamed
