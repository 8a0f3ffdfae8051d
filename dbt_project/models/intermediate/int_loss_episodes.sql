with

loss_returns as (

    select * from {{ ref('int_loss_returns') }}

),

loss_flags as (

    select * from {{ ref('int_loss_flags') }}

),

loss_exposures as (

    select * from {{ ref('int_loss_exposures') }}

),

prospects as (

    select * from {{ ref('int_prospects') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

opportunities as (

    select * from {{ ref('int_opportunities') }}

),

lost_reasons as (

    select
        {{ trimmed('reason') }} as reason,
        is_recoverable
    from {{ ref('lost_reasons') }}

),

reps as (

    select * from {{ ref('int_reps') }}

),

losses as (

    select
        loss_returns.*,
        prospects.lead_id,
        prospects.opportunity_id,
        case
            when loss_returns.object = 'Lead' then prospects.lead_id
            else prospects.opportunity_id
        end as record_id,
        case
            when loss_returns.object = 'Lead' then leads.lost_reason
            else opportunities.lost_reason
        end as lost_reason,
        case when loss_returns.object = 'Opportunity' then opportunities.account_id end
            as lost_account_id

    from loss_returns

    inner join prospects on loss_returns.prospect_id = prospects.prospect_id

    left join leads on prospects.lead_id = leads.lead_id

    left join opportunities on prospects.opportunity_id = opportunities.opportunity_id

),

lost_leads as (

    select
        record_id,
        lost_at as at
    from losses
    where object = 'Lead'

),

lost_deals as (

    select
        record_id,
        lost_at as at
    from losses
    where object = 'Opportunity'

),

lead_owners as (

    {{ owner_at('lost_leads', 'Lead') }}

),

deal_owners as (

    {{ owner_at('lost_deals', 'Opportunity') }}

),

owners as (

    select
        'Lead' as object,
        lead_owners.*
    from lead_owners

    union all

    select
        'Opportunity' as object,
        deal_owners.*
    from deal_owners

),

episodes as (

    select
        losses.*,
        reps.rep_id as lost_by_rep_id,
        loss_flags.flagged_at,
        loss_flags.rep_id as flagged_by_rep_id,
        loss_exposures.enrolled_at,
        loss_exposures.delivered_at,
        loss_exposures.campaign_id,
        loss_exposures.engaged_at,
        coalesce(lost_reasons.is_recoverable, true) as is_recoverable,
        losses.returned_at <= losses.window_ends_at as is_back_in_time,
        losses.return_type in ('requalified', 'reopened')
        and losses.returned_at
        <= {{ days_after('losses.lost_at', var('reopen_grace_days')) }} as is_correction

    from losses

    left join owners
        on
            losses.object = owners.object
            and losses.record_id = owners.record_id
            and losses.lost_at = owners.at

    left join reps on owners.owner_id = reps.rep_id

    left join loss_flags
        on
            losses.prospect_id = loss_flags.prospect_id
            and losses.lost_at = loss_flags.lost_at

    left join loss_exposures
        on
            losses.prospect_id = loss_exposures.prospect_id
            and losses.lost_at = loss_exposures.lost_at

    left join lost_reasons on losses.lost_reason = lost_reasons.reason

),

with_outcome as (

    select
        *,
        case
            when not is_recoverable then 'ineligible'
            when is_correction then 'corrected'
            when is_back_in_time and delivered_at < returned_at then 'saved'
            when is_back_in_time then 'returned_unaided'
            when {{ as_of() }} < window_ends_at then 'pending'
            else 'expired'
        end as outcome

    from episodes

),

final as (

    select
        prospect_id,
        lead_id,
        opportunity_id,
        lost_at,
        object,
        lost_from,
        lost_reason,
        lost_account_id,
        lost_by_rep_id,
        flagged_at,
        flagged_by_rep_id,
        enrolled_at,
        delivered_at,
        campaign_id,
        engaged_at,
        returned_at,
        return_type,
        window_ends_at,
        outcome,
        case when outcome in ('ineligible', 'corrected') then outcome end as exclusion_reason

    from with_outcome

)

select * from final
