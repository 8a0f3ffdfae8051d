with

source as (

    select * from {{ source('salesforce', 'campaign') }}

),

renamed as (

    select
        id as campaign_id,
        nullif(trim(name), '') as campaign_name,
        nullif(trim(type), '') as campaign_type,
        nullif(trim(status), '') as status,
        actual_cost,
        nullif(trim(currency_iso_code), '') as currency_code,
        start_date

    from source

    where not coalesce(is_deleted, false)

)

select * from renamed
