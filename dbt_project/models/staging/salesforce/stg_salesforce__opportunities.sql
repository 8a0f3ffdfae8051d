with

source as (

    select * from {{ source('salesforce', 'opportunity') }}

),

renamed as (

    select
        id as opportunity_id,
        account_id,
        nullif(trim(name), '') as opportunity_name,
        nullif(trim(stage_name), '') as stage,
        amount,
        nullif(trim(currency_iso_code), '') as currency_code,
        probability,
        close_date,
        is_closed,
        is_won,
        nullif(trim(type), '') as opportunity_type,
        nullif(trim(lead_source), '') as lead_source,
        campaign_id,
        nullif(trim(lost_reason_c), '') as lost_reason,
        nullif(trim(next_step), '') as next_step,
        owner_id as current_owner_id,
        created_by_id,
        cast(created_date as timestamp) as created_at,
        cast(last_modified_date as timestamp) as last_modified_at,
        cast(system_modstamp as timestamp) as system_modified_at

    from source

    where not coalesce(is_deleted, false)

)

select * from renamed
