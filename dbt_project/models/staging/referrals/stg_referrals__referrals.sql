with

source as (

    select * from {{ source('referrals', 'referrals') }}

),

renamed as (

    select
        referral_id,
        referrer_id,
        {{ trimmed('referee_email') }} as referee_email,
        {{ trimmed('referee_name') }} as referee_name,
        {{ trimmed('referee_company') }} as referee_company,
        {{ trimmed('channel') }} as channel,
        {{ trimmed('status') }} as status,
        cast(created_at as timestamp) as created_at,
        cast(converted_at as timestamp) as converted_at,
        cast(updated_at as timestamp) as updated_at

    from source

)

select * from renamed
