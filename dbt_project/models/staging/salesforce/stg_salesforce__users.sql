with

source as (

    select * from {{ source('salesforce', 'user') }}

),

renamed as (

    select
        id as user_id,
        {{ trimmed('name') }} as user_name,
        {{ trimmed('email') }} as email,
        is_active,
        {{ trimmed('user_type') }} as user_type,
        manager_id,
        {{ trimmed('time_zone_sid_key') }} as time_zone

    from source

)

select * from renamed
