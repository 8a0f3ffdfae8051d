with

source as (

    select * from {{ source('salesforce', 'account') }}

),

renamed as (

    select
        id as account_id,
        nullif(trim(name), '') as account_name,
        nullif(trim(industry), '') as industry,
        nullif(trim(website), '') as website,
        nullif(trim(phone), '') as phone,
        number_of_employees,
        owner_id as current_owner_id,
        cast(created_date as timestamp) as created_at,
        cast(last_modified_date as timestamp) as last_modified_at

    from source

    where not coalesce(is_deleted, false)

)

select * from renamed
