with

saved_leads as (

    select * from {{ ref('int_saved_leads_by_team') }}

),

response_time as (

    select * from {{ ref('int_response_by_team') }}

),

velocity as (

    select * from {{ ref('int_velocity_by_team') }}

),

referrals as (

    select * from {{ ref('int_referrals_by_team') }}

),

quality as (

    select * from {{ ref('int_quality_by_team') }}

),

measured as (

    {{ metric_rows('saved_leads', 'saved_leads', 'team') }}
    union all
    {{ metric_rows('response_time', 'response_time', 'team') }}
    union all
    {{ metric_rows('velocity', 'velocity', 'team') }}
    union all
    {{ metric_rows('referrals', 'referrals', 'team') }}
    union all
    {{ metric_rows('quality', 'quality', 'team') }}

),

numbered as (

    select
        *,
        {{ quarter_number('quarter') }} as quarter_number

    from measured

),

final as (

    select
        quarter,
        team,
        metric,
        value,
        numerator,
        denominator,
        {{ in_quarter_before('value', 'team, metric') }} as previous_value,
        up_is_good

    from numbered

)

select * from final
