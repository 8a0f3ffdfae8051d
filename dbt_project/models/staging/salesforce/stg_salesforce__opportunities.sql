with

source as (

    select * from {{ source('salesforce', 'opportunity') }}

),

renamed as (

    select
        id as opportunity_id,
        account_id,
        {{ trimmed('name') }} as opportunity_name,
        {{ trimmed('stage_name') }} as stage,
        amount,
        {{ trimmed('currency_iso_code') }} as currency_code,
        probability,
        close_date,
        is_closed,
        is_won,
        {{ trimmed('type') }} as opportunity_type,
        {{ trimmed('lead_source') }} as lead_source,
        campaign_id,
        {{ trimmed('lost_reason_c') }} as lost_reason,
        {{ trimmed('next_step') }} as next_step,
        owner_id as current_owner_id,
        created_by_id,
        cast(created_date as timestamp) as created_at,
        cast(last_modified_date as timestamp) as last_modified_at,
        cast(system_modstamp as timestamp) as system_modified_at

    from source

    where not coalesce(is_deleted, false)

)

select * from renamed
