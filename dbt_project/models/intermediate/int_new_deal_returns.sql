{#- Losses stand behind the deals of their instant, but one that has passed its own deal right
    behind that one. -#}
{% set account_order -%}
    stands_at,
    stands_last,
    case when stands_last = 0 then opportunity_id end,
    is_loss,
    lost_at,
    opportunity_id
{%- endset -%}

with recursive

losses as (

    select * from {{ ref('int_prospect_losses') }}

    where may_return_by_new_deal and not follows_loss

),

prospects as (

    select * from {{ ref('int_prospects') }}

),

opportunities as (

    select * from {{ ref('int_opportunities') }}

),

waiting as (

    select
        opportunities.account_id,
        losses.prospect_id,
        losses.lost_at,
        losses.own_returned_at,
        opportunities.opportunity_id

    from losses

    inner join prospects on losses.prospect_id = prospects.prospect_id

    inner join opportunities on prospects.opportunity_id = opportunities.opportunity_id

    where opportunities.account_id is not null

),

accounts as (

    select distinct account_id from waiting

),

new_deals as (

    select
        opportunities.account_id,
        opportunities.opportunity_id,
        opportunities.created_at

    from opportunities

    inner join accounts on opportunities.account_id = accounts.account_id

    inner join prospects on opportunities.opportunity_id = prospects.opportunity_id

    where
        opportunities.is_new_business
        and prospects.lead_id is null
        and opportunities.created_at is not null

),

-- An account's losses, from when a new deal may end them, and its new deals, in one order. A new
-- deal ends the latest loss that still waits, as brackets close. In each round every loss that
-- stands right before a deal is settled, and what is settled leaves, as does what nothing can meet
-- any more: there are as many rounds as brackets are nested.
rounds as (

    select
        account_id,
        {{ days_after('lost_at', var('reopen_grace_days')) }} as stands_at,
        1 as stands_last,
        1 as is_loss,
        lost_at,
        opportunity_id,
        prospect_id,
        own_returned_at,
        cast(null as {{ dbt.type_string() }}) as new_opportunity_id,
        cast(null as timestamp) as returned_at
    from waiting

    union all

    select
        account_id,
        created_at as stands_at,
        0 as stands_last,
        0 as is_loss,
        cast(null as timestamp) as lost_at,
        opportunity_id,
        cast(null as {{ dbt.type_string() }}) as prospect_id,
        cast(null as timestamp) as own_returned_at,
        cast(null as {{ dbt.type_string() }}) as new_opportunity_id,
        cast(null as timestamp) as returned_at
    from new_deals

    union all

    select
        account_id,
        case when fate = 'passes it' then next_stands_at else stands_at end as stands_at,
        case when fate = 'passes it' then 0 else stands_last end as stands_last,
        is_loss,
        lost_at,
        opportunity_id,
        prospect_id,
        own_returned_at,
        case when fate = 'ends by it' then next_opportunity_id end as new_opportunity_id,
        case when fate = 'ends by it' then next_stands_at end as returned_at
    from (
        select
            *,
            lag(fate) over (partition by account_id order by {{ account_order }}) as fate_before
        from (
            select
                *,
                case
                    when is_loss = 0 then 'is a deal'
                    when not coalesce(a_deal_follows, false) then 'meets none'
                    when next_is_loss = 1 then 'waits'
                    -- A deal that was lost before it was created, by a wrong clock.
                    when opportunity_id = next_opportunity_id then 'passes it'
                    when own_returned_at <= next_stands_at then 'has ended'
                    else 'ends by it'
                end as fate
            from (
                select
                    *,
                    lead(is_loss) over account_in_order as next_is_loss,
                    lead(stands_at) over account_in_order as next_stands_at,
                    lead(opportunity_id) over account_in_order as next_opportunity_id,
                    max(1 - is_loss) over (
                        partition by account_id
                        order by {{ account_order }}
                        rows between 1 following and unbounded following
                    ) = 1 as a_deal_follows,
                    max(is_loss) over (
                        partition by account_id
                        order by {{ account_order }}
                        rows between unbounded preceding and 1 preceding
                    ) = 1 as a_loss_precedes
                from rounds
                where returned_at is null
                window
                    account_in_order as (partition by account_id order by {{ account_order }})
            ) as neighbours
        ) as fates
    ) as settled
    -- A deal stays until it has ended a loss, or none is left before it.
    where
        fate in ('waits', 'passes it', 'ends by it')
        or (fate = 'is a deal' and a_loss_precedes and fate_before != 'ends by it')

),

final as (

    select
        prospect_id,
        lost_at,
        new_opportunity_id,
        returned_at

    from rounds

    where returned_at is not null

)

select * from final
