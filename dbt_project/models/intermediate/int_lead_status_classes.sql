with

leads as (

    select * from {{ ref('stg_salesforce__leads') }}

),

survivors as (

    select * from {{ ref('int_lead_survivors') }}

),

histories as (

    select
        *,
        {{ exists_as_of('created_at') }} as has_happened,
        row_number() over (
            partition by lead_id, {{ exists_as_of('created_at') }} order by created_at, history_id
        ) as number_in_time

    from {{ ref('int_lead_histories') }}

    where field = 'Status'

),

lead_statuses as (

    select
        {{ trimmed('status') }} as status,
        class

    from {{ ref('lead_statuses') }}

),

used as (

    select leads.status
    from leads
    inner join survivors
        on leads.lead_id = survivors.lead_id and leads.lead_id = survivors.survivor_id

    union all

    select new_value as status
    from histories
    where has_happened

    union all

    -- Of what has not happened yet only the first row is read: it says what the status was.
    select old_value as status
    from histories
    where has_happened or number_in_time = 1

),

counted as (

    select
        coalesce({{ trimmed('status') }}, '') as status,
        count(*) as records

    from used

    group by 1

),

final as (

    select
        counted.status,
        case when counted.status = '' then 'open' else lead_statuses.class end as class,
        counted.records,
        coalesce(
            counted.status = '' or lead_statuses.class in ('open', 'qualified', 'lost'), false
        ) as is_known

    from counted

    left join lead_statuses on counted.status = lead_statuses.status

)

select * from final
