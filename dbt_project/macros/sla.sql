{#- Within how many seconds a lead ought to hear from somebody. -#}
{% macro sla_seconds() -%}
    {{ return(var('response_sla_minutes') * 60) }}
{%- endmacro %}
