with

quarters as (

    select * from {{ ref('int_quarters') }}

),

customers as (

    select * from {{ ref('int_customers') }}

),

referral_asks as (

    select * from {{ ref('int_referral_asks') }}

),

active_reps as (

    select * from {{ ref('int_reps') }}

    where is_active

),

team as (

    select count(*) as active_reps from active_reps

),

asking as (

    select
        {{ fiscal_quarter('referral_asks.asked_at') }} as quarter,
        count(distinct active_reps.rep_id) as asking_reps

    from referral_asks

    left join active_reps on referral_asks.rep_id = active_reps.rep_id

    group by 1

),

eligible as (

    select
        quarter,
        count(*) as eligible_customers,
        count(case when is_asked then 1 end) as asked_customers

    from customers

    group by 1

),

counted as (

    select
        quarters.quarter,
        quarters.start_date,
        team.active_reps,
        coalesce(asking.asking_reps, 0) as asking_reps,
        coalesce(eligible.eligible_customers, 0) as eligible_customers,
        coalesce(eligible.asked_customers, 0) as asked_customers,
        max(case when asking.quarter is not null or eligible.quarter is not null then 1 else 0 end)
            over (order by quarters.start_date rows between unbounded preceding and current row)
            as has_begun

    from quarters

    cross join team

    left join asking on quarters.quarter = asking.quarter

    left join eligible on quarters.quarter = eligible.quarter

),

final as (

    select
        quarter,
        {{ as_int('active_reps') }} as active_reps,
        {{ as_int('asking_reps') }} as asking_reps,
        {{ ratio('asking_reps', 'active_reps') }} as asking_rep_rate,
        {{ as_int('eligible_customers') }} as eligible_customers,
        {{ as_int('asked_customers') }} as asked_customers,
        {{ ratio('asked_customers', 'eligible_customers') }} as ask_rate

    from counted

    where has_begun = 1

)

select * from final
