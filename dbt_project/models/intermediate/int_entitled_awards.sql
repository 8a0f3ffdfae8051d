with

closed_quarters as (

    select * from {{ ref('int_closed_quarters') }}

),

ledger as (

    select * from {{ ref('int_award_ledger_kept') }}

    where entry = 'plan'

),

contenders as (

    select * from {{ ref('int_award_contenders') }}

),

-- The rules of a contest are those of its close.
plans as (

    select
        ledger.quarter,
        ledger.award,
        ledger.metric,
        ledger.place,
        ledger.payout,
        ledger.minimum_volume

    from ledger

    inner join closed_quarters on ledger.quarter = closed_quarters.quarter

),

final as (

    {{ awards_by_plan('plans', 'contenders') }}

)

select * from final
