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

-- Kept after the verdicts of the day, so that no day has freshness alone:
-- depends_on: {{ ref('int_crm_rule_results_kept') }}

with

crm_freshness as (

    select * from {{ ref('int_crm_freshness') }}

),

final as (

    select
        snapshot_date,
        object,
        rep_id,
        records,
        dated_records,
        freshness_points

    from crm_freshness

)

select * from final
