{#- The key of a table that is one column: unique, and never null. One query where dbt's own tests are
    two, in every run. -#}
{% test is_key(model, column_name) %}

select
    {{ column_name }},
    count(*) as records

from {{ model }}

group by {{ column_name }}

having count(*) > 1 or {{ column_name }} is null

{% endtest %}
