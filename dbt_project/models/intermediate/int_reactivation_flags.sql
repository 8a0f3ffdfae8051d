with

lead_histories as (

    select * from {{ ref('int_lead_histories') }}

),

opportunity_field_histories as (

    select * from {{ ref('stg_salesforce__opportunity_field_histories') }}

),

prospects as (

    select * from {{ ref('int_prospects') }}

),

reps as (

    select * from {{ ref('int_reps') }}

),

changes as (

    select
        prospects.prospect_id,
        lead_histories.history_id,
        lead_histories.field,
        lead_histories.new_value,
        lead_histories.created_by_id,
        lead_histories.created_at
    from lead_histories
    inner join prospects on lead_histories.lead_id = prospects.lead_id

    union all

    select
        prospects.prospect_id,
        opportunity_field_histories.history_id,
        opportunity_field_histories.field,
        opportunity_field_histories.new_value,
        opportunity_field_histories.created_by_id,
        opportunity_field_histories.created_at
    from opportunity_field_histories
    inner join prospects
        on opportunity_field_histories.opportunity_id = prospects.opportunity_id

),

final as (

    select
        changes.prospect_id,
        changes.history_id,
        changes.created_at as flagged_at,
        reps.rep_id,
        row_number() over (
            partition by changes.prospect_id order by changes.created_at, changes.history_id
        ) as flag_number

    from changes

    inner join reps on changes.created_by_id = reps.rep_id

    where
        changes.field = {{ text_of('reactivation_flag_field') }}
        and lower({{ trimmed('changes.new_value') }}) = 'true'
        and changes.created_at <= {{ as_of() }}

)

select * from final
