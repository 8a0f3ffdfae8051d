with

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

metric_totals as (

    select * from {{ ref('metric_totals') }}

),

weakest_link as (

    select * from {{ ref('weakest_link') }}

),

-- Every fact and metric with a quarter of its own adds one line here.
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

    union all

    select {{ start_of_fiscal_quarter_label('quarter') }} as start_date
    from metric_totals

    union all

    select {{ start_of_fiscal_quarter_label('quarter') }} as start_date
    from weakest_link

),

final as (

    select distinct start_date from named

    where start_date is not null

)

select * from final
