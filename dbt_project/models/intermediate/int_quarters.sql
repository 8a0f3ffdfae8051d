with recursive

sales_cycles as (

    select * from {{ ref('int_sales_cycles') }}

),

referral_asks as (

    select * from {{ ref('int_referral_asks') }}

),

first_days as (

    select {{ org_date(as_of()) }} as first_day

    union all

    select {{ org_date('min(opened_at)') }} as first_day
    from sales_cycles

    union all

    select {{ org_date('min(closed_at)') }} as first_day
    from sales_cycles

    union all

    select {{ org_date('min(asked_at)') }} as first_day
    from referral_asks

),

named as (

    select {{ fiscal_quarter_start('first_day') }} as start_date
    from first_days
    where first_day is not null

),

quarters as (

    {{ quarters_since('named') }}

),

dated as (

    select
        start_date,
        cast({{ dbt.dateadd('month', 3, 'start_date') }} as date) as next_start_date

    from quarters

),

final as (

    select
        {{ fiscal_quarter_of_date('start_date') }} as quarter,
        start_date,
        {{ start_of_org_day('next_start_date') }} as ends_at,
        least({{ start_of_org_day('next_start_date') }}, {{ as_of() }}) as seen_until

    from dated

)

select * from final
