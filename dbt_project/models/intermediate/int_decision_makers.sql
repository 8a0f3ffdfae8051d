with

leads as (

    select * from {{ ref('int_leads') }}

),

opportunity_contact_roles as (

    select * from {{ ref('stg_salesforce__opportunity_contact_roles') }}

),

contacts_who_decide as (

    select distinct contact_id from opportunity_contact_roles

    where role in {{ values_of('decision_maker_roles') }}

),

final as (

    select leads.lead_id

    from leads

    left join contacts_who_decide on leads.converted_contact_id = contacts_who_decide.contact_id

    where
        {{ holds_word('leads.title', var('decision_maker_pattern')) }}
        or contacts_who_decide.contact_id is not null

)

select * from final
