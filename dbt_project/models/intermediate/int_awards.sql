with

contenders as (

    select * from {{ ref('int_award_contenders') }}

),

incentive_plan as (

    select * from {{ ref('int_incentive_plan') }}

),

quarters as (

    select distinct quarter from contenders

),

plans as (

    select
        quarters.quarter,
        incentive_plan.*

    from incentive_plan

    cross join quarters

),

final as (

    {{ awards_by_plan('plans', 'contenders') }}

)

select * from final
