{#- The sum over all of a quarter's rows with a cost, less this row if it has any. -#}
{% macro pool_of_others(part) -%}
    sum(case when cost > 0 then {{ part }} end) over (partition by quarter)
    - case when cost > 0 then {{ part }} else 0 end
{%- endmacro %}
