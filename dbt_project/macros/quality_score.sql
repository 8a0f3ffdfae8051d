{#- The quality score (5) of its three parts, each of 100: weighted, where parts that are null leave and
    the rest is scaled up; null without any. -#}
{% macro quality_score(completeness, validity, freshness) -%}
    {%- set weights = var('quality_score_weights') -%}
    {%- set parts = [
        (completeness, weights['completeness']),
        (validity, weights['validity']),
        (freshness, weights['freshness']),
    ] -%}
    (
        {%- for part, weight in parts %}
        coalesce({{ part }} * {{ as_double(weight) }}, 0){{ ' +' if not loop.last }}
        {%- endfor %}
    ) / nullif(
        {%- for part, weight in parts %}
        case when {{ part }} is null then 0 else {{ as_double(weight) }} end{{ ' +' if not loop.last }}
        {%- endfor %},
        0
    )
{%- endmacro %}


{#- Of all weighted verdicts of a kind the share that passed, of 100 (5): an aggregate. -#}
{% macro passed_share(kind) -%}
    100 * sum(case when kind = '{{ kind }}' then weight * (evaluated - failed) end)
    / nullif(sum(case when kind = '{{ kind }}' then weight * evaluated end), 0)
{%- endmacro %}
