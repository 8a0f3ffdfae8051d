with

ledger as (

    select * from {{ ref('int_award_ledger_kept') }}

),

final as (

    select
        quarter,
        closed_as_of

    from ledger

    where entry = 'closing' and closed_as_of <= {{ as_of() }}

)

select * from final
