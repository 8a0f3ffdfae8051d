with

closed_quarters as (

    select * from {{ ref('int_closed_quarters') }}

),

ledger as (

    select * from {{ ref('int_award_ledger_kept') }}

    where entry = 'evidence'

),

evidence as (

    select * from {{ ref('int_award_evidence') }}

),

kept as (

    select
        ledger.quarter,
        ledger.award,
        ledger.rep_id,
        ledger.record_id,
        ledger.record_at,
        ledger.amount,
        ledger.is_waiting

    from ledger

    inner join closed_quarters on ledger.quarter = closed_quarters.quarter

),

computed as (

    select
        evidence.quarter,
        evidence.award,
        evidence.rep_id,
        evidence.record_id,
        evidence.record_at,
        evidence.amount,
        evidence.is_waiting

    from evidence

    left join closed_quarters on evidence.quarter = closed_quarters.quarter

    where closed_quarters.quarter is null

),

final as (

    select * from kept

    union all

    select * from computed

)

select * from final
