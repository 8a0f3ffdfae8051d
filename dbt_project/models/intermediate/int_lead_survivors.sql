with recursive

leads as (

    select * from {{ ref('stg_salesforce__leads') }}

),

-- `union` drops what was seen before, so that pointers in a circle come to an end.
pointers as (

    select
        lead_id,
        lead_id as points_to_id
    from leads

    union

    select
        pointers.lead_id,
        leads.master_record_id as points_to_id
    from pointers
    inner join leads on pointers.points_to_id = leads.lead_id
    where coalesce(leads.is_deleted, false) and leads.master_record_id is not null

),

final as (

    select
        pointers.lead_id,
        leads.lead_id as survivor_id

    from pointers

    inner join leads on pointers.points_to_id = leads.lead_id

    where
        not coalesce(leads.is_deleted, false)
        and {{ exists_as_of('leads.created_at') }}

)

select * from final
