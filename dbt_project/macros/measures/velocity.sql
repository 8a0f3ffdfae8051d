{#- What closed deals come to (3), by quarter and `unit`: rep_id or team. `deals` is a CTE of quarter, the
    unit, is_won, amount and cycle_days. -#}
{% macro velocity_measures(deals, unit) -%}
    select
        *,
        {{ ratio('won_amount', 'won') }} as mean_won_amount,
        case
            when won = 0 then 0
            else
                (won + lost)
                * win_rate
                * {{ ratio('won_amount', 'won') }}
                / nullif(mean_won_cycle_days, 0)
        end as velocity_per_day

    from (
        select
            *,
            {{ amount_won('won', 'known_won_amount') }} as won_amount,
            {{ ratio('won', 'won + lost') }} as win_rate

        from (
            select
                quarter,
                {{ unit }},
                sum(case when is_won then 1 else 0 end) as won,
                sum(case when is_won then 0 else 1 end) as lost,
                sum(case when is_won then amount end) as known_won_amount,
                avg(case when is_won and cycle_days > 0 then cycle_days end) as mean_won_cycle_days,
                {{ median('cycle_days', 'is_won and cycle_days > 0') }} as median_won_cycle_days,
                count(case when is_won and cycle_days > 0 then 1 end) as timed_won,
                max(case when is_won then amount end) as largest_won_amount

            from {{ deals }}

            group by quarter, {{ unit }}
        ) as closed
    ) as rated
{%- endmacro %}
