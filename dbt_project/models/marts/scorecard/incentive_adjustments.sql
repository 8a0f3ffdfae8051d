with

adjustments as (

    select * from {{ ref('int_award_adjustments_kept') }}

    where found_as_of <= {{ as_of() }}

),

-- Within a quarter the last review counts: what it no longer finds was never owed.
last_reviews as (

    select
        found_quarter,
        max(found_as_of) as found_as_of

    from adjustments

    group by found_quarter

),

final as (

    select
        adjustments.quarter,
        adjustments.award,
        adjustments.place,
        adjustments.rep_id,
        adjustments.found_quarter,
        adjustments.payout_change,
        adjustments.reason

    from adjustments

    inner join last_reviews
        on
            adjustments.found_quarter = last_reviews.found_quarter
            and adjustments.found_as_of = last_reviews.found_as_of

    where adjustments.entry = 'adjustment'

)

select * from final
