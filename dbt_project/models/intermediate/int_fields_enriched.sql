with

field_changes as (

    select * from {{ ref('int_field_changes') }}

    where not coalesce(is_no_update, false)

),

quality_rules as (

    select distinct
        {{ trimmed('object') }} as object,
        {{ trimmed('field') }} as field

    from {{ ref('quality_rules') }}

),

placeholders as (

    select distinct lower({{ trimmed('value') }}) as placeholder
    from {{ ref('placeholders') }}

),

with_blanks as (

    select
        field_changes.*,
        field_changes.old_value is null or old_placeholders.placeholder is not null as was_blank,
        field_changes.new_value is null or new_placeholders.placeholder is not null as is_blank

    from field_changes

    inner join quality_rules
        on
            field_changes.object = quality_rules.object
            and field_changes.field = quality_rules.field

    left join placeholders as old_placeholders
        on lower(field_changes.old_value) = old_placeholders.placeholder

    left join placeholders as new_placeholders
        on lower(field_changes.new_value) = new_placeholders.placeholder

),

with_next_blank as (

    select
        *,
        min(case when is_blank then changed_at end) over (
            partition by object, record_id, field
            order by changed_at, history_id
            rows between 1 following and unbounded following
        ) as next_blanked_at

    from with_blanks

),

with_quarters as (

    select
        *,
        {{ fiscal_quarter('changed_at') }} as quarter,
        {{ fiscal_quarter('next_blanked_at') }} as quarter_blanked

    from with_next_blank

),

final as (

    select
        object,
        record_id,
        field,
        history_id,
        rep_id,
        changed_at,
        quarter,
        quarter_blanked is not null and quarter = quarter_blanked as is_taken_back

    from with_quarters

    where rep_id is not null and was_blank and not is_blank

)

select * from final
