with

check_ins as (

    select * from {{ ref('stg_badger__check_ins') }}

),

time_zones as (

    select * from {{ ref('int_check_in_time_zones') }}

),

reps as (

    select * from {{ ref('int_reps') }}

),

in_utc as (

    select
        check_ins.check_in_id,
        check_ins.crm_record_id,
        reps.rep_id,
        {{ local_to_utc('check_ins.checked_in_local_at', 'time_zones.used_time_zone') }}
            as checked_in_at

    from check_ins

    inner join time_zones on lower(check_ins.rep_name) = time_zones.user_name

    inner join reps on time_zones.user_id = reps.rep_id

),

final as (

    select * from in_utc

    where checked_in_at <= {{ as_of() }}

)

select * from final
