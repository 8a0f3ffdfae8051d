with

lead_histories as (

    select * from {{ ref('int_lead_histories') }}

),

opportunity_field_histories as (

    select * from {{ ref('stg_salesforce__opportunity_field_histories') }}

),

account_histories as (

    select * from {{ ref('stg_salesforce__account_histories') }}

),

contact_histories as (

    select * from {{ ref('stg_salesforce__contact_histories') }}

),

records as (

    select
        'Lead' as object,
        lead_id as record_id,
        current_owner_id
    from {{ ref('stg_salesforce__leads') }}
    where not coalesce(is_deleted, false)

    union all

    select
        'Opportunity' as object,
        opportunity_id as record_id,
        current_owner_id
    from {{ ref('stg_salesforce__opportunities') }}

    union all

    select
        'Account' as object,
        account_id as record_id,
        current_owner_id
    from {{ ref('stg_salesforce__accounts') }}

    union all

    select
        'Contact' as object,
        contact_id as record_id,
        current_owner_id
    from {{ ref('stg_salesforce__contacts') }}

),

histories as (

    select
        'Lead' as object,
        lead_id as record_id,
        history_id,
        field,
        old_value,
        new_value,
        created_at
    from lead_histories

    union all

    select
        'Opportunity' as object,
        opportunity_id as record_id,
        history_id,
        field,
        old_value,
        new_value,
        created_at
    from opportunity_field_histories

    union all

    select
        'Account' as object,
        account_id as record_id,
        history_id,
        field,
        old_value,
        new_value,
        created_at
    from account_histories

    union all

    select
        'Contact' as object,
        contact_id as record_id,
        history_id,
        field,
        old_value,
        new_value,
        created_at
    from contact_histories

),

-- A change is written twice, with names and with ids: the row with ids counts.
changes as (

    select
        object,
        record_id,
        history_id,
        created_at,
        new_value as owner_id,
        case when {{ is_owner_id('old_value') }} then old_value end as old_owner_id

    from histories

    where field = 'Owner' and {{ is_owner_id('new_value') }} and created_at is not null

),

changes_in_order as (

    select
        *,
        row_number() over record_in_order as change_number,
        first_value(old_owner_id) over record_in_order as first_old_owner_id,
        lead(created_at) over record_in_order as next_change_at

    from changes

    window record_in_order as (partition by object, record_id order by created_at, history_id)

),

-- Of several changes at one instant the last one says who owns the record from then on.
last_changes as (

    select
        *,
        coalesce(
            lag(owner_id) over (partition by object, record_id order by change_number),
            first_old_owner_id,
            ''
        ) as owner_id_before

    from changes_in_order

    where next_change_at is null or created_at != next_change_at

),

-- A change from an owner to itself starts no new period.
real_changes as (

    select
        object,
        record_id,
        owner_id,
        created_at as started_at,
        row_number() over (partition by object, record_id order by change_number) as period_number

    from last_changes

    where owner_id != owner_id_before

),

first_owners as (

    select
        records.object,
        records.record_id,
        case
            when changes_in_order.change_number is null then records.current_owner_id
            else changes_in_order.old_owner_id
        end as owner_id

    from records

    left join changes_in_order
        on
            records.object = changes_in_order.object
            and records.record_id = changes_in_order.record_id
            and changes_in_order.change_number = 1

),

final as (

    select
        object,
        record_id,
        0 as period_number,
        owner_id,
        cast(null as timestamp) as started_at
    from first_owners

    union all

    select
        object,
        record_id,
        period_number,
        owner_id,
        started_at
    from real_changes

)

select * from final
