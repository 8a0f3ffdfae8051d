with

loss_returns as (

    select * from {{ ref('int_loss_returns') }}

),

reactivation_flags as (

    select * from {{ ref('int_reactivation_flags') }}

),

-- A flag may be a day early, but not left over from the episode before; it comes too late when the
-- prospect is back or the window has ended.
episodes as (

    select
        prospect_id,
        lost_at,
        greatest(
            {{ dbt.dateadd('hour', -24, 'lost_at') }},
            coalesce(returned_before_at, {{ dbt.dateadd('hour', -24, 'lost_at') }})
        ) as flag_counts_from,
        least(coalesce(returned_at, window_ends_at), window_ends_at) as ends_at

    from loss_returns

),

episode_instants as (

    select
        prospect_id,
        flag_counts_from as at
    from episodes

),

flag_instants as (

    select
        prospect_id,
        flagged_at as at,
        flag_number as event_number
    from reactivation_flags

),

next_flags as (

    {{ first_at_or_after('episode_instants', 'flag_instants', ['prospect_id']) }}

),

final as (

    select
        episodes.prospect_id,
        episodes.lost_at,
        episodes.ends_at,
        reactivation_flags.flagged_at,
        reactivation_flags.rep_id,
        row_number() over (
            partition by episodes.prospect_id order by reactivation_flags.flagged_at
        ) as flagged_episode_number

    from episodes

    inner join next_flags
        on
            episodes.prospect_id = next_flags.prospect_id
            and episodes.flag_counts_from = next_flags.at

    inner join reactivation_flags
        on
            next_flags.prospect_id = reactivation_flags.prospect_id
            and next_flags.event_number = reactivation_flags.flag_number

    where reactivation_flags.flagged_at < episodes.ends_at

)

select * from final
