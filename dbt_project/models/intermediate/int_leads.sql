with

leads as (

    select * from {{ ref('stg_salesforce__leads') }}

),

survivors as (

    select * from {{ ref('int_lead_survivors') }}

),

conversions as (

    select * from {{ ref('int_lead_conversions') }}

),

status_changes as (

    select * from {{ ref('int_lead_status_changes') }}

),

status_classes as (

    select * from {{ ref('int_lead_status_classes') }}

),

source_classes as (

    select * from {{ ref('int_lead_source_classes') }}

),

live_leads as (

    select leads.*
    from leads
    inner join survivors
        on leads.lead_id = survivors.lead_id and leads.lead_id = survivors.survivor_id

),

statuses as (

    select
        live_leads.lead_id,
        coalesce(next_change.old_status, last_change.new_status, live_leads.status, '') as status

    from live_leads

    left join status_changes as next_change
        on
            live_leads.lead_id = next_change.lead_id
            and not next_change.has_happened
            and next_change.number_in_time = 1

    left join status_changes as last_change
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
            when conversions.lead_id is not null then 'qualified'
            else status_classes.class
        end as status_class,
        live_leads.lead_source,
        source_classes.channel,
        source_classes.is_inbound,
        conversions.lead_id is not null as is_converted,
        conversions.converted_at,
        case
            when conversions.lead_id is not null then live_leads.converted_account_id
        end as converted_account_id,
        case
            when conversions.lead_id is not null then live_leads.converted_contact_id
        end as converted_contact_id,
        case
            when conversions.lead_id is not null then live_leads.converted_opportunity_id
        end as converted_opportunity_id

    from live_leads

    inner join statuses on live_leads.lead_id = statuses.lead_id

    left join status_classes on statuses.status = status_classes.status

    left join source_classes on coalesce(live_leads.lead_source, '') = source_classes.lead_source

    left join conversions on live_leads.lead_id = conversions.lead_id

)

select * from final
