{#- Ranks are 1, 2, 2, 4, best is 1; those who may not be ranked have none (0.8). Values that differ by no
    more than what floating point leaves of a sum are a tie: nobody's bonus hangs on its last bit. -#}
{% macro rank_within(partition, value, direction, eligible) -%}
    {%- set may -%} ({{ eligible }}) and {{ value }} is not null {%- endset -%}
    {%- set compared = without_noise(value) -%}
    case
        when {{ may }}
            then {{ as_int(
                'rank() over (partition by ' ~ partition ~ ', ' ~ may ~ ' order by ' ~ compared ~ ' '
                ~ direction ~ ')'
            ) }}
    end
{%- endmacro %}


{#- A double to twelve digits, which is more than any value has to say and less than a sum in another
    order changes. -#}
{% macro without_noise(value) -%}
    {%- set scale -%}
        power({{ as_double(10) }}, 12 - ceil(log10(greatest(abs({{ value }}), 1))))
    {%- endset -%}
    floor({{ as_double(value) }} * {{ scale }} + 0.5) / {{ scale }}
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
