{#- Business time: the part of a stretch inside opening hours is a difference of two of these. -#}

{#- How many microseconds were open until each instant of a CTE of (at), counted from the first
    opening: (at, open_microseconds), one row for each distinct instant. -#}
{% macro open_until(instants) -%}
    select distinct
        last_openings.at,
        case
            when last_opened_at is null then 0
            else
                open_microseconds_before
                + {{ microseconds_between('last_opened_at', 'least(last_openings.at, last_closed_at)') }}
        end as open_microseconds

    from (
        select
            timeline.at,
            is_instant,
            max(opened_at) over instants_until as last_opened_at,
            max(closed_at) over instants_until as last_closed_at,
            max(open_microseconds_before) over instants_until as open_microseconds_before

        from (
            select
                opened_at as at,
                0 as is_instant,
                opened_at,
                closed_at,
                open_microseconds_before
            from {{ ref('int_business_openings') }}

            union all

            select
                instants.at,
                1 as is_instant,
                null as opened_at,
                null as closed_at,
                null as open_microseconds_before
            from {{ instants }} as instants
        ) as timeline

        window instants_until as (
            order by timeline.at, is_instant rows between unbounded preceding and current row
        )
    ) as last_openings

    where is_instant = 1
{%- endmacro %}


{#- The local time at which a clock shows `HH:MM` (or `HH:MM:SS`, or `24:00`) on a day. -#}
{% macro local_time_of_day(day, clock) -%}
    {{ dbt.dateadd('second', seconds_of_clock(clock), 'cast(' ~ day ~ ' as timestamp)') }}
{%- endmacro %}

{% macro seconds_of_clock(clock) -%}
    (
        cast({{ dbt.split_part(clock, "':'", 1) }} as integer) * 3600
        + cast({{ dbt.split_part(clock, "':'", 2) }} as integer) * 60
        + cast(coalesce(nullif({{ dbt.split_part(clock, "':'", 3) }}, ''), '0') as integer)
    )
{%- endmacro %}


{#- The number of a day's weekday: 1 is Monday, 7 is Sunday. -#}
{% macro iso_weekday(day) -%}
    {{ return(adapter.dispatch('iso_weekday')(day)) }}
{%- endmacro %}

{% macro default__iso_weekday(day) -%}
    extract(isodow from {{ day }})
{%- endmacro %}

{% macro spark__iso_weekday(day) -%}
    (weekday({{ day }}) + 1)
{%- endmacro %}


{#- One row for each day from the first to the last: an expression to select. -#}
{% macro each_day(first_day, last_day) -%}
    {{ return(adapter.dispatch('each_day')(first_day, last_day)) }}
{%- endmacro %}

{% macro default__each_day(first_day, last_day) -%}
    generate_series(
        cast({{ first_day }} as timestamp), cast({{ last_day }} as timestamp), interval '1 day'
    )
{%- endmacro %}

{% macro duckdb__each_day(first_day, last_day) -%}
    unnest({{ default__each_day(first_day, last_day) }})
{%- endmacro %}

{% macro spark__each_day(first_day, last_day) -%}
    explode(sequence({{ first_day }}, {{ last_day }}, interval 1 day))
{%- endmacro %}
