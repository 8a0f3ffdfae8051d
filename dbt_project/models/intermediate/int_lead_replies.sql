with

email_messages as (

    select * from {{ ref('stg_salesforce__email_messages') }}

),

lead_targets as (

    select * from {{ ref('int_lead_targets') }}

),

replies as (

    select * from email_messages

    where
        is_incoming
        and {{ exists_as_of('created_at') }}
        and message_at <= {{ as_of() }}
        and not {{ matches('subject', var('auto_reply_pattern')) }}

),

received as (

    select
        lead_targets.lead_id,
        replies.email_message_id,
        replies.message_at
    from replies
    inner join lead_targets on replies.who_id = lead_targets.target_id

    union

    select
        lead_targets.lead_id,
        replies.email_message_id,
        replies.message_at
    from replies
    inner join lead_targets on replies.related_to_id = lead_targets.target_id

),

final as (

    select
        lead_id,
        email_message_id,
        message_at as replied_at,
        row_number() over (
            partition by lead_id order by message_at, email_message_id
        ) as reply_number

    from received

)

select * from final
