with

settled_episodes as (

    select
        lost_quarter as quarter,
        outcome,
        delivered_at is not null as is_delivered,
        {{ microseconds_between('lost_at', 'delivered_at') }} as microseconds_to_delivery,
        {{ microseconds_between('lost_at', 'returned_at') }} as microseconds_to_return

    from {{ ref('fct_loss_episodes') }}

    where is_settled

),

-- Half of a quarter's mailings have arrived by then. Who came back earlier is no rival of those who
-- were written to: they could not have been.
landmarks as (

    select
        quarter,
        {{ median('microseconds_to_delivery') }} as microseconds_to_landmark

    from settled_episodes

    group by 1

),

with_landmark as (

    select
        settled_episodes.*,
        not settled_episodes.is_delivered
        and coalesce(
            settled_episodes.microseconds_to_return > landmarks.microseconds_to_landmark, true
        ) as is_rival

    from settled_episodes

    inner join landmarks on settled_episodes.quarter = landmarks.quarter

),

counted as (

    select
        quarter,
        count(case when is_delivered then 1 end) as delivered_settled,
        count(case when is_delivered and outcome = 'saved' then 1 end) as delivered_saved,
        count(case when is_rival then 1 end) as undelivered_settled,
        count(case when is_rival and outcome = 'returned_unaided' then 1 end)
            as undelivered_returned

    from with_landmark

    group by 1

),

with_rates as (

    select
        *,
        {{ ratio('delivered_saved', 'delivered_settled') }} as delivered_rate,
        {{ ratio('undelivered_returned', 'undelivered_settled') }} as undelivered_rate

    from counted

),

final as (

    select
        quarter,
        {{ as_int('delivered_settled') }} as delivered_settled,
        {{ as_int('delivered_saved') }} as delivered_saved,
        delivered_rate,
        {{ as_int('undelivered_settled') }} as undelivered_settled,
        {{ as_int('undelivered_returned') }} as undelivered_returned,
        undelivered_rate,
        100 * (delivered_rate - undelivered_rate) as lift_points

    from with_rates

)

select * from final
