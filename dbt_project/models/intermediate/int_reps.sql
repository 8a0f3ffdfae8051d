with

users as (

    select * from {{ ref('stg_salesforce__users') }}

),

-- An id of 15 characters is the record whose 18 begin with it.
service_users as (

    select distinct substr(user_id, 1, 15) as user_id from {{ ref('service_users') }}

),

final as (

    select
        users.user_id as rep_id,
        users.user_name as rep_name,
        users.manager_id,
        users.time_zone,
        coalesce(users.is_active, false) as is_active

    from users

    left join service_users on substr(users.user_id, 1, 15) = service_users.user_id

    where users.user_type = 'Standard' and service_users.user_id is null

)

select * from final
