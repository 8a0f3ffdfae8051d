{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        full_refresh=false,
        database='history',
        schema='kept',
        on_schema_change='fail',
    )
}}

with recursive

named as (

    select * from {{ ref('int_named_quarters') }}

),

incentive_plan as (

    select * from {{ ref('int_incentive_plan') }}

),

awards as (

    select * from {{ ref('int_awards') }}

),

award_evidence as (

    select * from {{ ref('int_award_evidence') }}

),

quarters as (

    {{ quarters_since('named') }}

),

labelled as (

    select {{ fiscal_quarter_of_date('start_date') }} as quarter from quarters

),

closed_before as (

    {% if is_incremental() -%}
    select distinct quarter from {{ this }}
    {%- else -%}
    select cast(null as {{ dbt.type_string() }}) as quarter
    {%- endif %}

),

-- Final now, and in the ledger of no earlier run, whatever its as_of was.
closing as (

    select labelled.quarter

    from labelled

    left join closed_before on labelled.quarter = closed_before.quarter

    where closed_before.quarter is null and {{ is_settled_quarter('labelled.quarter') }}

),

closing_plans as (

    select
        closing.quarter,
        incentive_plan.*

    from incentive_plan

    cross join closing

),

closing_awards as (

    select awards.*

    from awards

    inner join closing on awards.quarter = closing.quarter

),

closing_evidence as (

    select award_evidence.*

    from award_evidence

    inner join closing on award_evidence.quarter = closing.quarter

),

-- One table, so that a quarter is kept whole or not at all.
final as (

    {{ ledger_entry('closing', [], 'closing') }}

    union all

    {{ ledger_entry(
        'plan', ['award', 'metric', 'place', 'payout', 'minimum_volume'], 'closing_plans'
    ) }}

    union all

    {{ ledger_entry(
        'award', ['award', 'metric', 'place', 'rep_id', 'value', 'payout'], 'closing_awards'
    ) }}

    union all

    {{ ledger_entry(
        'evidence', ['award', 'rep_id', 'record_id', 'record_at', 'amount', 'is_waiting'],
        'closing_evidence'
    ) }}

)

select * from final
