with

crm_freshness as (

    select * from {{ ref('int_crm_freshness_kept') }}

    where snapshot_date <= {{ org_date(as_of()) }}

),

rule_results as (

    select * from {{ ref('crm_rule_results') }}

),

judged as (

    select
        snapshot_date,
        object,
        rep_id,
        {{ passed_share('completeness') }} as completeness,
        {{ passed_share('validity') }} as validity

    from rule_results

    group by 1, 2, 3

),

scored as (

    select
        crm_freshness.snapshot_date,
        crm_freshness.object,
        crm_freshness.rep_id,
        crm_freshness.records,
        judged.completeness,
        judged.validity,
        {{ ratio('crm_freshness.freshness_points', 'crm_freshness.dated_records') }} as freshness

    from crm_freshness

    left join judged
        on
            crm_freshness.snapshot_date = judged.snapshot_date
            and crm_freshness.object = judged.object
            and crm_freshness.rep_id = judged.rep_id

),

final as (

    select
        snapshot_date,
        object,
        rep_id,
        {{ as_int('records') }} as records,
        {{ as_double('completeness') }} as completeness,
        {{ as_double('validity') }} as validity,
        freshness,
        {{ as_double(quality_score('completeness', 'validity', 'freshness')) }} as quality_score

    from scored

)

select * from final
