with

source as (

    select * from {{ source('referrals', 'referrers') }}

),

renamed as (

    select
        referrer_id,
        nullif(trim(email), '') as email,
        nullif(trim(name), '') as referrer_name,
        nullif(trim(kind), '') as kind,
        crm_account_id as account_id,
        nullif(trim(code), '') as referral_code,
        cast(joined_at as timestamp) as joined_at

    from source

)

select * from renamed
