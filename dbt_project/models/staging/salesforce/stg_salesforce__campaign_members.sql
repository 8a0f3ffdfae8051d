with

source as (

    select * from {{ source('salesforce', 'campaign_member') }}

),

renamed as (

    select
        id as campaign_member_id,
        campaign_id,
        lead_id,
        contact_id,
        has_responded,
        {{ instant_or_null('first_responded_date') }} as first_responded_at,
        {{ date_or_null('first_responded_date') }} as first_responded_on,
        cast(created_date as timestamp) as created_at

    from source

    where not coalesce(is_deleted, false)

)

select * from renamed
