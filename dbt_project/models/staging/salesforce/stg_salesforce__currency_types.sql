with

source as (

    select * from {{ source('salesforce', 'currency_type') }}

),

renamed as (

    select
        {{ trimmed('iso_code') }} as currency_code,
        conversion_rate,
        is_corporate

    from source

)

select * from renamed
