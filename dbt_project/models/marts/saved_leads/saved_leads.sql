with

loss_episodes as (

    select * from {{ ref('fct_loss_episodes') }}

    where exclusion_reason is null

),

reps as (

    select * from {{ ref('int_reps') }}

),

lost as (

    select
        lost_quarter as quarter,
        lost_by_rep_id as rep_id,
        count(distinct prospect_id) as lost_qualified_leads,
        count(distinct case when flagged_at is not null then prospect_id end) as flagged_leads,
        count(distinct case when enrolled_at is not null then prospect_id end) as enrolled_leads,
        count(distinct case when outcome = 'pending' then prospect_id end) as pending_leads,
        count(case when is_settled then 1 end) as settled_episodes,
        count(case when is_settled and outcome = 'saved' then 1 end) as settled_saved_episodes

    from loss_episodes

    where lost_by_rep_id is not null

    group by 1, 2

),

-- A prospect counts once a quarter, for whoever flagged it first.
saved_episodes as (

    select
        prospect_id,
        returned_quarter as quarter,
        first_value(flagged_by_rep_id) over (
            partition by prospect_id, returned_quarter order by flagged_at, lost_at
        ) as rep_id,
        saved_won_at,
        saved_won_amount

    from loss_episodes

    where outcome = 'saved'

),

saved as (

    select
        quarter,
        rep_id,
        count(distinct prospect_id) as saved_leads,
        count(distinct case when saved_won_at is not null then prospect_id end) as saved_won_leads,
        sum(case when saved_won_at is not null then saved_won_amount end) as known_won_amount

    from saved_episodes

    group by 1, 2

),

-- Nothing won is an amount of 0; something won at amounts nobody knows is unknown.
joined as (

    select
        coalesce(lost.quarter, saved.quarter) as quarter,
        coalesce(lost.rep_id, saved.rep_id) as rep_id,
        coalesce(lost.lost_qualified_leads, 0) as lost_qualified_leads,
        coalesce(lost.flagged_leads, 0) as flagged_leads,
        coalesce(lost.enrolled_leads, 0) as enrolled_leads,
        coalesce(lost.pending_leads, 0) as pending_leads,
        coalesce(lost.settled_episodes, 0) as settled_episodes,
        coalesce(lost.settled_saved_episodes, 0) as settled_saved_episodes,
        coalesce(saved.saved_leads, 0) as saved_leads,
        coalesce(saved.saved_won_leads, 0) as saved_won_leads,
        case when coalesce(saved.saved_won_leads, 0) = 0 then 0 else saved.known_won_amount end
            as saved_won_amount

    from lost

    full outer join saved on lost.quarter = saved.quarter and lost.rep_id = saved.rep_id

),

with_rep as (

    select
        joined.*,
        reps.is_active

    from joined

    inner join reps on joined.rep_id = reps.rep_id

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
        {{ as_money('saved_won_amount') }} as saved_won_amount,
        {{ rank_in_quarter(
            'saved_leads',
            'desc',
            'is_active and saved_leads >= 1 and saved_leads >= ' ~ minimum_volume('saved_leads', 1)
        ) }} as rank

    from with_rep

)

select * from final
