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

lead_statuses as (

    select * from {{ ref('lead_statuses') }}

),

converted_leads as (

    select leads.*

    from leads

    inner join survivors
        on leads.lead_id = survivors.lead_id and leads.lead_id = survivors.survivor_id

    where leads.is_converted

),

-- The change that the conversion made, if history has it. It is looked for in the whole history:
-- one that is still to come must not be taken for one at the start of its day.
changes_by_conversion as (

    select
        converted_leads.lead_id,
        lead_histories.history_id,
        lead_histories.created_at as changed_at,
        row_number() over (
            partition by converted_leads.lead_id
            order by lead_histories.created_at desc, lead_histories.history_id desc
        ) as number_from_the_end

    from converted_leads

    inner join lead_histories
        on
            converted_leads.lead_id = lead_histories.lead_id
            and lead_histories.field = 'Status'
            and converted_leads.converted_date = {{ org_date('lead_histories.created_at') }}

    inner join lead_statuses
        on {{ trimmed('lead_histories.new_value') }} = {{ trimmed('lead_statuses.status') }}

    where lead_statuses.class = 'qualified'

),

conversions as (

    select
        converted_leads.lead_id,
        changes_by_conversion.history_id,
        coalesce(
            changes_by_conversion.changed_at,
            {{ instant_of_date('converted_leads.converted_date', 'converted_leads.created_at') }}
        ) as converted_at

    from converted_leads

    left join changes_by_conversion
        on
            converted_leads.lead_id = changes_by_conversion.lead_id
            and changes_by_conversion.number_from_the_end = 1

),

final as (

    select
        lead_id,
        converted_at,
        history_id

    from conversions

    where {{ exists_as_of('converted_at') }}

)

select * from final
