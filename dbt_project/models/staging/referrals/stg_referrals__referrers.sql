with

source as (

    select * from {{ source('referrals', 'referrers') }}

),

renamed as (

    select
        referrer_id,
        {{ trimmed('email') }} as email,
        {{ trimmed('name') }} as referrer_name,
        {{ trimmed('kind') }} as kind,
        crm_account_id as account_id,
        {{ trimmed('code') }} as referral_code,
        cast(joined_at as timestamp) as joined_at

    from source

)

select * from renamed
