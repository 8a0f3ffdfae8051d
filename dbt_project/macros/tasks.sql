{#- When a task was done: its completion, else its creation (2). -#}
{% macro task_done_at() -%} coalesce(completed_at, created_at) {%- endmacro %}


{#- Closed tasks that are activities of their own, with `done_at`: one that an e-mail message names is that
    message (2). -#}
{% macro tasks_of_their_own() -%}
    select
        tasks.*,
        {{ task_done_at() }} as done_at

    from {{ ref('stg_salesforce__tasks') }} as tasks

    where
        tasks.is_closed
        and {{ exists_as_of('tasks.created_at') }}
        and tasks.task_id not in (
            select messages.activity_id from {{ ref('stg_salesforce__email_messages') }} as messages
            where
                messages.activity_id is not null
                and {{ exists_as_of('messages.created_at') }}
                and {{ exists_as_of('messages.message_at') }}
        )
{%- endmacro %}
