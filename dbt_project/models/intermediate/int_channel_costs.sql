with

source_costs as (

    select * from {{ ref('source_costs') }}

),

reward_costs as (

    select * from {{ ref('int_reward_costs') }}

),

campaigns as (

    select * from {{ ref('stg_salesforce__campaigns') }}

),

campaign_channels as (

    select
        {{ trimmed('campaign_type') }} as campaign_type,
        channel
    from {{ ref('campaign_channels') }}

),

currency_rates as (

    select * from {{ ref('int_currency_rates') }}

),

costs as (

    select
        {{ trimmed('quarter') }} as quarter,
        {{ trimmed('channel') }} as channel,
        amount as cost
    from source_costs
    where
        amount is not null
        and {{ start_of_fiscal_quarter_label(trimmed('quarter')) }}
        <= {{ fiscal_quarter_start(org_date(as_of())) }}

    union all

    select
        {{ fiscal_quarter('created_at') }} as quarter,
        'referral' as channel,
        cost
    from reward_costs
    where created_at is not null

    union all

    select
        {{ fiscal_quarter_of_date('campaigns.start_date') }} as quarter,
        coalesce(campaign_channels.channel, 'other') as channel,
        {{ corporate_amount('campaigns.actual_cost', 'currency_rates.conversion_rate') }} as cost
    from campaigns
    left join campaign_channels on campaigns.campaign_type = campaign_channels.campaign_type
    left join currency_rates
        on coalesce(campaigns.currency_code, '') = currency_rates.currency_code
    where
        campaigns.start_date is not null
        and campaigns.actual_cost is not null
        and {{ start_of_org_day('campaigns.start_date') }} <= {{ as_of() }}

),

final as (

    select
        quarter,
        channel,
        sum(cost) as cost

    from costs

    group by 1, 2

)

select * from final
