{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        full_refresh=false,
        database='history',
        schema='kept',
        on_schema_change='fail',
        pre_hook="{% if is_incremental() %} delete from {{ this }} where found_quarter = {{ fiscal_quarter(as_of()) }} and found_as_of <= {{ as_of() }} {% endif %}",
    )
}}

with

closed_quarters as (

    select * from {{ ref('int_closed_quarters') }}

),

ledger as (

    select * from {{ ref('int_award_ledger_kept') }}

),

entitled as (

    select * from {{ ref('int_entitled_awards') }}

),

contenders as (

    select * from {{ ref('int_award_contenders') }}

),

reps as (

    select * from {{ ref('int_reps') }}

),

{% if is_incremental() -%}
-- What the last review of each quarter before this one found.
found_before as (

    select earlier.*

    from {{ this }} as earlier

    inner join (
        select
            found_quarter,
            max(found_as_of) as found_as_of
        from {{ this }}
        group by found_quarter
    ) as last_reviews
        on
            earlier.found_quarter = last_reviews.found_quarter
            and earlier.found_as_of = last_reviews.found_as_of

    where earlier.found_quarter < {{ fiscal_quarter(as_of()) }} and earlier.entry = 'adjustment'

),

{% endif -%}
-- Places given at the close, and given or taken since.
places as (

    select
        ledger.quarter,
        ledger.award,
        ledger.place,
        ledger.rep_id,
        1 as places
    from ledger
    inner join closed_quarters on ledger.quarter = closed_quarters.quarter
    where ledger.entry = 'award'

    {% if is_incremental() -%}
    union all

    select
        found_before.quarter,
        found_before.award,
        found_before.place,
        found_before.rep_id,
        found_before.places_change as places
    from found_before

    {% endif -%}
    union all

    select
        entitled.quarter,
        entitled.award,
        entitled.place,
        entitled.rep_id,
        0 as places
    from entitled

),

held as (

    select
        quarter,
        award,
        place,
        rep_id,
        sum(places) as places

    from places

    group by quarter, award, place, rep_id

),

changed as (

    select
        held.quarter,
        held.award,
        held.place,
        held.rep_id,
        case when entitled.rep_id is null then 0 else 1 end - held.places as places_change

    from held

    left join entitled
        on
            held.quarter = entitled.quarter
            and held.award = entitled.award
            and held.place = entitled.place
            and held.rep_id = entitled.rep_id

),

explained as (

    select
        changed.quarter,
        changed.award,
        changed.place,
        changed.rep_id,
        changed.places_change,
        changed.places_change * ledger.payout as payout_change,
        case
            when changed.places_change > 0
                then 'gained: later data give ' || {{ as_text('round(contenders.value, 2)') }}
            when not coalesce(reps.is_active, false) then 'lost: no longer an active rep'
            when contenders.value is null then 'lost: later data leave no value'
            else 'lost: later data give ' || {{ as_text('round(contenders.value, 2)') }}
        end as reason

    from changed

    inner join ledger
        on
            changed.quarter = ledger.quarter
            and changed.award = ledger.award
            and changed.place = ledger.place
            and ledger.entry = 'plan'

    left join reps on changed.rep_id = reps.rep_id

    left join contenders
        on
            changed.quarter = contenders.quarter
            and ledger.metric = contenders.metric
            and changed.rep_id = contenders.rep_id

    where changed.places_change != 0

),

-- The review itself is kept, too: that it found nothing, or nothing any more, is a finding.
final as (

    select
        'review' as entry,
        {{ fiscal_quarter(as_of()) }} as found_quarter,
        {{ as_of() }} as found_as_of,
        cast(null as {{ dbt.type_string() }}) as quarter,
        cast(null as {{ dbt.type_string() }}) as award,
        cast(null as {{ dbt.type_bigint() }}) as place,
        cast(null as {{ dbt.type_string() }}) as rep_id,
        cast(null as {{ dbt.type_bigint() }}) as places_change,
        cast(null as decimal(18, 2)) as payout_change,
        cast(null as {{ dbt.type_string() }}) as reason

    union all

    select
        'adjustment' as entry,
        {{ fiscal_quarter(as_of()) }} as found_quarter,
        {{ as_of() }} as found_as_of,
        explained.quarter,
        explained.award,
        explained.place,
        explained.rep_id,
        {{ as_int('explained.places_change') }} as places_change,
        {{ as_money('explained.payout_change') }} as payout_change,
        explained.reason
    from explained

)

select * from final
