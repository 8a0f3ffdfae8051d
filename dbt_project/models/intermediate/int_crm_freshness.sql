with

crm_records as (

    select * from {{ ref('int_crm_records') }}

),

last_touches as (

    select * from {{ ref('int_record_last_touches') }}

),

aged as (

    select
        crm_records.object,
        crm_records.rep_id,
        {{ days_between('last_touches.last_touched_at', as_of()) }} as age_days

    from crm_records

    left join last_touches
        on
            crm_records.object = last_touches.object
            and crm_records.record_id = last_touches.record_id

),

final as (

    select
        {{ org_date(as_of()) }} as snapshot_date,
        object,
        rep_id,
        {{ as_int('count(*)') }} as records,
        {{ as_int('count(age_days)') }} as dated_records,
        sum(
            100 * power(0.5, age_days / {{ as_double(var('freshness_half_life_days')) }})
        ) as freshness_points

    from aged

    group by 1, 2, 3

)

select * from final
