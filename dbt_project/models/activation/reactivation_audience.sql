with

candidates as (

    select * from {{ ref('int_reactivation_candidates') }}

    where left_out_because is null

),

final as (

    select
        prospect_id,
        email,
        {% for part in ['lost_from', 'lost_reason', 'industry', 'channel', 'amount_band'] -%}
        coalesce(
            {{ trimmed(part) }}, 'unknown'
        ) {{ "|| ' | ' ||" if not loop.last else 'as segment,' }}
        {% endfor -%}
        lost_from,
        lost_reason,
        industry,
        channel,
        amount_band,
        flagged_by_rep_id

    from candidates

)

select * from final
