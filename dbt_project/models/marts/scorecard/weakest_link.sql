with

links as (

    select
        *,
        {{ quarter_number('quarter') }} as quarter_number,
        {{ as_of() }} >= {{ end_of_fiscal_quarter_label('quarter') }} as is_closed

    from {{ ref('int_funnel_links') }}

),

worths as (

    select * from {{ ref('int_link_worths') }}

),

targets as (

    select * from {{ ref('funnel_targets') }}

),

-- What a link can reach: its target, or its own best of the four quarters before.
with_reference as (

    select
        links.*,
        worths.worth_of_one_more_hit,
        coalesce(
            targets.target_rate,
            max(case when links.n >= {{ weighty_link_n() }} then links.rate end) over (
                partition by links.link
                order by links.quarter_number
                range between 4 preceding and 1 preceding
            )
        ) as reference_rate

    from links

    inner join worths on links.quarter = worths.quarter and links.link = worths.link

    left join targets on links.link = targets.link

),

with_shortfall as (

    select
        *,
        case
            when reference_rate > rate then reference_rate - rate
            when reference_rate <= rate then 0
        end as shortfall

    from with_reference

),

with_amount as (

    select
        *,
        {{ cents_of('shortfall * n * worth_of_one_more_hit') }} as amount_at_stake

    from with_shortfall

),

candidates as (

    select
        *,
        is_closed and n >= {{ weighty_link_n() }} and coalesce(amount_at_stake, 0) > 0
            as may_be_weakest

    from with_amount

),

final as (

    select
        quarter,
        link,
        {{ as_int('n') }} as n,
        {{ as_int('hits') }} as hits,
        {{ as_double('rate') }} as rate,
        {{ as_double(wilson_bound('hits', 'n', '-')) }} as rate_low,
        {{ as_double(wilson_bound('hits', 'n', '+')) }} as rate_high,
        {{ as_double('reference_rate') }} as reference_rate,
        {{ as_double('100 * shortfall') }} as shortfall_points,
        {{ as_double('worth_of_one_more_hit') }} as worth_of_one_more_hit,
        amount_at_stake,
        may_be_weakest
        and row_number() over (
            partition by quarter, may_be_weakest order by amount_at_stake desc, link_number asc
        ) = 1 as is_weakest

    from candidates

)

select * from final
