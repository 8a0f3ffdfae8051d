with recursive

named_quarters as (

    select * from {{ ref('int_named_quarters') }}

),

incentive_awards as (

    select * from {{ ref('incentive_awards') }}

),

incentive_adjustments as (

    select * from {{ ref('incentive_adjustments') }}

),

-- What was awarded stays, though the records of its quarter may be gone.
named as (

    select start_date from named_quarters

    union all

    select {{ start_of_fiscal_quarter_label('quarter') }} as start_date
    from incentive_awards

    union all

    select {{ start_of_fiscal_quarter_label('quarter') }} as start_date
    from incentive_adjustments

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
        cast({{ dbt.dateadd('day', -1, 'next_start_date') }} as date) as end_date,
        {{ as_of() }} >= {{ start_of_org_day('next_start_date') }} as is_closed

    from dated

)

select * from final
