with

last_snapshots as (

    {{ last_snapshots(ref('int_crm_freshness_kept')) }}

),

crm_freshness as (

    select * from {{ ref('int_crm_freshness_kept') }}

),

rule_results as (

    select * from {{ ref('crm_rule_results') }}

),

fresh as (

    select
        last_snapshots.quarter,
        crm_freshness.*

    from last_snapshots

    inner join crm_freshness on last_snapshots.snapshot_date = crm_freshness.snapshot_date

),

judged as (

    select
        last_snapshots.quarter,
        rule_results.*

    from last_snapshots

    inner join rule_results on last_snapshots.snapshot_date = rule_results.snapshot_date

),

fresh_of_teams as (

    {{ by_team('fresh') }}

),

judged_of_teams as (

    {{ by_team('judged') }}

),

measured as (

    {{ quality_measures('fresh_of_teams', 'judged_of_teams', 'team') }}

),

final as (

    select
        *,
        {{ quality_score('completeness', 'validity', 'freshness') }} as quality_score

    from measured

)

select * from final
