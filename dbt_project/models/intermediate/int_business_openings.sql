with

lead_signals as (

    select * from {{ ref('int_lead_signals') }}

),

business_hours as (

    select * from {{ ref('business_hours') }}

),

holidays as (

    select distinct holidays.date as holiday from {{ ref('holidays') }} as holidays

),

-- Nothing is measured before the first signal.
bounds as (

    select
        {{ org_date('min(signal_at)') }} as first_day,
        {{ org_date(as_of()) }} as last_day

    from lead_signals

),

days as (

    select cast({{ each_day('first_day', 'last_day') }} as date) as open_day
    from bounds
    where first_day is not null

),

openings as (

    select
        {{ local_time_of_day('days.open_day', 'business_hours.opens') }} as opened_at_local,
        {{ local_time_of_day('days.open_day', 'business_hours.closes') }} as closed_at_local

    from days

    inner join business_hours on {{ iso_weekday('days.open_day') }} = business_hours.weekday

    left join holidays on days.open_day = holidays.holiday

    where holidays.holiday is null

),

openings_in_utc as (

    select
        {{ local_to_utc('opened_at_local', org_time_zone()) }} as opened_at,
        {{ local_to_utc('closed_at_local', org_time_zone()) }} as closed_at

    from openings

),

-- Openings that touch or overlap are one: a minute is open once.
with_last_close as (

    select
        opened_at,
        closed_at,
        max(closed_at) over (
            order by opened_at, closed_at rows between unbounded preceding and 1 preceding
        ) as closed_before

    from openings_in_utc

    where opened_at < closed_at

),

numbered as (

    select
        opened_at,
        closed_at,
        sum(case when opened_at <= closed_before then 0 else 1 end) over (
            order by opened_at, closed_at rows between unbounded preceding and current row
        ) as opening_number

    from with_last_close

),

merged as (

    select
        opening_number,
        min(opened_at) as opened_at,
        max(closed_at) as closed_at

    from numbered

    group by 1

),

final as (

    select
        opened_at,
        closed_at,
        {{ as_int(
            'coalesce(sum(' ~ microseconds_between('opened_at', 'closed_at') ~ ') over ('
            ~ 'order by opened_at rows between unbounded preceding and 1 preceding), 0)'
        ) }} as open_microseconds_before

    from merged

)

select * from final
