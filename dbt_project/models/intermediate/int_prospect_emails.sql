with

prospects as (

    select * from {{ ref('int_prospects') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

contacts as (

    select * from {{ ref('stg_salesforce__contacts') }}

    where {{ exists_as_of('created_at') }}

),

opportunity_contact_roles as (

    select * from {{ ref('stg_salesforce__opportunity_contact_roles') }}

    where is_primary

),

addresses as (

    select
        prospects.prospect_id,
        leads.email,
        1 as place,
        leads.lead_id as record_id
    from prospects
    inner join leads on prospects.lead_id = leads.lead_id

    union all

    select
        prospects.prospect_id,
        contacts.email,
        2 as place,
        contacts.contact_id as record_id
    from prospects
    inner join leads on prospects.lead_id = leads.lead_id
    inner join contacts on leads.converted_contact_id = contacts.contact_id

    union all

    select
        prospects.prospect_id,
        contacts.email,
        3 as place,
        opportunity_contact_roles.opportunity_contact_role_id as record_id
    from prospects
    inner join opportunity_contact_roles
        on prospects.opportunity_id = opportunity_contact_roles.opportunity_id
    inner join contacts on opportunity_contact_roles.contact_id = contacts.contact_id
    where prospects.lead_id is null

),

numbered as (

    select
        prospect_id,
        {{ email_key('email') }} as email,
        row_number() over (partition by prospect_id order by place, record_id) as place_number

    from addresses

    where {{ email_key('email') }} is not null

),

final as (

    select
        prospect_id,
        email,
        min(place_number) as email_number

    from numbered

    group by 1, 2

)

select * from final
