with

opportunities as (

    select * from {{ ref('int_opportunities') }}

),

prospects as (

    select * from {{ ref('int_prospects') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

reps as (

    select * from {{ ref('int_reps') }}

),

stage_visits as (

    select
        *,
        max(case when not is_closed then visit_number else 0 end) over (
            partition by opportunity_id
        ) as last_open_visit

    from {{ ref('int_stage_visits') }}

),

-- What history says: one row for each deal that has any.
by_history as (

    select
        opportunity_id,
        max(visit_number) > max(last_open_visit) as is_closed,
        max(
            case
                when visit_number > last_open_visit and exited_at is null and is_won then 1 else 0
            end
        ) = 1 as is_won,
        min(case when visit_number > last_open_visit then entered_at end) as closed_at,
        sum(case when is_reopening then 1 else 0 end) as reopen_count,
        sum(case when direction = 'backward' then 1 else 0 end) as backward_moves

    from stage_visits

    group by 1

),

-- A close date stands for an instant; one that is still to come has closed nothing yet.
by_record as (

    select
        opportunity_id,
        coalesce(is_won, false) as is_won,
        {{ instant_of_date('close_date', 'created_at') }} as closed_at

    from opportunities

    where is_closed

),

states as (

    select
        opportunities.opportunity_id,
        by_history.opportunity_id is not null as has_history,
        case
            when by_history.opportunity_id is not null then by_history.is_closed
            else by_record.opportunity_id is not null and {{ exists_as_of('by_record.closed_at') }}
        end as is_closed,
        case
            when by_history.opportunity_id is not null then by_history.closed_at
            when by_record.closed_at <= {{ as_of() }} then by_record.closed_at
        end as closed_at,
        case
            when by_history.opportunity_id is not null then by_history.is_won
            else coalesce(by_record.is_won, false) and {{ exists_as_of('by_record.closed_at') }}
        end as is_won,
        coalesce(by_history.reopen_count, 0) as reopen_count,
        coalesce(by_history.backward_moves, 0) as backward_moves

    from opportunities

    left join by_history on opportunities.opportunity_id = by_history.opportunity_id

    left join by_record on opportunities.opportunity_id = by_record.opportunity_id

),

owned_at as (

    select
        opportunity_id as record_id,
        coalesce(closed_at, {{ as_of() }}) as at
    from states

),

owners as (

    {{ owner_at('owned_at', 'Opportunity') }}

),

cycles as (

    select
        opportunities.opportunity_id,
        reps.rep_id,
        opportunities.account_id,
        case
            when opportunities.lead_source is not null then opportunities.channel
            else coalesce(leads.channel, opportunities.channel)
        end as channel,
        opportunities.is_new_business,
        opportunities.amount,
        opportunities.created_at as opened_at,
        states.closed_at,
        states.has_history,
        states.is_closed,
        states.is_won,
        {{ days_between('opportunities.created_at', 'states.closed_at') }} as signed_cycle_days,
        states.reopen_count,
        states.backward_moves

    from opportunities

    inner join states on opportunities.opportunity_id = states.opportunity_id

    left join owners
        on
            opportunities.opportunity_id = owners.record_id
            and coalesce(states.closed_at, {{ as_of() }}) = owners.at

    left join reps on owners.owner_id = reps.rep_id

    left join prospects on opportunities.opportunity_id = prospects.opportunity_id

    left join leads on prospects.lead_id = leads.lead_id

),

final as (

    select
        opportunity_id,
        rep_id,
        account_id,
        channel,
        opened_at,
        closed_at,
        {{ fiscal_quarter('closed_at') }} as closed_quarter,
        case when is_closed then has_history end as closed_by_history,
        is_closed,
        is_won,
        amount,
        case when signed_cycle_days >= 0 then signed_cycle_days end as cycle_days,
        reopen_count,
        backward_moves,
        case
            when signed_cycle_days < 0 then 'clock_error'
            when not is_new_business then 'not_new_business'
        end as exclusion_reason

    from cycles

)

select * from final
