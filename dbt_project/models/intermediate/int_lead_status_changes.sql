with

lead_histories as (

    select * from {{ ref('int_lead_histories') }}

),

conversions as (

    select * from {{ ref('int_lead_conversions') }}

),

status_classes as (

    select * from {{ ref('int_lead_status_classes') }}

),

-- What changes from a conversion on, other than by it, is ignored: the lead is qualified then.
changes as (

    select
        lead_histories.lead_id,
        lead_histories.history_id,
        lead_histories.created_at as changed_at,
        lead_histories.created_by_id,
        coalesce({{ trimmed('lead_histories.old_value') }}, '') as old_status,
        coalesce({{ trimmed('lead_histories.new_value') }}, '') as new_status,
        lead_histories.created_at <= {{ as_of() }} as has_happened

    from lead_histories

    left join conversions on lead_histories.lead_id = conversions.lead_id

    where
        lead_histories.field = 'Status'
        and (
            conversions.converted_at is null
            or lead_histories.created_at < conversions.converted_at
            or (
                lead_histories.created_at = conversions.converted_at
                and lead_histories.history_id <= conversions.history_id
            )
        )

),

with_classes as (

    select
        changes.*,
        new_classes.class as new_class,
        old_classes.class as old_class,
        row_number() over (
            partition by changes.lead_id, changes.has_happened
            order by changes.changed_at, changes.history_id
        ) as number_in_time,
        row_number() over (
            partition by changes.lead_id, changes.has_happened
            order by changes.changed_at desc, changes.history_id desc
        ) as number_from_the_end

    from changes

    left join status_classes as new_classes on changes.new_status = new_classes.status

    left join status_classes as old_classes on changes.old_status = old_classes.status

),

final as (

    select
        lead_id,
        history_id,
        changed_at,
        created_by_id,
        old_status,
        new_status,
        new_class,
        coalesce(
            lag(new_class) over (partition by lead_id order by changed_at, history_id), old_class
        ) as class_before,
        has_happened,
        number_in_time,
        number_from_the_end

    from with_classes

)

select * from final
