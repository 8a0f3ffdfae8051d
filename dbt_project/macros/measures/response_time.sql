{#- Who waits how long on the rep's clock (2): an aggregate's input, a row for each cycle that has one.
    Whoever logs a call days later measures nothing: such cycles have no place there. -#}
{% macro rep_clock_waits(cycles, columns) -%}
    select
        {{ columns | join(', ') }},
        rep_response_seconds is not null as is_over,
        coalesce(rep_response_seconds, {{ seconds_between('assigned_at', as_of()) }}) as seconds

    from {{ cycles }}

    where not is_backdated and rep_id is not null
{%- endmacro %}


{#- How cycles of response were answered (2), by quarter and `unit`: rep_id or team. `cycles` is a CTE of
    response cycles without an exclusion, with the quarter of their signal and the unit. -#}
{% macro response_measures(cycles, unit) -%}
    {%- set waits -%}
        ({{ rep_clock_waits(cycles, ['quarter', unit]) }}) as waits
    {%- endset -%}
    select
        counted.*,
        coalesce(rep_clock.starters, 0) as clocked_cycles,
        rep_clock.median_rep_response_seconds,
        rep_clock.p90_rep_response_seconds

    from (
        select
            quarter,
            {{ unit }},
            count(*) as cycles,
            count(first_attempt_at) as answered,
            count(case when response_seconds <= {{ sla_seconds() }} then 1 end) as within_sla,
            count(case when {{ is_answered_or_past_sla() }} then 1 end) as answered_or_past_sla,
            {{ median('response_business_seconds') }} as median_response_business_seconds

        from {{ cycles }}

        group by quarter, {{ unit }}
    ) as counted

    left join (
        {{ kaplan_meier(
            waits,
            ['quarter', unit],
            {'median_rep_response_seconds': 0.5, 'p90_rep_response_seconds': 0.1}
        ) }}
    ) as rep_clock
        on counted.quarter = rep_clock.quarter and counted.{{ unit }} = rep_clock.{{ unit }}
{%- endmacro %}
