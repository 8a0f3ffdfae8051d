with

fresh as (

    {{ of_last_snapshots(ref('int_crm_freshness_kept')) }}

),

judged as (

    {{ of_last_snapshots(ref('crm_rule_results')) }}

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
