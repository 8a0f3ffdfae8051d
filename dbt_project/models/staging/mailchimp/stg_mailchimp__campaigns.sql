with

source as (

    select * from {{ source('mailchimp', 'campaigns') }}

),

renamed as (

    select
        id as campaign_id,
        {{ trimmed('type') }} as campaign_type,
        {{ trimmed('status') }} as status,
        cast(create_time as timestamp) as created_at,
        cast(send_time as timestamp) as sent_at,
        {{ trimmed('settings_title') }} as title,
        {{ trimmed('settings_subject_line') }} as subject_line,
        recipients_list_id as list_id,
        {{ trimmed('recipients_segment_text') }} as segment_text

    from source

)

select * from renamed
