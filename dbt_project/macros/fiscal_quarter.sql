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
