with

source as (

    select * from {{ source('salesforce', 'lead') }}

),

renamed as (

    select
        id as lead_id,
        {{ trimmed('name') }} as lead_name,
        {{ trimmed('email') }} as email,
        {{ trimmed('title') }} as title,
        {{ trimmed('company') }} as company,
        {{ trimmed('industry') }} as industry,
        {{ trimmed('phone') }} as phone,
        {{ trimmed('status') }} as status,
        {{ trimmed('lost_reason_c') }} as lost_reason,
        owner_id as current_owner_id,
        {{ trimmed('lead_source') }} as lead_source,
        is_converted,
        converted_date,
        converted_account_id,
        converted_contact_id,
        converted_opportunity_id,
        master_record_id,
        {{ trimmed('referral_code_c') }} as referral_code,
        has_opted_out_of_email,
        created_by_id,
        cast(created_date as timestamp) as created_at,
        cast(last_modified_date as timestamp) as last_modified_at,
        cast(system_modstamp as timestamp) as system_modified_at,
        is_deleted

    from source

)

select * from renamed
