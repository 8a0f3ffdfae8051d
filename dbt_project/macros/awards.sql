{#- Who has earned which award (6). `plans` is a CTE of quarter, award, metric, place, payout and
    minimum_volume; `scorecard` one of all reps' metrics with volume and is_active. A tie gives each the
    place, and leaves the next one empty. -#}
{% macro awards_by_plan(plans, scorecard) -%}
    select
        plans.quarter,
        plans.award,
        plans.metric,
        plans.place,
        ranked.rep_id,
        ranked.value,
        plans.payout

    from {{ plans }} as plans

    inner join (
        select
            contests.quarter,
            contests.award,
            contests.metric,
            scorecard.rep_id,
            scorecard.value,
            {{ rank_within(
                'contests.quarter, contests.award, contests.metric',
                'case when scorecard.up_is_good then -scorecard.value else scorecard.value end',
                'asc',
                'scorecard.is_active and scorecard.volume >= contests.minimum_volume'
            ) }} as rank

        from (
            select distinct
                quarter,
                award,
                metric,
                minimum_volume
            from {{ plans }}
        ) as contests

        inner join {{ scorecard }} as scorecard
            on contests.quarter = scorecard.quarter and contests.metric = scorecard.metric
    ) as ranked
        on
            plans.quarter = ranked.quarter
            and plans.award = ranked.award
            and plans.metric = ranked.metric
            and plans.place = ranked.rank
{%- endmacro %}


{#- One kind of entry of the kept ledger of awards: `columns` are its own; the others are null. -#}
{% macro ledger_entry(entry, columns, relation) -%}
    {%- set types = {
        'award': dbt.type_string(),
        'metric': dbt.type_string(),
        'place': dbt.type_bigint(),
        'payout': 'decimal(18, 2)',
        'minimum_volume': dbt.type_bigint(),
        'rep_id': dbt.type_string(),
        'value': 'double precision',
        'record_id': dbt.type_string(),
        'record_at': dbt.type_timestamp(),
        'amount': 'double precision',
        'is_waiting': dbt.type_boolean(),
    } -%}
    select
        '{{ entry }}' as entry,
        quarter,
        {{ as_of() }} as closed_as_of,
        {%- for column, type in types.items() %}
        cast({{ column if column in columns else 'null' }} as {{ type }}) as {{ column }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
{%- endmacro %}


{#- Whether the grace after a quarter's end is over: its awards are final. -#}
{% macro is_settled_quarter(quarter) -%}
    {{ as_of() }} >= {{ end_of_fiscal_quarter_label(quarter, var('close_grace_days')) }}
{%- endmacro %}
