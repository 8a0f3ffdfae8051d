with

quality as (

    select * from {{ ref('int_quality_by_quarter') }}

),

crm_usage as (

    select * from {{ ref('int_crm_usage') }}

),

fields_enriched as (

    select
        quarter,
        rep_id,
        count(*) as fields_enriched

    from {{ ref('int_fields_enriched') }}

    where not is_taken_back

    group by 1, 2

),

stale_deals as (

    select
        quarter,
        rep_id,
        count(*) as stale_open_deals

    from {{ ref('int_stale_deals') }}

    group by 1, 2

),

reps as (

    select * from {{ ref('int_reps') }}

),

rep_quarters as (

    select
        quarter,
        rep_id
    from quality

    union

    select
        quarter,
        rep_id
    from crm_usage

    union

    select
        quarter,
        rep_id
    from stale_deals

),

snapshot_quarters as (

    select distinct quarter from quality

),

joined as (

    select
        rep_quarters.quarter,
        rep_quarters.rep_id,
        reps.is_active,
        -- Where nobody looked, the number of records is unknown.
        case
            when snapshot_quarters.quarter is not null then coalesce(quality.records, 0)
        end as records,
        quality.completeness,
        quality.validity,
        quality.freshness,
        {{ quality_score('quality.completeness', 'quality.validity', 'quality.freshness') }}
            as quality_score,
        coalesce(fields_enriched.fields_enriched, 0) as fields_enriched,
        coalesce(crm_usage.field_updates, 0) as field_updates,
        coalesce(crm_usage.active_days, 0) as active_days,
        coalesce(crm_usage.activities_logged, 0) as activities_logged,
        crm_usage.median_logging_lag_hours,
        coalesce(crm_usage.check_ins, 0) as check_ins,
        coalesce(crm_usage.checked_in_accounts, 0) as checked_in_accounts,
        coalesce(stale_deals.stale_open_deals, 0) as stale_open_deals

    from rep_quarters

    inner join reps on rep_quarters.rep_id = reps.rep_id

    left join snapshot_quarters on rep_quarters.quarter = snapshot_quarters.quarter

    left join quality
        on rep_quarters.quarter = quality.quarter and rep_quarters.rep_id = quality.rep_id

    left join crm_usage
        on rep_quarters.quarter = crm_usage.quarter and rep_quarters.rep_id = crm_usage.rep_id

    left join fields_enriched
        on
            rep_quarters.quarter = fields_enriched.quarter
            and rep_quarters.rep_id = fields_enriched.rep_id

    left join stale_deals
        on rep_quarters.quarter = stale_deals.quarter and rep_quarters.rep_id = stale_deals.rep_id

),

final as (

    select
        quarter,
        rep_id,
        {{ as_int('records') }} as records,
        {{ as_double('completeness') }} as completeness,
        {{ as_double('validity') }} as validity,
        freshness,
        {{ as_double('quality_score') }} as quality_score,
        {{ as_int('fields_enriched') }} as fields_enriched,
        {{ as_int('field_updates') }} as field_updates,
        {{ as_int('active_days') }} as active_days,
        {{ as_int('activities_logged') }} as activities_logged,
        median_logging_lag_hours,
        {{ as_int('check_ins') }} as check_ins,
        {{ as_int('checked_in_accounts') }} as checked_in_accounts,
        {{ as_int('stale_open_deals') }} as stale_open_deals,
        {{ rank_in_quarter(
            'quality_score',
            'desc',
            'is_active and records >= ' ~ minimum_volume('quality_score')
        ) }} as rank

    from joined

)

select * from final
