with

fresh as (

    {{ of_last_snapshots(ref('int_crm_freshness_kept')) }}

),

judged as (

    {{ of_last_snapshots(ref('crm_rule_results')) }}

),

final as (

    {{ quality_measures('fresh', 'judged', 'rep_id') }}

)

select * from final
