{#- Kaplan–Meier: after what time so many are through, those who still wait included. `waits` is a CTE
    of the grouping columns, `seconds` and `is_over` (false: still waiting after so long); `shares`
    maps a column's name to the share that is left. The answer has a row for each group: `starters`,
    and for each share the smallest time at which no more than it is left, null if that is never
    reached. At equal times those who are through come first: who is still waiting was waiting then. -#}
{% macro kaplan_meier(waits, group_by, shares) -%}
    {%- set group_list = group_by | join(', ') -%}
    select
        {{ group_list }},
        sum(waiting) as starters,
        {%- for name, share in shares.items() %}
        {#- Without a tolerance a share of exactly one half is missed by the last bit. #}
        min(case when share_left <= {{ share }} + 1e-9 then seconds end) as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}

    from (
        select
            {{ group_list }},
            seconds,
            waiting,
            case
                when max(case when over = still_waiting then 1 else 0 end) over times_until = 1 then 0
                else
                    exp(
                        sum(
                            case
                                when over < still_waiting
                                    then ln(1 - {{ as_double('over') }} / still_waiting)
                            end
                        ) over times_until
                    )
            end as share_left

        from (
            select
                {{ group_list }},
                seconds,
                count(*) as waiting,
                count(case when is_over then 1 end) as over,
                sum(count(*)) over (
                    partition by {{ group_list }}
                    order by seconds desc
                    rows between unbounded preceding and current row
                ) as still_waiting

            from {{ waits }}

            group by {{ group_list }}, seconds
        ) as times

        window times_until as (
            partition by {{ group_list }}
            order by seconds
            rows between unbounded preceding and current row
        )
    ) as survival

    group by {{ group_list }}
{%- endmacro %}
