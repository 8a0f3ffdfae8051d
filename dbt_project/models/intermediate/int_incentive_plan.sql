with

incentive_plan as (

    select * from {{ ref('incentive_plan') }}

    where award is not null and metric is not null and place is not null

),

final as (

    select
        award,
        metric,
        place,
        coalesce(payout, 0) as payout,
        -- A rep without any volume has no place, whatever the plan says.
        greatest(
            coalesce(
                min(minimum_volume) over (partition by metric),
                case
                    {%- for table in ['saved_leads', 'response_time', 'velocity', 'referrals', 'quality'] %}
                    {%- for metric in metrics_of(table) | selectattr('rank', 'defined') %}
                    when metric = '{{ metric.name }}' then {{ default_minimum_volume(metric.name) }}
                    {%- endfor %}
                    {%- endfor %}
                end
            ),
            1
        ) as minimum_volume

    from incentive_plan

)

select * from final
