with

crm_freshness as (

    select
        *,
        {{ fiscal_quarter_of_date('snapshot_date') }} as quarter

    from {{ ref('int_crm_freshness_kept') }}

    where snapshot_date <= {{ org_date(as_of()) }}

),

rule_results as (

    select * from {{ ref('crm_rule_results') }}

),

last_snapshots as (

    select
        quarter,
        max(snapshot_date) as snapshot_date

    from crm_freshness

    group by 1

),

fresh as (

    select
        last_snapshots.quarter,
        crm_freshness.rep_id,
        sum(crm_freshness.records) as records,
        {{ ratio('sum(crm_freshness.freshness_points)', 'sum(crm_freshness.dated_records)') }}
            as freshness

    from last_snapshots

    inner join crm_freshness on last_snapshots.snapshot_date = crm_freshness.snapshot_date

    group by 1, 2

),

judged as (

    select
        last_snapshots.quarter,
        rule_results.rep_id,
        {{ passed_share('completeness') }} as completeness,
        {{ passed_share('validity') }} as validity

    from last_snapshots

    inner join rule_results on last_snapshots.snapshot_date = rule_results.snapshot_date

    group by 1, 2

),

final as (

    select
        fresh.quarter,
        fresh.rep_id,
        fresh.records,
        judged.completeness,
        judged.validity,
        fresh.freshness

    from fresh

    left join judged on fresh.quarter = judged.quarter and fresh.rep_id = judged.rep_id

)

select * from final
