with

lead_histories as (

    select * from {{ ref('stg_salesforce__lead_histories') }}

),

survivors as (

    select * from {{ ref('int_lead_survivors') }}

),

final as (

    select
        lead_histories.history_id,
        survivors.survivor_id as lead_id,
        lead_histories.field,
        lead_histories.old_value,
        lead_histories.new_value,
        lead_histories.created_by_id,
        lead_histories.created_at

    from lead_histories

    inner join survivors on lead_histories.lead_id = survivors.lead_id

    where lead_histories.created_at is not null

)

select * from final
