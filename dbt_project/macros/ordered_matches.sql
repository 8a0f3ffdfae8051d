{#- Matches by time without a range join: all instants and events are looked at once, in one ordered
    pass. `instants` is a CTE of (keys, at), `events` one of (keys, at, event_number), numbered from 1 in
    their order within the keys. The answer has a row for each distinct instant: (keys, at,
    event_number), with no number where there is no such event. -#}

{#- The first event at or after each instant (strictly: after it). -#}
{% macro first_at_or_after(instants, events, keys, strictly=false) -%}
    {{ nearest_event(
        instants, events, keys, 'min', 'timeline.at desc, is_instant' ~ (' desc' if strictly else '')
    ) }}
{%- endmacro %}


{#- The last event at or before each instant (strictly: before it). -#}
{% macro last_at_or_before(instants, events, keys, strictly=false) -%}
    {{ nearest_event(
        instants, events, keys, 'max', 'timeline.at, is_instant' ~ (' desc' if strictly else '')
    ) }}
{%- endmacro %}


{% macro nearest_event(instants, events, keys, nearest, order) -%}
    {%- set key_list = keys | join(', ') -%}
    select distinct
        {{ key_list }},
        looked_at_in_order.at,
        event_number

    from (
        select
            {{ key_list }},
            timeline.at,
            is_instant,
            {{ nearest }}(event_number) over (
                partition by {{ key_list }}
                order by {{ order }}
                rows between unbounded preceding and current row
            ) as event_number

        from (
            select
                {{ key_list }},
                events.at,
                0 as is_instant,
                event_number
            from {{ events }} as events

            union all

            select
                {{ key_list }},
                instants.at,
                1 as is_instant,
                null as event_number
            from {{ instants }} as instants
        ) as timeline
    ) as looked_at_in_order

    where is_instant = 1
{%- endmacro %}
