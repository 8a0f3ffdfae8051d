with

source as (

    select * from {{ source('mailchimp', 'member_tags') }}

),

renamed as (

    select
        list_id,
        member_id,
        {{ trimmed('name') }} as tag

    from source

)

select * from renamed
