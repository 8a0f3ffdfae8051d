{#- The saved episodes and whom each counts for (1): a prospect counts once a quarter, for whoever flagged
    it first. `episode_number` is 1 for the episode of that flag. -#}
{% macro saved_episode_credits(loss_episodes) -%}
    select
        prospect_id,
        returned_quarter as quarter,
        returned_at,
        saved_won_at,
        saved_won_amount,
        first_value(flagged_by_rep_id) over credited as rep_id,
        row_number() over credited as episode_number

    from {{ loss_episodes }}

    where outcome = 'saved'

    window credited as (partition by prospect_id, returned_quarter order by flagged_at, lost_at)
{%- endmacro %}


{#- What was lost and saved (1), by quarter and `unit`: rep_id or team. `lost` is a CTE of episodes without
    an exclusion under the quarter of their loss, `saved` one of credited episodes; each with the unit. -#}
{% macro saved_measures(lost, saved, unit) -%}
    select
        coalesce(lost.quarter, saved.quarter) as quarter,
        coalesce(lost.{{ unit }}, saved.{{ unit }}) as {{ unit }},
        coalesce(lost.lost_qualified_leads, 0) as lost_qualified_leads,
        coalesce(lost.flagged_leads, 0) as flagged_leads,
        coalesce(lost.enrolled_leads, 0) as enrolled_leads,
        coalesce(lost.pending_leads, 0) as pending_leads,
        coalesce(lost.settled_episodes, 0) as settled_episodes,
        coalesce(lost.settled_saved_episodes, 0) as settled_saved_episodes,
        coalesce(saved.saved_leads, 0) as saved_leads,
        coalesce(saved.saved_won_leads, 0) as saved_won_leads,
        {{ amount_won('coalesce(saved.saved_won_leads, 0)', 'saved.known_won_amount') }}
            as saved_won_amount

    from (
        select
            quarter,
            {{ unit }},
            count(distinct prospect_id) as lost_qualified_leads,
            count(distinct case when flagged_at is not null then prospect_id end) as flagged_leads,
            count(distinct case when enrolled_at is not null then prospect_id end)
                as enrolled_leads,
            count(distinct case when outcome = 'pending' then prospect_id end) as pending_leads,
            count(case when is_settled then 1 end) as settled_episodes,
            count(case when is_settled and outcome = 'saved' then 1 end) as settled_saved_episodes

        from {{ lost }}

        group by quarter, {{ unit }}
    ) as lost

    full outer join (
        select
            quarter,
            {{ unit }},
            count(distinct prospect_id) as saved_leads,
            count(distinct case when saved_won_at is not null then prospect_id end)
                as saved_won_leads,
            sum(case when saved_won_at is not null then saved_won_amount end) as known_won_amount

        from {{ saved }}

        group by quarter, {{ unit }}
    ) as saved
        on lost.quarter = saved.quarter and lost.{{ unit }} = saved.{{ unit }}
{%- endmacro %}
