with

loss_episodes as (

    select * from {{ ref('fct_loss_episodes') }}

    where exclusion_reason is null

),

lost_episodes as (

    select
        *,
        lost_quarter as quarter,
        lost_by_rep_id as rep_id

    from loss_episodes

),

saved_episodes as (

    {{ saved_episode_credits('loss_episodes') }}

),

lost_of_teams as (

    {{ by_team('lost_episodes') }}

),

saved_of_teams as (

    {{ by_team('saved_episodes') }}

),

final as (

    {{ saved_measures('lost_of_teams', 'saved_of_teams', 'team') }}

)

select * from final
