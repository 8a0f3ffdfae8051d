with

lead_survivors as (

    select * from {{ ref('int_lead_survivors') }}

),

field_changes as (

    select * from {{ ref('int_field_changes') }}

    where rep_id is not null

),

opportunity_histories as (

    select * from {{ ref('stg_salesforce__opportunity_histories') }}

    where created_at <= {{ as_of() }}

),

reps as (

    select * from {{ ref('int_reps') }}

),

attempts as (

    select * from {{ ref('int_attempts') }}

),

check_ins as (

    select * from {{ ref('int_check_ins') }}

),

touches as (

    select
        record_id,
        changed_at as touched_at,
        false as is_check_in
    from field_changes

    union all

    select
        opportunity_histories.opportunity_id as record_id,
        opportunity_histories.created_at as touched_at,
        false as is_check_in
    from opportunity_histories
    inner join reps on opportunity_histories.created_by_id = reps.rep_id

    union all

    select
        who_id as record_id,
        attempted_at as touched_at,
        false as is_check_in
    from attempts

    union all

    select
        what_id as record_id,
        attempted_at as touched_at,
        false as is_check_in
    from attempts

    union all

    select
        who_id as record_id,
        checked_in_at as touched_at,
        true as is_check_in
    from check_ins

    union all

    select
        what_id as record_id,
        checked_in_at as touched_at,
        true as is_check_in
    from check_ins

),

final as (

    select
        coalesce(lead_survivors.survivor_id, touches.record_id) as record_id,
        touches.touched_at,
        touches.is_check_in

    from touches

    left join lead_survivors on touches.record_id = lead_survivors.lead_id

    where touches.record_id is not null

)

select * from final
