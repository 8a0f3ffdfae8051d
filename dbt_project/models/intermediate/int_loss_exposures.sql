with

flagged_episodes as (

    select * from {{ ref('int_loss_flags') }}

),

prospect_emails as (

    select * from {{ ref('int_prospect_emails') }}

),

reactivation_sends as (

    select * from {{ ref('int_reactivation_sends') }}

),

human_clicks as (

    select * from {{ ref('int_human_clicks') }}

),

flagged_emails as (

    select distinct
        flagged_episodes.prospect_id,
        prospect_emails.email

    from flagged_episodes

    inner join prospect_emails on flagged_episodes.prospect_id = prospect_emails.prospect_id

),

sends as (

    select
        flagged_emails.prospect_id,
        flagged_emails.email,
        reactivation_sends.campaign_id,
        reactivation_sends.sent_at,
        reactivation_sends.is_delivered

    from flagged_emails

    inner join reactivation_sends on flagged_emails.email = reactivation_sends.email

),

send_instants as (

    select
        prospect_id,
        sent_at as at
    from sends

),

episode_instants as (

    select
        prospect_id,
        flagged_at as at,
        flagged_episode_number as event_number
    from flagged_episodes

),

last_flags as (

    {{ last_at_or_before('send_instants', 'episode_instants', ['prospect_id']) }}

),

sends_of_episodes as (

    select
        flagged_episodes.prospect_id,
        flagged_episodes.lost_at,
        flagged_episodes.ends_at,
        sends.email,
        sends.campaign_id,
        sends.sent_at,
        sends.is_delivered

    from sends

    inner join last_flags
        on sends.prospect_id = last_flags.prospect_id and sends.sent_at = last_flags.at

    inner join flagged_episodes
        on
            last_flags.prospect_id = flagged_episodes.prospect_id
            and last_flags.event_number = flagged_episodes.flagged_episode_number

    where sends.sent_at < flagged_episodes.ends_at

),

-- A campaign that has arrived goes before one that was only sent.
ordered as (

    select
        prospect_id,
        lost_at,
        campaign_id,
        sent_at,
        is_delivered,
        row_number() over (
            partition by prospect_id, lost_at
            order by case when is_delivered then 0 else 1 end, sent_at, campaign_id
        ) as send_number

    from sends_of_episodes

),

exposures as (

    select
        prospect_id,
        lost_at,
        min(sent_at) as enrolled_at,
        min(case when is_delivered then sent_at end) as delivered_at,
        max(case when send_number = 1 then campaign_id end) as campaign_id

    from ordered

    group by 1, 2

),

engagements as (

    select
        sends_of_episodes.prospect_id,
        sends_of_episodes.lost_at,
        min(human_clicks.clicked_at) as engaged_at

    from sends_of_episodes

    inner join human_clicks
        on
            sends_of_episodes.campaign_id = human_clicks.campaign_id
            and sends_of_episodes.email = human_clicks.email

    where
        sends_of_episodes.is_delivered
        and human_clicks.clicked_at >= sends_of_episodes.sent_at
        and human_clicks.clicked_at < sends_of_episodes.ends_at

    group by 1, 2

),

final as (

    select
        exposures.prospect_id,
        exposures.lost_at,
        exposures.enrolled_at,
        exposures.delivered_at,
        exposures.campaign_id,
        engagements.engaged_at

    from exposures

    left join engagements
        on
            exposures.prospect_id = engagements.prospect_id
            and exposures.lost_at = engagements.lost_at

)

select * from final
