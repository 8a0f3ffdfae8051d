with

loss_episodes as (

    select * from {{ ref('fct_loss_episodes') }}

    where exclusion_reason is null

),

reps as (

    select * from {{ ref('int_reps') }}

),

lost_episodes as (

    select
        *,
        lost_quarter as quarter,
        lost_by_rep_id as rep_id

    from loss_episodes

    where lost_by_rep_id is not null

),

saved_episodes as (

    {{ saved_episode_credits('loss_episodes') }}

),

measured as (

    {{ saved_measures('lost_episodes', 'saved_episodes', 'rep_id') }}

),

with_rep as (

    select
        measured.*,
        reps.is_active

    from measured

    inner join reps on measured.rep_id = reps.rep_id

),

final as (

    select
        quarter,
        rep_id,
        {{ as_int('lost_qualified_leads') }} as lost_qualified_leads,
        {{ as_int('flagged_leads') }} as flagged_leads,
        {{ as_int('enrolled_leads') }} as enrolled_leads,
        {{ as_int('pending_leads') }} as pending_leads,
        {{ as_int('settled_episodes') }} as settled_episodes,
        {{ as_int('settled_saved_episodes') }} as settled_saved_episodes,
        {{ ratio('settled_saved_episodes', 'settled_episodes') }} as save_rate,
        {{ as_int('saved_leads') }} as saved_leads,
        {{ as_int('saved_won_leads') }} as saved_won_leads,
        saved_won_amount,
        {{ rank_in_quarter(
            'saved_leads',
            'desc',
            'is_active and saved_leads >= 1 and saved_leads >= ' ~ minimum_volume('saved_leads')
        ) }} as rank

    from with_rep

)

select * from final
