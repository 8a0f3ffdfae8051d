{#- Percentiles interpolate linearly (0.7). -#}
{% macro percentile(expression, fraction, condition=none) -%}
    {{ return(adapter.dispatch('percentile')(expression, fraction, condition)) }}
{%- endmacro %}

{% macro default__percentile(expression, fraction, condition) -%}
    percentile_cont({{ fraction }}) within group (order by {{ as_double(expression) }})
    {%- if condition %} filter (where {{ condition }}){% endif %}
{%- endmacro %}

{% macro spark__percentile(expression, fraction, condition) -%}
    percentile(case when {{ condition or 'true' }} then {{ as_double(expression) }} end, {{ fraction }})
{%- endmacro %}


{% macro median(expression, condition=none) -%}
    {{ percentile(expression, 0.5, condition) }}
{%- endmacro %}
