with

losses as (

    select * from {{ ref('int_prospect_losses') }}

),

new_deal_returns as (

    select * from {{ ref('int_new_deal_returns') }}

),

returns as (

    select
        losses.prospect_id,
        losses.lost_at,
        losses.object,
        losses.lost_from,
        losses.follows_loss,
        coalesce(new_deal_returns.returned_at, losses.own_returned_at) as returned_at,
        case
            when new_deal_returns.returned_at is not null then 'new_opportunity'
            else losses.own_return_type
        end as return_type

    from losses

    -- Where the lead was lost at the same instant, it is not back when a new deal is made.
    left join new_deal_returns
        on
            losses.prospect_id = new_deal_returns.prospect_id
            and losses.lost_at = new_deal_returns.lost_at
            and not losses.is_of_lead_too

),

with_return_before as (

    select
        *,
        lag(returned_at) over (partition by prospect_id order by lost_at) as returned_before_at

    from returns

),

-- Each loss of a prospect that is not lost already is an episode.
episodes as (

    select * from with_return_before

    where not follows_loss or returned_before_at <= lost_at

),

final as (

    select
        prospect_id,
        lost_at,
        object,
        lost_from,
        returned_at,
        return_type,
        lag(returned_at) over (partition by prospect_id order by lost_at) as returned_before_at,
        {{ days_after('lost_at', var('reactivation_window_days')) }} as window_ends_at

    from episodes

)

select * from final
