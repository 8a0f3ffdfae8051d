with

source as (

    select * from {{ source('salesforce', 'opportunity_contact_role') }}

),

renamed as (

    select
        id as opportunity_contact_role_id,
        opportunity_id,
        contact_id,
        {{ trimmed('role') }} as role,
        is_primary

    from source

    where not coalesce(is_deleted, false)

)

select * from renamed
