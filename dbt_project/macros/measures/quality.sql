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
    ) / {{ weight_of_known(parts) }}
{%- endmacro %}


{#- The points that one part, a column of its name, adds to the quality score; null where the part is. -#}
{% macro quality_points(part) -%}
    {%- set weights = var('quality_score_weights') -%}
    {{ part }} * {{ as_double(weights[part]) }} / {{ weight_of_known(weights.items()) }}
{%- endmacro %}


{#- What the parts that are known weigh together; null if that is nothing. `parts` has pairs of a part and
    its weight. -#}
{% macro weight_of_known(parts) -%}
    nullif(
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


{#- The rows of a kept table that are of the last snapshot of a quarter (5), with the quarter: the last day
    that has both verdicts and freshness. -#}
{% macro of_last_snapshots(kept) -%}
    select
        last_snapshots.quarter,
        kept.*

    from {{ kept }} as kept

    inner join (
        select
            {{ fiscal_quarter_of_date('snapshot_date') }} as quarter,
            max(snapshot_date) as snapshot_date

        from {{ ref('int_crm_freshness_kept') }}

        where snapshot_date <= {{ org_date(as_of()) }}

        group by 1
    ) as last_snapshots
        on kept.snapshot_date = last_snapshots.snapshot_date
{%- endmacro %}


{#- How well records are kept (5) by each quarter's last snapshot, by quarter and `unit`: rep_id or team.
    `fresh` and `judged` are CTEs of that snapshot's freshness and verdicts, with quarter and unit. -#}
{% macro quality_measures(fresh, judged, unit) -%}
    select
        fresh.quarter,
        fresh.{{ unit }},
        fresh.snapshot_date,
        fresh.records,
        judged.filled_evaluated,
        judged.filled_passed,
        judged.completeness,
        judged.validity,
        fresh.freshness

    from (
        select
            quarter,
            {{ unit }},
            max(snapshot_date) as snapshot_date,
            sum(records) as records,
            {{ ratio('sum(freshness_points)', 'sum(dated_records)') }} as freshness

        from {{ fresh }}

        group by quarter, {{ unit }}
    ) as fresh

    left join (
        select
            quarter,
            {{ unit }},
            {{ passed_share('completeness') }} as completeness,
            {{ passed_share('validity') }} as validity,
            sum(case when kind = 'completeness' then evaluated end) as filled_evaluated,
            sum(case when kind = 'completeness' then evaluated - failed end) as filled_passed

        from {{ judged }}

        group by quarter, {{ unit }}
    ) as judged
        on fresh.quarter = judged.quarter and fresh.{{ unit }} = judged.{{ unit }}
{%- endmacro %}
