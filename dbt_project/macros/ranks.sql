{#- Ranks are 1, 2, 2, 4, best is 1; those who may not be ranked have none (0.8). -#}
{% macro rank_within(partition, value, direction, eligible) -%}
    {%- set may -%} ({{ eligible }}) and {{ value }} is not null {%- endset -%}
    case
        when {{ may }}
            then {{ as_int(
                'rank() over (partition by ' ~ partition ~ ', ' ~ may ~ ' order by ' ~ value ~ ' '
                ~ direction ~ ')'
            ) }}
    end
{%- endmacro %}


{% macro rank_in_quarter(value, direction, eligible) -%}
    {{ rank_within('quarter', value, direction, eligible) }}
{%- endmacro %}


{#- The smallest volume with which a metric is ranked: the incentive plan's, else the default. -#}
{% macro minimum_volume(metric) -%}
    coalesce(
        (
            select min(plan.minimum_volume) from {{ ref('incentive_plan') }} as plan
            where plan.metric = '{{ metric }}'
        ),
        {{ default_minimum_volume(metric) }}
    )
{%- endmacro %}


{#- Where the plan says nothing: what is itself counted needs one, a median or mean needs several. -#}
{% macro default_minimum_volume(metric) -%}
    {{ 1 if metric in ('saved_leads', 'largest_won_amount', 'referrals_earned') else var('minimum_volume') }}
{%- endmacro %}
