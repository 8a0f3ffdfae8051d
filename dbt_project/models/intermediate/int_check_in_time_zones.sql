with

check_ins as (

    select * from {{ ref('stg_badger__check_ins') }}

),

users as (

    select
        user_id,
        lower(user_name) as user_name,
        coalesce(time_zone, '') as time_zone,
        count(*) over (partition by lower(user_name)) as namesakes

    from {{ ref('stg_salesforce__users') }}

),

known_time_zones as (

    {{ known_time_zones() }}

),

final as (

    select
        users.user_id,
        users.user_name,
        users.time_zone,
        case
            when known_time_zones.time_zone is null then {{ org_time_zone() }}
            else users.time_zone
        end as used_time_zone,
        count(*) as records,
        known_time_zones.time_zone is not null as is_known

    from users

    inner join check_ins on users.user_name = lower(check_ins.rep_name)

    left join known_time_zones on users.time_zone = known_time_zones.time_zone

    where users.namesakes = 1

    group by 1, 2, 3, 4, 6

)

select * from final
