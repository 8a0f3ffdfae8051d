with

email_actions as (

    select * from {{ ref('stg_mailchimp__email_actions') }}

),

clicks as (

    select
        campaign_id,
        {{ email_key('email_address') }} as email,
        acted_at as clicked_at,
        coalesce(url, '') as url

    from email_actions

    where action = 'click' and acted_at <= {{ as_of() }}

),

with_neighbours as (

    select
        *,
        min(url) over ten_seconds_around as first_url,
        max(url) over ten_seconds_around as last_url

    from clicks

    window
        ten_seconds_around as (
            partition by campaign_id, email
            order by clicked_at
            range between interval '10' second preceding and interval '10' second following
        )

),

-- Who opens different links within ten seconds is a scanner.
final as (

    select
        campaign_id,
        email,
        clicked_at

    from with_neighbours

    where email is not null and first_url = last_url

)

select * from final
