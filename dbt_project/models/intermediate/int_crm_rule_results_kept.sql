{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        full_refresh=false,
        database='history',
        schema='kept',
        on_schema_change='fail',
        pre_hook="{% if is_incremental() %} delete from {{ this }} where snapshot_date = {{ org_date(as_of()) }} {% endif %}",
    )
}}

with

rule_results as (

    select * from {{ ref('stg_expectations__rule_results') }}

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

    where snapshot_date = {{ org_date(as_of()) }}

)

select * from final
