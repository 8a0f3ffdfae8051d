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

opportunities as (

    select * from {{ ref('int_opportunities') }}

),

accounts as (

    select * from {{ ref('stg_salesforce__accounts') }}

    where {{ exists_as_of('created_at') }}

),

contacts as (

    select * from {{ ref('stg_salesforce__contacts') }}

    where {{ exists_as_of('created_at') }}

),

reps as (

    select * from {{ ref('int_reps') }}

),

histories as (

    select
        'Lead' as object,
        lead_id as record_id,
        history_id,
        field,
        old_value,
        new_value,
        created_by_id,
        created_at
    from lead_histories

    union all

    select
        'Opportunity' as object,
        opportunity_field_histories.opportunity_id as record_id,
        opportunity_field_histories.history_id,
        opportunity_field_histories.field,
        opportunity_field_histories.old_value,
        opportunity_field_histories.new_value,
        opportunity_field_histories.created_by_id,
        opportunity_field_histories.created_at
    from opportunity_field_histories
    inner join opportunities
        on opportunity_field_histories.opportunity_id = opportunities.opportunity_id

    union all

    select
        'Account' as object,
        account_histories.account_id as record_id,
        account_histories.history_id,
        account_histories.field,
        account_histories.old_value,
        account_histories.new_value,
        account_histories.created_by_id,
        account_histories.created_at
    from account_histories
    inner join accounts on account_histories.account_id = accounts.account_id

    union all

    select
        'Contact' as object,
        contact_histories.contact_id as record_id,
        contact_histories.history_id,
        contact_histories.field,
        contact_histories.old_value,
        contact_histories.new_value,
        contact_histories.created_by_id,
        contact_histories.created_at
    from contact_histories
    inner join contacts on contact_histories.contact_id = contacts.contact_id

),

final as (

    select
        histories.object,
        histories.record_id,
        histories.history_id,
        case histories.field
            when 'Account' then 'AccountId'
            when 'Owner' then 'OwnerId'
            else histories.field
        end as field,
        {{ trimmed('histories.old_value') }} as old_value,
        {{ trimmed('histories.new_value') }} as new_value,
        reps.rep_id,
        histories.created_at as changed_at,
        -- A lookup is written twice, with names and with ids: the row of ids is the change.
        coalesce(
            histories.field = 'created'
            or histories.field in ('Account', 'Campaign', 'Contact', 'Owner')
            and not {{ is_reference('coalesce(' ~ trimmed('histories.new_value') ~ ', '
                ~ trimmed('histories.old_value') ~ ", '')") }},
            false
        ) as is_no_update

    from histories

    left join reps on histories.created_by_id = reps.rep_id

    where histories.created_at <= {{ as_of() }}

)

select * from final
