with

stage_visits as (

    select * from {{ ref('int_stage_visits') }}

),

reps as (

    select * from {{ ref('int_reps') }}

),

entered_at as (

    select
        opportunity_id as record_id,
        entered_at as at
    from stage_visits

),

owners as (

    {{ owner_at('entered_at', 'Opportunity') }}

),

final as (

    select
        stage_visits.opportunity_id,
        {{ as_int('stage_visits.visit_number') }} as visit_number,
        nullif(stage_visits.stage, '') as stage,
        stage_visits.entered_at,
        stage_visits.exited_at,
        case
            when stage_visits.exited_at is not null
                then {{ days_between('stage_visits.entered_at', 'stage_visits.exited_at') }}
            when not stage_visits.is_closed
                then {{ days_between('stage_visits.entered_at', as_of()) }}
        end as duration_days,
        stage_visits.direction,
        {{ as_int('stage_visits.stages_skipped') }} as stages_skipped,
        reps.rep_id

    from stage_visits

    left join owners
        on
            stage_visits.opportunity_id = owners.record_id
            and stage_visits.entered_at = owners.at

    left join reps on owners.owner_id = reps.rep_id

)

select * from final
