with

leads as (

    select * from {{ ref('int_leads') }}

),

contacts as (

    select * from {{ ref('stg_salesforce__contacts') }}

),

accounts as (

    select * from {{ ref('stg_salesforce__accounts') }}

),

sales_cycles as (

    select * from {{ ref('int_sales_cycles') }}

),

reps as (

    select * from {{ ref('int_reps') }}

),

{% set objects = {
    'Lead': ('leads', 'lead_id', "not is_converted and status_class != 'lost'"),
    'Contact': ('contacts', 'contact_id', exists_as_of('created_at')),
    'Account': ('accounts', 'account_id', exists_as_of('created_at')),
} -%}

{% for object, (records, record_id, condition) in objects.items() -%}
{{ records }}_now as (

    select
        {{ record_id }} as record_id,
        {{ as_of() }} as at
    from {{ records }}
    where {{ condition }}

),

{{ records }}_owners as (

    {{ owner_at(records ~ '_now', object) }}

),

{% endfor -%}

owned as (

    {% for object, (records, record_id, condition) in objects.items() -%}
    select
        '{{ object }}' as object,
        record_id,
        owner_id
    from {{ records }}_owners

    union all

    {% endfor -%}
    select
        'Opportunity' as object,
        opportunity_id as record_id,
        rep_id as owner_id
    from sales_cycles
    where not is_closed

),

final as (

    select
        owned.object,
        owned.record_id,
        reps.rep_id

    from owned

    inner join reps on owned.owner_id = reps.rep_id

)

select * from final
