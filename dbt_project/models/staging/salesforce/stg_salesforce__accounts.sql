with

source as (

    select * from {{ source('salesforce', 'account') }}

),

renamed as (

    select
        id as account_id,
        {{ trimmed('name') }} as account_name,
        {{ trimmed('industry') }} as industry,
        {{ trimmed('website') }} as website,
        {{ trimmed('phone') }} as phone,
        number_of_employees,
        owner_id as current_owner_id,
        cast(created_date as timestamp) as created_at,
        cast(last_modified_date as timestamp) as last_modified_at

    from source

    where not coalesce(is_deleted, false)

)

select * from renamed
