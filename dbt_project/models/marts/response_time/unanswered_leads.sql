with

response_cycles as (

    select
        *,
        {{ seconds_between('signal_at', as_of()) }} as waiting_seconds

    from {{ ref('fct_response_cycles') }}

    where exclusion_reason is null and first_attempt_at is null

),

leads as (

    select * from {{ ref('int_leads') }}

),

final as (

    select
        response_cycles.lead_id,
        response_cycles.signal_at,
        response_cycles.rep_id,
        response_cycles.waiting_seconds,
        {{ as_double('greatest(response_cycles.waiting_seconds - ' ~ sla_seconds() ~ ', 0)') }}
            as seconds_over_sla

    from response_cycles

    inner join leads on response_cycles.lead_id = leads.lead_id

    where leads.status_class in ('open', 'qualified') and not leads.is_converted

)

select * from final
