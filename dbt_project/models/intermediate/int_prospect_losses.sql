with

turns as (

    select
        *,
        lag(is_loss) over prospect_in_order as follows_loss,
        min(case when not is_loss then turn_number end) over (
            partition by prospect_id
            order by turn_number
            rows between 1 following and unbounded following
        ) as return_number

    from {{ ref('int_prospect_turns') }}

    window prospect_in_order as (partition by prospect_id order by turn_number)

),

-- A loss while the prospect is lost already opens nothing, unless a new deal has brought it back in
-- the meantime: that is seen later, so these losses are kept, and marked.
losses as (

    select
        turns.prospect_id,
        turns.turned_at as lost_at,
        turns.object,
        turns.turned_from as lost_from,
        coalesce(turns.follows_loss, false) as follows_loss,
        returns.turned_at as own_returned_at,
        case returns.object when 'Lead' then 'requalified' when 'Opportunity' then 'reopened' end
            as own_return_type,
        row_number() over (
            partition by turns.prospect_id, turns.turned_at
            order by coalesce(turns.follows_loss, false), turns.turn_number desc
        ) as number_at_instant,
        count(case when turns.object = 'Lead' then 1 end) over (
            partition by turns.prospect_id, turns.turned_at
        ) > 0 as is_of_lead_too

    from turns

    left join turns as returns
        on
            turns.prospect_id = returns.prospect_id
            and turns.return_number = returns.turn_number

    where turns.is_loss

),

-- Two losses at one instant are one, with the later return.
final as (

    select
        prospect_id,
        lost_at,
        object,
        lost_from,
        follows_loss,
        own_returned_at,
        own_return_type,
        object = 'Opportunity' as may_return_by_new_deal,
        object = 'Opportunity' and is_of_lead_too as is_of_lead_too

    from losses

    where number_at_instant = 1

)

select * from final
