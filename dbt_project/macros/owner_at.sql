{#- Who owned a record at an instant (0.6). `instants` is a CTE of (record_id, at); the answer has
    one row for each of its distinct pairs: (record_id, at, owner_id, owned_since). The changes until
    the instant are counted in one ordered pass, and the count is the number of the period: n log n,
    and no range join. -#}
{% macro owner_at(instants, object_name) -%}
    select
        counted.record_id,
        counted.at,
        periods.owner_id,
        periods.started_at as owned_since

    from (
        select
            timeline.record_id,
            timeline.at,
            timeline.is_instant,
            sum(1 - timeline.is_instant) over (
                partition by timeline.record_id
                order by timeline.at, timeline.is_instant
                rows between unbounded preceding and current row
            ) as period_number

        from (
            select
                periods.record_id,
                periods.started_at as at,
                0 as is_instant
            from {{ ref('int_owner_periods') }} as periods
            where periods.object = '{{ object_name }}' and periods.period_number > 0

            union all

            select distinct
                instants.record_id,
                instants.at,
                1 as is_instant
            from {{ instants }} as instants
        ) as timeline
    ) as counted

    inner join {{ ref('int_owner_periods') }} as periods
        on
            periods.object = '{{ object_name }}'
            and counted.record_id = periods.record_id
            and counted.period_number = periods.period_number

    where counted.is_instant = 1
{%- endmacro %}


{#- An id that can own a record: a user's or a queue's. -#}
{% macro is_owner_id(value) -%}
    (length({{ value }}) = 18 and substr({{ value }}, 1, 3) in ('005', '00G'))
{%- endmacro %}


{#- An id that a history's lookup holds: of a user, queue, account, contact or campaign. -#}
{% macro is_reference(value) -%}
    (length({{ value }}) = 18 and substr({{ value }}, 1, 3) in ('005', '00G', '001', '003', '701'))
{%- endmacro %}
