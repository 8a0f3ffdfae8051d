with recursive

loss_episodes as (

    select * from {{ ref('int_loss_episodes') }}

),

deal_wins as (

    select * from {{ ref('int_deal_wins') }}

),

opportunities as (

    select * from {{ ref('int_opportunities') }}

),

saved_episodes as (

    select
        loss_episodes.prospect_id,
        loss_episodes.opportunity_id,
        loss_episodes.lost_at,
        loss_episodes.lost_account_id,
        loss_episodes.returned_at,
        row_number() over (
            order by loss_episodes.returned_at, loss_episodes.prospect_id, loss_episodes.lost_at
        ) as episode_number,
        coalesce(opportunities.account_id, loss_episodes.prospect_id) as group_id

    from loss_episodes

    left join opportunities on loss_episodes.opportunity_id = opportunities.opportunity_id

    where loss_episodes.outcome = 'saved'

),

-- A prospect's own deal may be older than its return, another one of the account may not.
eligible_wins as (

    select
        saved_episodes.group_id,
        saved_episodes.episode_number,
        deal_wins.win_number
    from saved_episodes
    inner join deal_wins
        on
            saved_episodes.opportunity_id = deal_wins.opportunity_id
            and saved_episodes.returned_at <= deal_wins.won_at

    union

    select
        saved_episodes.group_id,
        saved_episodes.episode_number,
        deal_wins.win_number
    from saved_episodes
    inner join deal_wins
        on
            saved_episodes.lost_account_id = deal_wins.account_id
            and saved_episodes.returned_at <= deal_wins.created_at
            and saved_episodes.returned_at <= deal_wins.won_at

),

pairs as (

    select
        group_id,
        episode_number as turn,
        episode_number as taker_id,
        win_number as preference,
        win_number as candidate_id
    from eligible_wins

),

{{ take_in_turn('pairs') }},

final as (

    select
        saved_episodes.prospect_id,
        saved_episodes.lost_at,
        deal_wins.opportunity_id as won_opportunity_id,
        deal_wins.won_at,
        deal_wins.amount

    from taken

    inner join saved_episodes on taken.taker_id = saved_episodes.episode_number

    inner join deal_wins on taken.candidate_id = deal_wins.win_number

)

select * from final
