with recursive

sales_cycles as (

    select * from {{ ref('fct_sales_cycles') }}

),

stage_durations as (

    select * from {{ ref('stage_durations') }}

),

loss_episodes as (

    select * from {{ ref('fct_loss_episodes') }}

),

saved_leads as (

    select * from {{ ref('saved_leads') }}

),

response_cycles as (

    select * from {{ ref('fct_response_cycles') }}

),

referrals as (

    select * from {{ ref('fct_referrals') }}

),

referrals_earned as (

    select * from {{ ref('referrals_earned') }}

),

referral_ask_coverage as (

    select * from {{ ref('referral_ask_coverage') }}

),

referral_roi as (

    select * from {{ ref('referral_roi') }}

),

data_enrichment as (

    select * from {{ ref('data_enrichment') }}

),

-- Every mart with a quarter of its own adds one line here.
named as (

    select {{ fiscal_quarter_start(org_date(as_of())) }} as start_date

    union all

    select {{ start_of_fiscal_quarter_label('closed_quarter') }} as start_date
    from sales_cycles

    union all

    select {{ start_of_fiscal_quarter_label('quarter') }} as start_date
    from stage_durations

    union all

    select {{ start_of_fiscal_quarter_label('lost_quarter') }} as start_date
    from loss_episodes

    union all

    select {{ start_of_fiscal_quarter_label('quarter') }} as start_date
    from saved_leads

    union all

    select {{ start_of_fiscal_quarter_label('signal_quarter') }} as start_date
    from response_cycles

    union all

    select {{ start_of_fiscal_quarter_label('created_quarter') }} as start_date
    from referrals

    union all

    select {{ start_of_fiscal_quarter_label('quarter') }} as start_date
    from referrals_earned

    union all

    select {{ start_of_fiscal_quarter_label('quarter') }} as start_date
    from referral_ask_coverage

    union all

    select {{ start_of_fiscal_quarter_label('quarter') }} as start_date
    from referral_roi

    union all

    select {{ start_of_fiscal_quarter_label('quarter') }} as start_date
    from data_enrichment

),

quarters as (

    select min(start_date) as start_date
    from named

    union all

    select cast({{ dbt.dateadd('month', 3, 'quarters.start_date') }} as date) as start_date
    from quarters
    where quarters.start_date < (select max(named.start_date) from named)

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
