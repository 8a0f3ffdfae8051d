with

saved_leads as (

    select * from {{ ref('saved_leads') }}

),

lead_response_time as (

    select * from {{ ref('lead_response_time') }}

),

sales_velocity as (

    select
        sales_velocity.*,
        {{ rank_within(
            'sales_velocity.quarter',
            'sales_velocity.velocity_per_day',
            'desc',
            'reps.is_active and sales_velocity.won + sales_velocity.lost >= '
            ~ minimum_volume('velocity_per_day')
        ) }} as velocity_rank

    from {{ ref('sales_velocity') }} as sales_velocity

    inner join {{ ref('int_reps') }} as reps on sales_velocity.rep_id = reps.rep_id

),

referrals_earned as (

    select * from {{ ref('referrals_earned') }}

),

data_enrichment as (

    select * from {{ ref('data_enrichment') }}

),

measured as (

    {{ metric_rows('saved_leads', 'saved_leads', 'rep_id') }}
    union all
    {{ metric_rows('lead_response_time', 'response_time', 'rep_id') }}
    union all
    {{ metric_rows('sales_velocity', 'velocity', 'rep_id') }}
    union all
    {{ metric_rows('referrals_earned', 'referrals', 'rep_id') }}
    union all
    {{ metric_rows('data_enrichment', 'quality', 'rep_id') }}

),

numbered as (

    select
        *,
        {{ quarter_number('quarter') }} as quarter_number

    from measured

),

medians as (

    select
        quarter,
        metric,
        {{ median('value') }} as team_median

    from numbered

    group by quarter, metric

),

final as (

    select
        numbered.quarter,
        numbered.rep_id,
        numbered.metric,
        numbered.value,
        numbered.numerator,
        numbered.denominator,
        numbered.volume,
        numbered.rank,
        medians.team_median,
        {{ in_quarter_before('numbered.value', 'numbered.rep_id, numbered.metric') }}
            as previous_value,
        numbered.up_is_good

    from numbered

    inner join medians
        on numbered.quarter = medians.quarter and numbered.metric = medians.metric

)

select * from final
