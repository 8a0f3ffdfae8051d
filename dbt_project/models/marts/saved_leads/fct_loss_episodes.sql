with

loss_episodes as (

    select * from {{ ref('int_loss_episodes') }}

),

saved_wins as (

    select * from {{ ref('int_saved_wins') }}

),

final as (

    select
        loss_episodes.prospect_id,
        loss_episodes.lead_id,
        loss_episodes.opportunity_id,
        loss_episodes.lost_at,
        {{ fiscal_quarter('loss_episodes.lost_at') }} as lost_quarter,
        loss_episodes.lost_from,
        loss_episodes.lost_reason,
        loss_episodes.lost_by_rep_id,
        loss_episodes.flagged_at,
        loss_episodes.flagged_by_rep_id,
        loss_episodes.enrolled_at,
        loss_episodes.delivered_at,
        loss_episodes.campaign_id,
        loss_episodes.engaged_at,
        loss_episodes.returned_at,
        {{ fiscal_quarter('loss_episodes.returned_at') }} as returned_quarter,
        loss_episodes.return_type,
        loss_episodes.window_ends_at,
        loss_episodes.outcome,
        loss_episodes.exclusion_reason is null and loss_episodes.window_ends_at <= {{ as_of() }}
            as is_settled,
        saved_wins.won_at as saved_won_at,
        saved_wins.amount as saved_won_amount,
        saved_wins.won_opportunity_id as saved_won_opportunity_id,
        loss_episodes.exclusion_reason

    from loss_episodes

    left join saved_wins
        on
            loss_episodes.prospect_id = saved_wins.prospect_id
            and loss_episodes.lost_at = saved_wins.lost_at

)

select * from final
