"""Section 1 of the metrics' text, counted again: what became of lost prospects, and whose that is.

When they were lost and came back is in `losses.py`, what was mailed to them in `mail.py`.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from tests.recount.losses import Episode, Losses
from tests.recount.mail import Mail, Send
from tests.recount.prospects import Prospect
from tests.recount.rules import Change
from tests.recount.values import (
    Mart,
    instant,
    median,
    money_sum,
    naive,
    number,
    ranks,
    ratio,
    seconds,
    trimmed,
    truth,
)

FLAG_BEFORE_LOSS = timedelta(hours=24)
SETTLED = ("saved", "returned_unaided", "expired")
EXCLUSIONS = ("ineligible", "corrected")


@dataclass(frozen=True)
class Win:
    """A deal comes into a won stage."""

    at: datetime
    deal: str
    account: str | None
    created_at: datetime | None
    amount: Decimal | None


@dataclass(frozen=True)
class Story:
    """An episode and what was done about it."""

    episode: Episode
    quarter: str
    reason: str | None
    lost_by: str | None
    flagged_at: datetime | None
    flagged_by: str | None
    enrolled_at: datetime | None
    delivered_at: datetime | None
    campaign: str | None
    engaged_at: datetime | None
    window_end: datetime
    outcome: str
    is_settled: bool

    @property
    def prospect(self) -> Prospect:
        return self.episode.prospect

    @property
    def returned_at(self) -> datetime | None:
        return self.episode.returned_at

    @property
    def counts(self) -> bool:
        return self.outcome not in EXCLUSIONS


class Saved:
    """The marts of section 1 for a company."""

    def __init__(self, losses: Losses, mail: Mail) -> None:
        self.losses = losses
        self.mail = mail
        self.company = losses.company
        self.setting = losses.company.setting

    # ---- episodes, one by one

    @cached_property
    def stories(self) -> list[Story]:
        result = []
        by_prospect = defaultdict(list)
        for episode in self.losses.episodes:
            by_prospect[episode.prospect.id].append(episode)
        for episodes in by_prospect.values():
            last_return = None
            for episode in sorted(episodes, key=lambda it: it.lost_at):
                result.append(self._story(episode, last_return))
                last_return = episode.returned_at
        return result

    def _story(self, episode: Episode, last_return: datetime | None) -> Story:
        window_end = episode.lost_at + self.setting.reactivation_window
        over_at = min(episode.returned_at or window_end, window_end)
        flag = self._flag(episode, over_at, last_return)
        sends = [] if flag is None else self._sends(episode, flag.at, over_at)
        delivered = [send for send in sends if send.delivered]
        told_by = (delivered or sends)[0] if sends else None
        reason = trimmed(episode.loss.record["Lost_Reason__c"])
        delivered_at = delivered[0].at if delivered else None
        outcome = self._outcome(episode, reason, delivered_at, window_end)
        return Story(
            episode=episode,
            quarter=episode.loss.quarter,
            reason=reason,
            lost_by=self._owner_at_loss(episode),
            flagged_at=None if flag is None else flag.at,
            flagged_by=None if flag is None else flag.author,
            enrolled_at=sends[0].at if sends else None,
            delivered_at=delivered_at,
            campaign=None if told_by is None else told_by.campaign,
            engaged_at=self._engaged_at(delivered, over_at),
            window_end=window_end,
            outcome=outcome,
            is_settled=outcome in SETTLED and window_end <= self.setting.as_of,
        )

    def _owner_at_loss(self, episode: Episode) -> str | None:
        loss, company = episode.loss, self.company
        histories = company.opportunity_changes if loss.is_deal else company.lead_changes
        history = histories.get(str(loss.record["Id"]), [])
        return company.rep(history, loss.record["OwnerId"], loss.at)

    def _flag(
        self, episode: Episode, over_at: datetime, last_return: datetime | None
    ) -> Change | None:
        """The first flag of a rep in time for this loss, and not set for an earlier one."""
        prospect = episode.prospect
        rows = [
            *self.company.lead_changes.get(prospect.lead_id or "", []),
            *self.company.opportunity_changes.get(prospect.deal_id or "", []),
        ]
        flags = [
            row
            for row in rows
            if row.field == self.setting.reactivation_flag_field
            and row.new is not None
            and truth(row.new)
            and row.author in self.company.reps
            and row.at <= self.setting.as_of
            and episode.lost_at - FLAG_BEFORE_LOSS <= row.at < over_at
            and (last_return is None or row.at >= last_return)
        ]
        return min(flags, key=lambda row: (row.at, row.id), default=None)

    def _sends(self, episode: Episode, flagged_at: datetime, over_at: datetime) -> list[Send]:
        addresses = self.losses.prospects.addresses(episode.prospect)
        return [
            send
            for send in self.mail.sends
            if send.address in addresses and flagged_at <= send.at < over_at
        ]

    def _engaged_at(self, delivered: list[Send], over_at: datetime) -> datetime | None:
        clicks = [
            click.at
            for send in delivered
            for click in self.mail.human_clicks
            if click.campaign == send.campaign
            and click.address == send.address
            and send.at <= click.at < over_at
        ]
        return min(clicks, default=None)

    def _is_recoverable(self, reason: str | None) -> bool:
        for row in self.company.seed("lost_reasons"):
            if row["reason"] == reason:
                return truth(row["is_recoverable"]) is True
        return True

    def _outcome(
        self,
        episode: Episode,
        reason: str | None,
        delivered_at: datetime | None,
        window_end: datetime,
    ) -> str:
        """The first that fits."""
        returned_at, lost_at = episode.returned_at, episode.lost_at
        if not self._is_recoverable(reason):
            return "ineligible"
        if (
            episode.return_type in ("requalified", "reopened")
            and returned_at is not None
            and returned_at <= lost_at + self.setting.reopen_grace
        ):
            return "corrected"
        if returned_at is not None and returned_at <= window_end:
            if delivered_at is not None and delivered_at < returned_at:
                return "saved"
            return "returned_unaided"
        return "pending" if self.setting.as_of < window_end else "expired"

    # ---- wins

    @cached_property
    def wins(self) -> list[Win]:
        """Every time that a deal is won, in order."""
        velocity, result = self.losses.velocity, []
        for cycle in velocity.cycles:
            times = []
            was_won = False
            for visit in velocity.visits.get(cycle.deal, []):
                is_won = self.company.stage(visit.stage).is_won
                if is_won and not was_won:
                    times.append(visit.entered_at)
                was_won = is_won
            if cycle.by_history is False and cycle.is_won and cycle.closed_at is not None:
                times = [cycle.closed_at]
            created_at = instant(self.losses.prospects.deals[cycle.deal]["CreatedDate"])
            result += [Win(at, cycle.deal, cycle.account, created_at, cycle.amount) for at in times]
        return sorted(result, key=lambda win: (win.at, win.deal))

    @cached_property
    def won(self) -> dict[int, Win]:
        """Saved episode (by its identity) → the win that it led to; no win is there twice."""
        result = {}
        free = list(self.wins)
        saved = [
            (story.returned_at, story.prospect.id, story)
            for story in self.stories
            if story.outcome == "saved" and story.returned_at is not None
        ]
        for returned_at, _, story in sorted(saved, key=lambda it: it[:2]):
            for win in free:
                if win.at >= returned_at and self.is_of(win, story, returned_at):
                    result[id(story)] = win
                    free.remove(win)
                    break
        return result

    @staticmethod
    def is_of(win: Win, story: Story, returned_at: datetime) -> bool:
        """Whether a win is of the prospect, or of a deal that came to its account thereafter."""
        if win.deal == story.prospect.deal_id:
            return True
        account = story.episode.account
        return (
            account is not None
            and win.account == account
            and win.created_at is not None
            and win.created_at >= returned_at
        )

    def fct_loss_episodes(self) -> Mart:
        rows = []
        for story in self.stories:
            win = self.won.get(id(story))
            rows.append(
                {
                    "prospect_id": story.prospect.id,
                    "lead_id": story.prospect.lead_id,
                    "opportunity_id": story.prospect.deal_id,
                    "lost_at": naive(story.episode.lost_at),
                    "lost_quarter": story.quarter,
                    "lost_from": story.episode.loss.left,
                    "lost_reason": story.reason,
                    "lost_by_rep_id": story.lost_by,
                    "flagged_at": naive(story.flagged_at),
                    "flagged_by_rep_id": story.flagged_by,
                    "enrolled_at": naive(story.enrolled_at),
                    "delivered_at": naive(story.delivered_at),
                    "campaign_id": story.campaign,
                    "engaged_at": naive(story.engaged_at),
                    "returned_at": naive(story.returned_at),
                    "return_type": story.episode.return_type,
                    "outcome": story.outcome,
                    "saved_won_at": None if win is None else naive(win.at),
                    "saved_won_amount": None if win is None else win.amount,
                    "exclusion_reason": None if story.counts else story.outcome,
                }
            )
        return rows

    # ---- metrics

    @cached_property
    def savings(self) -> dict[tuple[str, str], list[list[Story]]]:
        """Quarter of return, first flagger → the saved stories of each of their prospects."""
        by_prospect = defaultdict(list)
        for story in self.stories:
            if story.outcome == "saved" and story.returned_at is not None:
                quarter = self.company.quarter(story.returned_at)
                by_prospect[quarter, story.prospect.id].append(story)
        result = defaultdict(list)
        for (quarter, _), stories in by_prospect.items():
            stories.sort(key=lambda it: it.flagged_at or it.episode.lost_at)
            if stories[0].flagged_by is not None:
                result[quarter, stories[0].flagged_by].append(stories)
        return dict(result)

    def saved_leads(self) -> Mart:
        cohorts = defaultdict(list)
        for story in self.stories:
            if story.counts and story.lost_by is not None:
                cohorts[story.quarter, story.lost_by].append(story)
        rows: Mart = []
        in_race: dict[str, dict[str, Fraction]] = defaultdict(dict)
        volume = max(1, self.company.minimum_volume("saved_leads", 1))
        for quarter, rep in sorted(cohorts.keys() | self.savings.keys()):
            cohort = cohorts.get((quarter, rep), [])
            savings = self.savings.get((quarter, rep), [])
            wins = [
                [self.won[id(story)] for story in stories if id(story) in self.won]
                for stories in savings
            ]
            settled = [story for story in cohort if story.is_settled]
            saved = [story for story in settled if story.outcome == "saved"]
            if len(savings) >= volume and self.company.is_active_rep(rep):
                in_race[quarter][rep] = Fraction(len(savings))
            rows.append(
                {
                    "quarter": quarter,
                    "rep_id": rep,
                    "lost_qualified_leads": _prospects(cohort),
                    "flagged_leads": _prospects([it for it in cohort if it.flagged_at]),
                    "enrolled_leads": _prospects([it for it in cohort if it.enrolled_at]),
                    "pending_leads": _prospects([it for it in cohort if it.outcome == "pending"]),
                    "save_rate": number(ratio(len(saved), len(settled))),
                    "saved_leads": len(savings),
                    "saved_won_leads": len([1 for of_prospect in wins if of_prospect]),
                    "saved_won_amount": money_sum(
                        win.amount for of_prospect in wins for win in of_prospect
                    ),
                }
            )
        places = {quarter: ranks(it, smallest_first=False) for quarter, it in in_race.items()}
        for row in rows:
            row["rank"] = places.get(row["quarter"], {}).get(row["rep_id"])
        return rows

    def saved_leads_baseline(self) -> Mart:
        by_quarter = defaultdict(list)
        for story in self.stories:
            if story.is_settled:
                by_quarter[story.quarter].append(story)
        return [self._baseline(quarter, stories) for quarter, stories in by_quarter.items()]

    @staticmethod
    def _baseline(quarter: str, stories: list[Story]) -> dict[str, object]:
        delivered = [story for story in stories if story.delivered_at is not None]
        landmark = median(
            seconds(story.delivered_at - story.episode.lost_at)
            for story in delivered
            if story.delivered_at is not None
        )
        others = [
            story
            for story in stories
            if story.delivered_at is None
            and (
                landmark is None
                or story.returned_at is None
                or seconds(story.returned_at - story.episode.lost_at) > landmark
            )
        ]
        saved = [story for story in delivered if story.outcome == "saved"]
        returned = [story for story in others if story.outcome == "returned_unaided"]
        with_mail = ratio(len(saved), len(delivered))
        without = ratio(len(returned), len(others))
        lift = None if with_mail is None or without is None else 100 * (with_mail - without)
        return {
            "quarter": quarter,
            "delivered_settled": len(delivered),
            "delivered_saved": len(saved),
            "delivered_rate": number(with_mail),
            "undelivered_settled": len(others),
            "undelivered_returned": len(returned),
            "undelivered_rate": number(without),
            "lift_points": number(lift),
        }


def _prospects(stories: list[Story]) -> int:
    """How many prospects the stories are of."""
    return len({story.prospect.id for story in stories})
