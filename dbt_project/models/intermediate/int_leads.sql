with

leads as (

    select * from {{ ref('stg_salesforce__leads') }}

),

survivors as (

    select * from {{ ref('int_lead_survivors') }}

),

lead_histories as (

    select * from {{ ref('int_lead_histories') }}

),

status_classes as (

    select * from {{ ref('int_lead_status_classes') }}

),

source_classes as (

    select * from {{ ref('int_lead_source_classes') }}

),

lead_statuses as (

    select * from {{ ref('lead_statuses') }}

),

live_leads as (

    select leads.*
    from leads
    inner join survivors
        on leads.lead_id = survivors.lead_id and leads.lead_id = survivors.survivor_id

),

status_changes as (

    select
        lead_histories.history_id,
        lead_histories.lead_id,
        lead_histories.created_at,
        coalesce({{ trimmed('lead_histories.old_value') }}, '') as old_status,
        coalesce({{ trimmed('lead_histories.new_value') }}, '') as new_status

    from lead_histories

    where lead_histories.field = 'Status'

),

-- The change that the conversion made, if history has it. It is looked for in the whole history:
-- one that is still to come must not be taken for one at the start of its day.
changes_by_conversion as (

    select
        live_leads.lead_id,
        max(status_changes.created_at) as changed_at

    from live_leads

    inner join status_changes
        on
            live_leads.lead_id = status_changes.lead_id
            and live_leads.converted_date = {{ org_date('status_changes.created_at') }}

    inner join lead_statuses
        on status_changes.new_status = {{ trimmed('lead_statuses.status') }}

    where live_leads.is_converted and lead_statuses.class = 'qualified'

    group by 1

),

conversions as (

    select
        live_leads.lead_id,
        coalesce(
            changes_by_conversion.changed_at,
            {{ instant_of_date('live_leads.converted_date', 'live_leads.created_at') }}
        ) as converted_at

    from live_leads

    left join changes_by_conversion on live_leads.lead_id = changes_by_conversion.lead_id

    where live_leads.is_converted

),

conversions_until_now as (

    select * from conversions

    where {{ exists_as_of('converted_at') }}

),

changes_that_count as (

    select
        status_changes.*,
        status_changes.created_at <= {{ as_of() }} as has_happened

    from status_changes

    left join conversions_until_now on status_changes.lead_id = conversions_until_now.lead_id

    where coalesce(status_changes.created_at <= conversions_until_now.converted_at, true)

),

changes_numbered as (

    select
        *,
        row_number() over (
            partition by lead_id, has_happened order by created_at, history_id
        ) as number_in_time,
        row_number() over (
            partition by lead_id, has_happened order by created_at desc, history_id desc
        ) as number_from_the_end

    from changes_that_count

),

statuses as (

    select
        live_leads.lead_id,
        coalesce(next_change.old_status, last_change.new_status, live_leads.status, '') as status

    from live_leads

    left join changes_numbered as next_change
        on
            live_leads.lead_id = next_change.lead_id
            and not next_change.has_happened
            and next_change.number_in_time = 1

    left join changes_numbered as last_change
        on
            live_leads.lead_id = last_change.lead_id
            and last_change.has_happened
            and last_change.number_from_the_end = 1

),

final as (

    select
        live_leads.lead_id,
        live_leads.lead_name,
        live_leads.email,
        live_leads.title,
        live_leads.company,
        live_leads.industry,
        live_leads.phone,
        live_leads.lost_reason,
        live_leads.referral_code,
        live_leads.has_opted_out_of_email,
        live_leads.created_by_id,
        live_leads.created_at,
        statuses.status,
        case
            when conversions_until_now.lead_id is not null then 'qualified'
            else status_classes.class
        end as status_class,
        live_leads.lead_source,
        source_classes.channel,
        source_classes.is_inbound,
        conversions_until_now.lead_id is not null as is_converted,
        conversions_until_now.converted_at,
        case
            when conversions_until_now.lead_id is not null then live_leads.converted_account_id
        end as converted_account_id,
        case
            when conversions_until_now.lead_id is not null then live_leads.converted_contact_id
        end as converted_contact_id,
        case
            when conversions_until_now.lead_id is not null then live_leads.converted_opportunity_id
        end as converted_opportunity_id

    from live_leads

    inner join statuses on live_leads.lead_id = statuses.lead_id

    left join status_classes on statuses.status = status_classes.status

    left join source_classes on coalesce(live_leads.lead_source, '') = source_classes.lead_source

    left join conversions_until_now on live_leads.lead_id = conversions_until_now.lead_id

)

select * from final
