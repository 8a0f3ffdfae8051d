with

source as (

    select * from {{ source('expectations', 'rule_results') }}

),

renamed as (

    select
        snapshot_date,
        object,
        rule,
        kind,
        weight,
        rep_id,
        evaluated,
        failed

    from source

)

select * from renamed
