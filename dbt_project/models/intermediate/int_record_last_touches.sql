with

touches as (

    select * from {{ ref('int_record_touches') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

contacts as (

    select * from {{ ref('stg_salesforce__contacts') }}

),

accounts as (

    select * from {{ ref('stg_salesforce__accounts') }}

),

opportunities as (

    select * from {{ ref('int_opportunities') }}

),

last_touches as (

    select
        record_id,
        max(touched_at) as touched_at,
        max(case when is_check_in then touched_at end) as checked_in_at

    from touches

    group by 1

),

records as (

    select
        'Lead' as object,
        lead_id as record_id,
        created_at,
        cast(null as {{ dbt.type_string() }}) as visited_id
    from leads

    union all

    select
        'Contact' as object,
        contact_id as record_id,
        created_at,
        cast(null as {{ dbt.type_string() }}) as visited_id
    from contacts

    union all

    select
        'Account' as object,
        account_id as record_id,
        created_at,
        cast(null as {{ dbt.type_string() }}) as visited_id
    from accounts

    union all

    -- A deal is visited where its account is.
    select
        'Opportunity' as object,
        opportunity_id as record_id,
        created_at,
        account_id as visited_id
    from opportunities

),

instants as (

    select
        records.object,
        records.record_id,
        records.created_at as touched_at
    from records

    union all

    select
        records.object,
        records.record_id,
        last_touches.touched_at
    from records
    inner join last_touches on records.record_id = last_touches.record_id

    union all

    select
        records.object,
        records.record_id,
        last_touches.checked_in_at as touched_at
    from records
    inner join last_touches on records.visited_id = last_touches.record_id

),

final as (

    select
        object,
        record_id,
        max(touched_at) as last_touched_at

    from instants

    group by 1, 2

)

select * from final
