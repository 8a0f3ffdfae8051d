{#- Within how many seconds a lead ought to hear from somebody. -#}
{% macro sla_seconds() -%}
    {{ return(var('response_sla_minutes') * 60) }}
{%- endmacro %}


{#- Whether a response cycle can be judged by the SLA: who still waits within it may yet make it. -#}
{% macro is_answered_or_past_sla() -%}
    first_attempt_at is not null or {{ seconds_between('signal_at', as_of()) }} > {{ sla_seconds() }}
{%- endmacro %}
