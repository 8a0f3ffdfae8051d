{#- The metrics of the scorecard (6): of what table, in which columns, and whether more is better. `volume`
    is what a minimum volume is compared with. Those without a rank stand in the totals alone. -#}
{% macro metrics_of(table) -%}
    {{ return({
        'saved_leads': [
            {'name': 'saved_leads', 'volume': 'saved_leads', 'rank': 'rank'},
            {
                'name': 'save_rate',
                'numerator': 'settled_saved_episodes',
                'denominator': 'settled_episodes',
            },
        ],
        'response_time': [
            {
                'name': 'median_rep_response_seconds',
                'volume': 'clocked_cycles',
                'rank': 'rank',
                'less_is_better': true,
            },
            {
                'name': 'within_sla_rate',
                'numerator': 'within_sla',
                'denominator': 'answered_or_past_sla',
            },
        ],
        'velocity': [
            {
                'name': 'velocity_per_day',
                'value': 'velocity_per_day',
                'numerator': 'won_amount',
                'denominator': 'mean_won_cycle_days',
                'volume': 'won + lost',
                'rank': 'velocity_rank',
            },
            {
                'name': 'median_won_cycle_days',
                'volume': 'timed_won',
                'rank': 'fastest_rank',
                'less_is_better': true,
            },
            {'name': 'largest_won_amount', 'volume': 'won', 'rank': 'largest_rank'},
            {'name': 'win_rate', 'numerator': 'won', 'denominator': 'won + lost'},
        ],
        'referrals': [
            {'name': 'referrals_earned', 'volume': 'referrals_earned', 'rank': 'rank'},
            {
                'name': 'ask_rate',
                'numerator': 'asked_customers',
                'denominator': 'eligible_customers',
            },
        ],
        'quality': [{'name': 'quality_score', 'volume': 'records', 'rank': 'rank'}],
    }[table]) }}
{%- endmacro %}


{#- The names of all metrics that are ranked. -#}
{% macro ranked_metrics() -%}
    {%- set names = [] -%}
    {%- for table in ['saved_leads', 'response_time', 'velocity', 'referrals', 'quality'] -%}
        {%- for metric in metrics_of(table) | selectattr('rank', 'defined') -%}
            {%- do names.append(metric.name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}


{#- The metrics of a CTE `rows`, a row for each that has a value. For the unit rep_id only those that are
    ranked, with rank and volume. -#}
{% macro metric_rows(rows, table, unit) -%}
    {%- set metrics = metrics_of(table) -%}
    {%- if unit == 'rep_id' -%} {%- set metrics = metrics | selectattr('rank', 'defined') -%} {%- endif -%}
    {%- for metric in metrics %}
    {%- set value -%}
        {%- if metric.numerator and not metric.value -%} {{ ratio(metric.numerator, metric.denominator) }}
        {%- else -%} {{ as_double(metric.value or metric.name) }}
        {%- endif -%}
    {%- endset %}
    select
        quarter,
        {{ unit }},
        '{{ metric.name }}' as metric,
        {{ value }} as value,
        {{ as_double(metric.numerator or 'null') }} as numerator,
        {{ as_double(metric.denominator or 'null') }} as denominator,
        {%- if unit == 'rep_id' %}
        {{ metric.rank }} as rank,
        {{ as_int(metric.volume) }} as volume,
        {%- endif %}
        {{ 'false' if metric.less_is_better else 'true' }} as up_is_good
    from {{ rows }}
    where {{ value }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
