with

source as (

    select * from {{ source('mailchimp', 'campaigns') }}

),

renamed as (

    select
        id as campaign_id,
        nullif(trim(type), '') as campaign_type,
        nullif(trim(status), '') as status,
        cast(create_time as timestamp) as created_at,
        cast(send_time as timestamp) as sent_at,
        nullif(trim(settings_title), '') as title,
        nullif(trim(settings_subject_line), '') as subject_line,
        recipients_list_id as list_id,
        nullif(trim(recipients_segment_text), '') as segment_text

    from source

)

select * from renamed
