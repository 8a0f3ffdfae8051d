{#- The names of all time zones the database knows: a query with one column, time_zone. One unknown
    zone fails a whole query, so that zones are looked up before they are used. -#}
{% macro known_time_zones() -%}
    {{ return(adapter.dispatch('known_time_zones')()) }}
{%- endmacro %}

{% macro default__known_time_zones() -%}
    select name as time_zone from pg_timezone_names
{%- endmacro %}

{% macro duckdb__known_time_zones() -%}
    select name as time_zone from pg_timezone_names()
{%- endmacro %}
