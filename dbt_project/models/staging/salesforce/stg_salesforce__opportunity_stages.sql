with

source as (

    select * from {{ source('salesforce', 'opportunity_stage') }}

),

renamed as (

    select
        {{ trimmed('api_name') }} as stage,
        sort_order,
        is_active,
        is_closed,
        is_won

    from source

)

select * from renamed
