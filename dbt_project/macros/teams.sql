{#- Facts under each team they count for: `all`, with or without a rep, and the manager of their rep. The
    facts carry rep_id. -#}
{% macro by_team(facts) -%}
    select
        {{ facts }}.*,
        'all' as team
    from {{ facts }}

    union all

    select
        {{ facts }}.*,
        reps.manager_id as team
    from {{ facts }}
    inner join {{ ref('int_reps') }} as reps on {{ facts }}.rep_id = reps.rep_id
    where reps.manager_id is not null
{%- endmacro %}
