"""Whom to write to now (section 6, Reactivation audience), counted again."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from tests.recount.losses import Turn
from tests.recount.prospects import Prospect
from tests.recount.rules import Row
from tests.recount.saved import Saved, Story
from tests.recount.values import Mart, address, trimmed, truth

REST = timedelta(days=14)
NOT_TO_BE_WRITTEN_TO = ("unsubscribed", "cleaned")
UNKNOWN = "unknown"
PARTS = ("lost_from", "lost_reason", "industry", "channel", "amount_band")


class Audience:
    """The mart `reactivation_audience` of a company."""

    def __init__(self, saved: Saved) -> None:
        self.saved = saved
        self.mail = saved.mail
        self.prospects = saved.losses.prospects
        self.velocity = saved.losses.velocity
        self.company = saved.company

    # ---- the address

    def address(self, prospect: Prospect) -> str | None:
        """The first of a person's: the lead's own, its contact's; else of primary contacts."""
        if prospect.lead is not None:
            contact = self.prospects.contact_of(prospect.lead)
            own = address(prospect.lead["Email"])
            return own or self._of_contact(contact)
        roles = [
            role
            for role in self.prospects.roles
            if role["OpportunityId"] == prospect.id and truth(role["IsPrimary"])
        ]
        for role in sorted(roles, key=lambda it: str(it["Id"])):
            found = self._of_contact(role["ContactId"])
            if found is not None:
                return found
        return None

    def _of_contact(self, contact: str | None) -> str | None:
        record = self.prospects.contacts.get(contact or "")
        return None if record is None else address(record["Email"])

    @cached_property
    def blocked(self) -> set[str]:
        """Addresses that left a list, or that nothing reaches."""
        return {
            to
            for to, status in self.mail.members
            if to is not None and status in NOT_TO_BE_WRITTEN_TO
        }

    @cached_property
    def written_to(self) -> set[str]:
        """Addresses to which any campaign went lately."""
        return {send.address for send in self.mail.all_sends if self._is_recent(send.at)}

    def _is_recent(self, at: datetime) -> bool:
        return at >= self.company.setting.as_of - REST

    # ---- the prospects

    def may_be_written_to(self, story: Story, to: str) -> bool:
        lead = story.prospect.lead
        has_opted_out = lead is not None and truth(lead["HasOptedOutOfEmail"]) is True
        return not has_opted_out and to not in self.blocked and to not in self.written_to

    @cached_property
    def candidates(self) -> list[tuple[Story, str]]:
        """The prospects to write to, with their addresses; some of them share one."""
        result = []
        for story in self.saved.stories:
            if story.outcome != "pending" or story.flagged_at is None:
                continue
            to = self.address(story.prospect)
            if to is not None and self.may_be_written_to(story, to):
                result.append((story, to))
        return result

    # ---- the segment

    def _industry(self, story: Story) -> str | None:
        """The lead's, else that of the account of the deal that was lost."""
        lead = story.prospect.lead
        own = None if lead is None else trimmed(lead["Industry"])
        if own is not None:
            return own
        for account in self.company.alive("Account"):
            if account["Id"] == story.episode.account:
                return trimmed(account["Industry"])
        return None

    def _channel(self, loss: Turn) -> str:
        if not loss.is_deal:
            return self.company.channel(loss.record["LeadSource"])
        return next(it.channel for it in self.velocity.cycles if it.deal == loss.record["Id"])

    def _amount_band(self, loss: Turn) -> str | None:
        """The band that begins last at or below the amount of a lost deal."""
        if not loss.is_deal:
            return None
        amount = self.company.money(loss.record["Amount"], loss.record["CurrencyIsoCode"])
        if amount is None:
            return None
        bands = [(Decimal(str(row["from"])), row) for row in self.company.seed("amount_bands")]
        below: list[tuple[Decimal, Row]] = [it for it in bands if it[0] <= amount]
        return max(below, key=lambda it: it[0])[1]["label"] if below else None

    def reactivation_audience(self) -> Mart:
        last: dict[str, Story] = {}
        for story, to in self.candidates:
            rival = last.get(to)
            if rival is None or _lost(story) > _lost(rival):
                last[to] = story
        return [self._row(story, to) for to, story in last.items()]

    def _row(self, story: Story, to: str) -> dict[str, object]:
        loss = story.episode.loss
        parts = {
            "lost_from": loss.left,
            "lost_reason": story.reason,
            "industry": self._industry(story),
            "channel": self._channel(loss),
            "amount_band": self._amount_band(loss),
        }
        return {
            "prospect_id": story.prospect.id,
            "email": to,
            "segment": " | ".join(parts[name] or UNKNOWN for name in PARTS),
            **parts,
            "flagged_by_rep_id": story.flagged_by,
        }


def _lost(story: Story) -> tuple[datetime, str]:
    return (story.episode.lost_at, story.prospect.id)
