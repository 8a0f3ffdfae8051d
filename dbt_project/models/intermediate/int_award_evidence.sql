with

awards as (

    select distinct
        quarter,
        award,
        metric,
        rep_id,
        value

    from {{ ref('int_awards') }}

),

loss_episodes as (

    select * from {{ ref('fct_loss_episodes') }}

    where exclusion_reason is null

),

response_cycles as (

    select
        *,
        signal_quarter as quarter

    from {{ ref('fct_response_cycles') }}

    where exclusion_reason is null

),

won_deals as (

    select
        *,
        closed_quarter as quarter,
        row_number() over (
            partition by closed_quarter, rep_id
            order by amount desc nulls last, closed_at asc, opportunity_id asc
        ) as size_number

    from {{ ref('fct_sales_cycles') }}

    where is_won and exclusion_reason is null

),

sales_velocity as (

    select * from {{ ref('sales_velocity') }}

),

referrals as (

    select
        *,
        created_quarter as quarter

    from {{ ref('fct_referrals') }}

    where exclusion_reason is null

),

quality as (

    select * from {{ ref('int_quality_by_quarter') }}

),

saved_episodes as (

    {{ saved_episode_credits('loss_episodes') }}

),

waits as (

    {{ rep_clock_waits('response_cycles', ['quarter', 'rep_id', 'lead_id', 'signal_at']) }}

),

records as (

    select
        'saved_leads' as metric,
        quarter,
        rep_id,
        prospect_id as record_id,
        returned_at as record_at,
        1 as amount,
        false as is_waiting
    from saved_episodes
    where episode_number = 1

    union all

    select
        'median_rep_response_seconds' as metric,
        quarter,
        rep_id,
        lead_id || '@' || {{ as_text('signal_at') }} as record_id,
        signal_at as record_at,
        seconds as amount,
        not is_over as is_waiting
    from waits

    union all

    select
        'median_won_cycle_days' as metric,
        quarter,
        rep_id,
        opportunity_id as record_id,
        closed_at as record_at,
        cycle_days as amount,
        false as is_waiting
    from won_deals
    where cycle_days > 0

    union all

    select
        'largest_won_amount' as metric,
        quarter,
        rep_id,
        opportunity_id as record_id,
        closed_at as record_at,
        {{ as_double('amount') }} as amount,
        false as is_waiting
    from won_deals
    where size_number = 1

    union all

    select
        'velocity_per_day' as metric,
        won_deals.quarter,
        won_deals.rep_id,
        won_deals.opportunity_id as record_id,
        won_deals.closed_at as record_at,
        {{ ratio('won_deals.amount', 'sales_velocity.mean_won_cycle_days') }} as amount,
        false as is_waiting
    from won_deals
    inner join sales_velocity
        on won_deals.quarter = sales_velocity.quarter and won_deals.rep_id = sales_velocity.rep_id

    union all

    select
        'referrals_earned' as metric,
        quarter,
        rep_id,
        referral_id as record_id,
        created_at as record_at,
        1 as amount,
        false as is_waiting
    from referrals

    {% for part in ['completeness', 'validity', 'freshness'] -%}
    union all

    select
        'quality_score' as metric,
        quarter,
        rep_id,
        '{{ part }}' as record_id,
        {{ start_of_org_day('snapshot_date') }} as record_at,
        {{ quality_points(part) }} as amount,
        false as is_waiting
    from quality
    where {{ part }} is not null

    {% endfor -%}

),

final as (

    select
        awards.quarter,
        awards.award,
        awards.rep_id,
        records.record_id,
        records.record_at,
        {{ as_double('records.amount') }} as amount,
        records.is_waiting

    from awards

    inner join records
        on
            awards.metric = records.metric
            and awards.quarter = records.quarter
            and awards.rep_id = records.rep_id

)

select * from final
