{#- The fiscal quarter of a calendar day, such as 2026-Q3 (0.3). The fiscal year is named after the
    calendar year in which it ends: shifted by the months that are left of the year it starts in,
    its quarters are those of the calendar. Four digits always: a year typed as 202 sorts, too. -#}
{% macro fiscal_quarter_of_date(day) -%}
    {%- set month -%} {{ fiscal_month(day) }} {%- endset -%}
    lpad({{ as_text('extract(year from ' ~ month ~ ')') }}, 4, '0')
    || '-Q' || {{ as_text('extract(quarter from ' ~ month ~ ')') }}
{%- endmacro %}


{% macro fiscal_quarter(instant) -%}
    {{ fiscal_quarter_of_date(org_date(instant)) }}
{%- endmacro %}


{#- The first day of the fiscal quarter of a calendar day. -#}
{% macro fiscal_quarter_start(day) -%}
    cast(
        {{ dbt.dateadd('month', -fiscal_month_shift(), dbt.date_trunc('quarter', fiscal_month(day))) }}
        as date
    )
{%- endmacro %}


{% macro fiscal_month(day) -%}
    {{ dbt.dateadd('month', fiscal_month_shift(), dbt.date_trunc('month', day)) }}
{%- endmacro %}


{% macro fiscal_month_shift() -%}
    {{ return((13 - var('fiscal_year_start_month')) % 12) }}
{%- endmacro %}


{#- The first day of a fiscal quarter by its label. -#}
{% macro start_of_fiscal_quarter_label(label) -%}
    cast(
        {{ dbt.dateadd(
            'month',
            '3 * (cast(substr(' ~ label ~ ', 7, 1) as integer) - 1) - ' ~ fiscal_month_shift(),
            'cast(substr(' ~ label ~ ", 1, 4) || '-01-01' as date)"
        ) }}
        as date
    )
{%- endmacro %}


{#- Fiscal quarters as numbers that follow one another. -#}
{% macro quarter_number(label) -%}
    (4 * cast(substr({{ label }}, 1, 4) as integer) + cast(substr({{ label }}, 7, 1) as integer))
{%- endmacro %}


{#- The value that the quarter right before has, null where there is none: a window over rows with the
    column quarter_number. -#}
{% macro in_quarter_before(value, partition) -%}
    max({{ value }}) over (
        partition by {{ partition }}
        order by quarter_number
        range between 1 preceding and 1 preceding
    )
{%- endmacro %}


{#- When a fiscal quarter ends, by its label: 00:00 after its last day, in the organisation's zone; or so
    many calendar days later. -#}
{% macro end_of_fiscal_quarter_label(label, days_later=0) -%}
    {{ start_of_org_day(
        'cast(' ~ dbt.dateadd('day', days_later, dbt.dateadd('month', 3, start_of_fiscal_quarter_label(label)))
        ~ ' as date)'
    ) }}
{%- endmacro %}


{#- The first days of all quarters from the earliest in the CTE `named` (start_date) until as_of's, which
    is there even if none is named: the body of a recursive CTE called quarters. -#}
{% macro quarters_since(named) -%}
    select coalesce(min(start_date), {{ fiscal_quarter_start(org_date(as_of())) }}) as start_date
    from {{ named }}

    union all

    select cast({{ dbt.dateadd('month', 3, 'quarters.start_date') }} as date) as start_date
    from quarters
    where quarters.start_date < {{ fiscal_quarter_start(org_date(as_of())) }}
{%- endmacro %}
