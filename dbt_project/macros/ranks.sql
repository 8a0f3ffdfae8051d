{#- Ranks within a quarter are 1, 2, 2, 4, best is 1; those who may not be ranked have none (0.8). -#}
{% macro rank_in_quarter(value, direction, eligible) -%}
    {%- set may -%} ({{ eligible }}) and {{ value }} is not null {%- endset -%}
    case
        when {{ may }}
            then {{ as_int(
                'rank() over (partition by quarter, ' ~ may ~ ' order by ' ~ value ~ ' ' ~ direction ~ ')'
            ) }}
    end
{%- endmacro %}


{#- The smallest denominator with which a metric is ranked: the incentive plan's, else a default. -#}
{% macro minimum_volume(metric, default) -%}
    coalesce(
        (
            select min(plan.minimum_volume) from {{ ref('incentive_plan') }} as plan
            where plan.metric = '{{ metric }}'
        ),
        {{ default }}
    )
{%- endmacro %}
