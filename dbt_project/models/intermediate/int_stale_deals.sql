with

quarters as (

    select * from {{ ref('int_quarters') }}

),

open_stretches as (

    select * from {{ ref('int_open_stretches') }}

),

opportunities as (

    select * from {{ ref('int_opportunities') }}

),

touches as (

    select * from {{ ref('int_record_touches') }}

),

reps as (

    select * from {{ ref('int_reps') }}

),

open_deals as (

    select distinct
        quarters.quarter,
        quarters.seen_until,
        open_stretches.opportunity_id

    from open_stretches

    inner join quarters
        on
            open_stretches.open_from <= quarters.seen_until
            and coalesce(open_stretches.open_until > quarters.seen_until, true)

),

-- The deal's own touches, and visits to its account.
touch_instants as (

    select
        opportunities.opportunity_id as record_id,
        opportunities.created_at as touched_at
    from opportunities
    where opportunities.created_at is not null

    union all

    select
        touches.record_id,
        touches.touched_at
    from touches

),

numbered_touches as (

    select
        record_id,
        touched_at as at,
        row_number() over (partition by record_id order by touched_at) as event_number

    from touch_instants

),

check_ins as (

    select
        record_id,
        touched_at as at,
        row_number() over (partition by record_id order by touched_at) as event_number

    from touches

    where is_check_in

),

deal_instants as (

    select
        opportunity_id as record_id,
        seen_until as at
    from open_deals

),

account_instants as (

    select distinct
        opportunities.account_id as record_id,
        open_deals.seen_until as at

    from open_deals

    inner join opportunities on open_deals.opportunity_id = opportunities.opportunity_id

    where opportunities.account_id is not null

),

last_deal_touches as (

    {{ last_at_or_before('deal_instants', 'numbered_touches', ['record_id']) }}

),

last_check_ins as (

    {{ last_at_or_before('account_instants', 'check_ins', ['record_id']) }}

),

owners as (

    {{ owner_at('deal_instants', 'Opportunity') }}

),

with_touches as (

    select
        open_deals.quarter,
        open_deals.opportunity_id,
        open_deals.seen_until,
        reps.rep_id,
        numbered_touches.at as touched_at,
        check_ins.at as account_visited_at

    from open_deals

    inner join opportunities on open_deals.opportunity_id = opportunities.opportunity_id

    inner join owners
        on
            open_deals.opportunity_id = owners.record_id
            and open_deals.seen_until = owners.at

    inner join reps on owners.owner_id = reps.rep_id

    left join last_deal_touches
        on
            open_deals.opportunity_id = last_deal_touches.record_id
            and open_deals.seen_until = last_deal_touches.at

    left join numbered_touches
        on
            last_deal_touches.record_id = numbered_touches.record_id
            and last_deal_touches.event_number = numbered_touches.event_number

    left join last_check_ins
        on
            opportunities.account_id = last_check_ins.record_id
            and open_deals.seen_until = last_check_ins.at

    left join check_ins
        on
            last_check_ins.record_id = check_ins.record_id
            and last_check_ins.event_number = check_ins.event_number

),

final as (

    select
        quarter,
        opportunity_id,
        rep_id

    from with_touches

    where
        coalesce(touched_at <= {{ days_after('seen_until', -30) }}, true)
        and coalesce(account_visited_at <= {{ days_after('seen_until', -30) }}, true)

)

select * from final
