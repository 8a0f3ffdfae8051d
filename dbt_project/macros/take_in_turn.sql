{#- Who takes what, if takers choose one after the other and what is taken is gone. `pairs` is a CTE of
    (group_id, turn, taker_id, preference, candidate_id): within a group takers choose by `turn`, each
    the candidate it prefers (the smallest number) of those that are left. The answer: (taker_id,
    candidate_id). In each round the first taker of every group chooses. The statement that calls it
    starts with `with recursive`. -#}
{% macro take_in_turn(pairs) -%}
    choices as (

        select
            {{ pairs }}.*,
            false as is_taken
        from {{ pairs }}

        union all

        select
            group_id,
            turn,
            taker_id,
            preference,
            candidate_id,
            taker_id = choosing_id as is_taken
        from (
            select
                choices.*,
                first_value(taker_id) over group_in_turn as choosing_id,
                first_value(candidate_id) over group_in_turn as chosen_id
            from choices
            where not is_taken
            window group_in_turn as (partition by group_id order by turn, preference)
        ) as rounds
        where (taker_id = choosing_id) = (candidate_id = chosen_id)

    ),

    taken as (

        select
            taker_id,
            candidate_id
        from choices
        where is_taken

    )
{%- endmacro %}
