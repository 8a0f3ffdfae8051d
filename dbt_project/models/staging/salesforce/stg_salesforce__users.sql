with

source as (

    select * from {{ source('salesforce', 'user') }}

),

renamed as (

    select
        id as user_id,
        nullif(trim(name), '') as user_name,
        nullif(trim(email), '') as email,
        is_active,
        nullif(trim(user_type), '') as user_type,
        manager_id,
        nullif(trim(time_zone_sid_key), '') as time_zone

    from source

)

select * from renamed
