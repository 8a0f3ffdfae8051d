{#- The values that no class names, with the number of their rows. They are stored: the run report
    prints them. -#}
{% test every_value_is_known(model, column_name) %}

{{ config(store_failures=true) }}

select
    {{ column_name }} as value,
    records as "rows"

from {{ model }}

where not is_known

{% endtest %}
