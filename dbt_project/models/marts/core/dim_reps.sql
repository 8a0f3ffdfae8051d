with

reps as (

    select * from {{ ref('int_reps') }}

),

final as (

    select
        rep_id,
        rep_name,
        manager_id,
        time_zone,
        is_active

    from reps

)

select * from final
