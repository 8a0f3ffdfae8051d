with

rule_results as (

    select * from {{ ref('int_crm_rule_results_kept') }}

),

final as (

    select
        snapshot_date,
        object,
        rule,
        kind,
        weight,
        rep_id,
        evaluated,
        failed

    from rule_results

    where snapshot_date <= {{ org_date(as_of()) }}

)

select * from final
