with

currency_types as (

    select
        currency_code,
        max(conversion_rate) as conversion_rate

    from {{ ref('stg_salesforce__currency_types') }}

    group by 1

),

used as (

    select
        currency_code,
        created_at
    from {{ ref('stg_salesforce__opportunities') }}

    union all

    select
        currency_code,
        cast(start_date as timestamp) as created_at
    from {{ ref('stg_salesforce__campaigns') }}

    union all

    select
        currency_code,
        created_at
    from {{ ref('stg_referrals__rewards') }}

),

counted as (

    select
        coalesce(currency_code, '') as currency_code,
        count(*) as records

    from used

    where {{ exists_as_of('created_at') }}

    group by 1

),

currencies as (

    select count(*) as number_of_rates from currency_types

),

final as (

    select
        counted.currency_code,
        case
            when counted.currency_code = '' or currencies.number_of_rates = 0 then 1
            else nullif(currency_types.conversion_rate, 0)
        end as conversion_rate,
        counted.records,
        counted.currency_code = ''
        or currencies.number_of_rates = 0
        or coalesce(currency_types.conversion_rate != 0, false) as is_known

    from counted

    cross join currencies

    left join currency_types on counted.currency_code = currency_types.currency_code

)

select * from final
