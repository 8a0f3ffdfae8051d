with

closed_quarters as (

    select * from {{ ref('int_closed_quarters') }}

),

ledger as (

    select * from {{ ref('int_award_ledger_kept') }}

    where entry = 'award'

),

awards as (

    select * from {{ ref('int_awards') }}

),

kept as (

    select
        ledger.quarter,
        ledger.award,
        ledger.place,
        ledger.rep_id,
        ledger.value,
        ledger.payout,
        'final' as status

    from ledger

    inner join closed_quarters on ledger.quarter = closed_quarters.quarter

),

computed as (

    select
        awards.quarter,
        awards.award,
        awards.place,
        awards.rep_id,
        awards.value,
        awards.payout,
        case when {{ is_settled_quarter('awards.quarter') }} then 'final' else 'provisional' end
            as status

    from awards

    left join closed_quarters on awards.quarter = closed_quarters.quarter

    where closed_quarters.quarter is null

),

final as (

    select * from kept

    union all

    select * from computed

)

select * from final
