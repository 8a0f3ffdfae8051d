with

lead_survivors as (

    select * from {{ ref('int_lead_survivors') }}

),

-- A check-in at a lead that was merged is one at its survivor.
badger_check_ins as (

    select
        badger_check_ins.check_in_id,
        badger_check_ins.rep_id,
        badger_check_ins.checked_in_at,
        coalesce(lead_survivors.survivor_id, badger_check_ins.crm_record_id) as crm_record_id

    from {{ ref('int_badger_check_ins') }} as badger_check_ins

    left join lead_survivors on badger_check_ins.crm_record_id = lead_survivors.lead_id

),

crm_check_ins as (

    select
        crm_check_ins.check_in_id,
        crm_check_ins.rep_id,
        crm_check_ins.checked_in_at,
        coalesce(lead_survivors.survivor_id, crm_check_ins.who_id) as who_id,
        crm_check_ins.what_id

    from {{ ref('int_crm_check_ins') }} as crm_check_ins

    left join lead_survivors on crm_check_ins.who_id = lead_survivors.lead_id

),

crm_check_ins_at as (

    select
        check_in_id,
        rep_id,
        who_id as crm_record_id,
        checked_in_at
    from crm_check_ins
    where who_id is not null

    union all

    select
        check_in_id,
        rep_id,
        what_id as crm_record_id,
        checked_in_at
    from crm_check_ins
    where what_id is not null

),

crm_instants as (

    select
        rep_id,
        crm_record_id,
        checked_in_at as at,
        row_number() over (
            partition by rep_id, crm_record_id order by checked_in_at, check_in_id
        ) as event_number
    from crm_check_ins_at

),

badger_instants as (

    select
        rep_id,
        crm_record_id,
        {{ dbt.dateadd('minute', -5, 'checked_in_at') }} as at
    from badger_check_ins
    where crm_record_id is not null

),

nearest as (

    {{ first_at_or_after('badger_instants', 'crm_instants', ['rep_id', 'crm_record_id']) }}

),

-- What was synced into the CRM, too, is the CRM's.
synced as (

    select distinct badger_check_ins.check_in_id

    from badger_check_ins

    inner join nearest
        on
            badger_check_ins.rep_id = nearest.rep_id
            and badger_check_ins.crm_record_id = nearest.crm_record_id
            and {{ dbt.dateadd('minute', -5, 'badger_check_ins.checked_in_at') }} = nearest.at

    inner join crm_instants
        on
            nearest.rep_id = crm_instants.rep_id
            and nearest.crm_record_id = crm_instants.crm_record_id
            and nearest.event_number = crm_instants.event_number

    where
        crm_instants.at <= {{ dbt.dateadd('minute', 5, 'badger_check_ins.checked_in_at') }}

),

final as (

    select
        check_in_id,
        'salesforce' as source,
        rep_id,
        who_id,
        what_id,
        checked_in_at
    from crm_check_ins

    union all

    select
        badger_check_ins.check_in_id,
        'badger' as source,
        badger_check_ins.rep_id,
        cast(null as {{ dbt.type_string() }}) as who_id,
        badger_check_ins.crm_record_id as what_id,
        badger_check_ins.checked_in_at
    from badger_check_ins
    left join synced on badger_check_ins.check_in_id = synced.check_in_id
    where synced.check_in_id is null

)

select * from final
