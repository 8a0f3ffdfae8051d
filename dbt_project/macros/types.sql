{#- The types of the published columns, named as in the contract of the marts. -#}
{% macro as_double(expression) -%}
    cast({{ expression }} as {{ adapter.dispatch('type_double')() }})
{%- endmacro %}

{% macro default__type_double() %}double precision{% endmacro %}

{% macro duckdb__type_double() %}double{% endmacro %}

{% macro spark__type_double() %}double{% endmacro %}


{% macro as_int(expression) -%}
    cast({{ expression }} as {{ dbt.type_bigint() }})
{%- endmacro %}


{% macro as_money(expression) -%}
    cast({{ expression }} as decimal(18, 2))
{%- endmacro %}


{% macro as_text(expression) -%}
    cast({{ expression }} as {{ dbt.type_string() }})
{%- endmacro %}


{#- A ratio is null when there is nothing to divide by (0.8). -#}
{% macro ratio(numerator, denominator) -%}
    {{ as_double(numerator) }} / nullif({{ denominator }}, 0)
{%- endmacro %}


{#- A text without the blanks around it (tabs, line breaks and no-break spaces too); null if nothing is
    left. -#}
{% macro trimmed(text) -%}
    nullif(trim({{ text }}, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(160)), '')
{%- endmacro %}
