with

scorecard as (

    select * from {{ ref('sales_scorecard') }}

),

reps as (

    select * from {{ ref('int_reps') }}

),

final as (

    select
        scorecard.quarter,
        scorecard.rep_id,
        scorecard.metric,
        scorecard.value,
        scorecard.volume,
        scorecard.up_is_good,
        reps.is_active

    from scorecard

    inner join reps on scorecard.rep_id = reps.rep_id

)

select * from final
