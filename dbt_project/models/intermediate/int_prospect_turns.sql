with

prospects as (

    select * from {{ ref('int_prospects') }}

),

status_changes as (

    select
        *,
        -- What the lead has been before this change, or before its first one.
        max(case when class_before = 'qualified' then 1 else 0 end) over (
            partition by lead_id
            order by changed_at, history_id
            rows between unbounded preceding and current row
        ) = 1 as was_qualified

    from {{ ref('int_lead_status_changes') }}

    where has_happened

),

conversions as (

    select * from {{ ref('int_lead_conversions') }}

),

stage_visits as (

    select
        opportunity_id,
        visit_number,
        entered_at,
        is_closed and not is_won as is_lost,
        lag(is_closed and not is_won) over deal_in_order as was_lost,
        lag(stage) over deal_in_order as stage_before

    from {{ ref('int_stage_visits') }}

    window deal_in_order as (partition by opportunity_id order by visit_number)

),

sales_cycles as (

    select * from {{ ref('int_sales_cycles') }}

),

lead_turns as (

    select
        lead_id,
        changed_at as turned_at,
        number_in_time as turn_order,
        new_class = 'lost' as is_loss,
        old_status as turned_from
    from status_changes
    where
        (new_class = 'lost' and class_before != 'lost' and was_qualified)
        or (new_class != 'lost' and class_before = 'lost')

    union all

    -- A conversion that left no change of status behind.
    select
        conversions.lead_id,
        conversions.converted_at as turned_at,
        status_changes.number_in_time + 1 as turn_order,
        false as is_loss,
        status_changes.new_status as turned_from
    from conversions
    inner join status_changes
        on conversions.lead_id = status_changes.lead_id and status_changes.number_from_the_end = 1
    where
        conversions.history_id is null
        and conversions.converted_at is not null
        and status_changes.new_class = 'lost'

),

deal_turns as (

    select
        opportunity_id,
        entered_at as turned_at,
        visit_number as turn_order,
        is_lost as is_loss,
        stage_before as turned_from
    from stage_visits
    where is_lost != coalesce(was_lost, false)

    union all

    select
        opportunity_id,
        closed_at as turned_at,
        1 as turn_order,
        true as is_loss,
        cast(null as {{ dbt.type_string() }}) as turned_from
    from sales_cycles
    where is_closed and not is_won and not closed_by_history and closed_at is not null

),

turns as (

    select
        prospects.prospect_id,
        'Lead' as object,
        lead_turns.turned_at,
        lead_turns.turn_order,
        lead_turns.is_loss,
        lead_turns.turned_from
    from lead_turns
    inner join prospects on lead_turns.lead_id = prospects.lead_id

    union all

    select
        prospects.prospect_id,
        'Opportunity' as object,
        deal_turns.turned_at,
        deal_turns.turn_order,
        deal_turns.is_loss,
        deal_turns.turned_from
    from deal_turns
    inner join prospects on deal_turns.opportunity_id = prospects.opportunity_id

),

-- Of what a lead and its deal do at one instant, a return goes before a loss, unless it is the
-- return from that very loss: losses have odd places, returns even ones.
placed as (

    select
        *,
        row_number() over record_at_instant
        - case when first_value(is_loss) over record_at_instant then 0 else 1 end
            as place_at_instant

    from turns

    window
        record_at_instant as (
            partition by prospect_id, object, turned_at order by turn_order
        )

),

final as (

    select
        prospect_id,
        object,
        turned_at,
        is_loss,
        nullif(turned_from, '') as turned_from,
        row_number() over (
            partition by prospect_id
            order by
                turned_at,
                place_at_instant,
                case when is_loss = (object = 'Opportunity') then 0 else 1 end
        ) as turn_number

    from placed

)

select * from final
