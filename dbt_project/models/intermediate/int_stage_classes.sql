with

opportunities as (

    select * from {{ ref('stg_salesforce__opportunities') }}

),

opportunity_histories as (

    select * from {{ ref('stg_salesforce__opportunity_histories') }}

),

stages as (

    select
        *,
        row_number() over (partition by stage order by sort_order) as spelling

    from {{ ref('stg_salesforce__opportunity_stages') }}

),

used as (

    select stage
    from opportunities
    where {{ exists_as_of('created_at') }}

    union all

    select opportunity_histories.stage
    from opportunity_histories
    inner join opportunities
        on opportunity_histories.opportunity_id = opportunities.opportunity_id
    where
        {{ exists_as_of('opportunities.created_at') }}
        and opportunity_histories.created_at <= {{ as_of() }}

),

counted as (

    select
        coalesce(stage, '') as stage,
        count(*) as records

    from used

    group by 1

),

final as (

    select
        coalesce(counted.stage, stages.stage) as stage,
        stages.sort_order,
        coalesce(stages.is_active, false) as is_active,
        coalesce(
            stages.is_closed, coalesce(counted.stage, stages.stage) in ('Closed Won', 'Closed Lost')
        ) as is_closed,
        coalesce(stages.is_closed, true)
        and coalesce(stages.is_won, coalesce(counted.stage, stages.stage) = 'Closed Won') as is_won,
        coalesce(counted.records, 0) as records,
        stages.stage is not null or counted.stage = '' as is_known

    from counted

    full outer join stages on counted.stage = stages.stage

    where stages.spelling is null or stages.spelling = 1

)

select * from final
