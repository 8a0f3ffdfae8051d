with

leads as (

    select * from {{ ref('stg_salesforce__leads') }}

),

opportunities as (

    select * from {{ ref('stg_salesforce__opportunities') }}

),

lead_sources as (

    select * from {{ ref('lead_sources') }}

),

used as (

    select lead_source
    from leads
    where not coalesce(is_deleted, false) and {{ exists_as_of('created_at') }}

    union all

    select lead_source
    from opportunities
    where {{ exists_as_of('created_at') }}

),

counted as (

    select
        coalesce(lead_source, '') as lead_source,
        count(*) as records

    from used

    group by 1

),

final as (

    select
        counted.lead_source,
        coalesce(lead_sources.channel, 'other') as channel,
        coalesce(lead_sources.is_inbound, true) as is_inbound,
        counted.records,
        counted.lead_source = '' or lead_sources.source is not null as is_known

    from counted

    left join lead_sources on counted.lead_source = {{ trimmed('lead_sources.source') }}

)

select * from final
