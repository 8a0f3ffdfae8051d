with

tasks as (

    select
        *,
        {{ task_done_at() }} as asked_at

    from {{ ref('stg_salesforce__tasks') }}

    where {{ exists_as_of('created_at') }}

),

opportunities as (

    select * from {{ ref('int_opportunities') }}

),

contacts as (

    select * from {{ ref('stg_salesforce__contacts') }}

    where {{ exists_as_of('created_at') }}

),

reps as (

    select * from {{ ref('int_reps') }}

),

asks as (

    select * from tasks

    where
        is_closed
        and asked_at <= {{ as_of() }}
        and (
            coalesce(task_type in {{ values_of('referral_ask_types') }}, false)
            or {{ matches('subject', var('referral_ask_pattern')) }}
        )

),

final as (

    select
        asks.task_id as ask_id,
        coalesce(
            case when substr(asks.what_id, 1, 3) = '001' then asks.what_id end,
            opportunities.account_id,
            contacts.account_id
        ) as account_id,
        coalesce(owners.rep_id, creators.rep_id) as rep_id,
        asks.asked_at

    from asks

    left join opportunities on asks.what_id = opportunities.opportunity_id

    left join contacts on asks.who_id = contacts.contact_id

    left join reps as owners on asks.owner_id = owners.rep_id

    left join reps as creators on asks.created_by_id = creators.rep_id

)

select * from final
