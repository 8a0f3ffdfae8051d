with

source as (

    select * from {{ source('salesforce', 'campaign') }}

),

renamed as (

    select
        id as campaign_id,
        {{ trimmed('name') }} as campaign_name,
        {{ trimmed('type') }} as campaign_type,
        {{ trimmed('status') }} as status,
        actual_cost,
        {{ trimmed('currency_iso_code') }} as currency_code,
        start_date

    from source

    where not coalesce(is_deleted, false)

)

select * from renamed
