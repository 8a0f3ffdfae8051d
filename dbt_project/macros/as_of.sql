{#- The instant the marts speak of (0.2), UTC. Never the clock: the same raw tables and the same
    as_of give the same marts. -#}
{% macro as_of() -%}
    cast('{{ var("as_of", run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f")) }}' as timestamp)
{%- endmacro %}


{#- Whether a record with this instant of its own exists yet; one without an instant does. -#}
{% macro exists_as_of(instant) -%}
    coalesce({{ instant }} <= {{ as_of() }}, true)
{%- endmacro %}
