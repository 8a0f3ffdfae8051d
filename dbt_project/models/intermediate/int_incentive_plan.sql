with

incentive_plan as (

    select * from {{ ref('incentive_plan') }}

),

with_volume as (

    select
        award,
        metric,
        place,
        coalesce(payout, 0) as payout,
        coalesce(
            min(minimum_volume) over (partition by metric),
            case
                {%- for metric in ranked_metrics() %}
                when metric = '{{ metric }}' then {{ default_minimum_volume(metric) }}
                {%- endfor %}
            end
        ) as minimum_volume,
        coalesce(
            metric in (
                {%- for metric in ranked_metrics() %}
                '{{ metric }}'{{ ',' if not loop.last }}
                {%- endfor %}
            ),
            false
        ) as is_known

    from incentive_plan

),

final as (

    select
        award,
        metric,
        place,
        payout,
        -- A rep without any volume has no place, whatever the plan says.
        greatest(minimum_volume, 1) as minimum_volume,
        is_known,
        1 as records

    from with_volume

    where award is not null and place is not null

)

select * from final
