"""Outreach to leads and their answers (section 2, Attempt), counted again.

Which of them answer which signal is in `response.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from tests.recount.prospects import Prospects
from tests.recount.rules import Row
from tests.recount.values import instant, trimmed, truth

CONNECTED_SECONDS = 60
DRAFTS = ("5", "Draft")


@dataclass(frozen=True)
class Attempt:
    """A rep reaches out: `is_task` tells where it was logged, `connects` whether it was two-way."""

    at: datetime
    id: str
    rep: str
    channel: str
    is_task: bool
    logged_at: datetime | None
    connects: bool
    targets: frozenset[str]


@dataclass(frozen=True)
class Reply:
    """A mail comes in."""

    at: datetime
    subject: str
    targets: frozenset[str]


class Activities:
    """The attempts and replies of a company, as of its as_of."""

    def __init__(self, prospects: Prospects) -> None:
        self.prospects = prospects
        self.company = prospects.company

    def _targets(self, *references: str | None) -> frozenset[str]:
        """The records that an activity names; a merged lead's are its survivor's (0.4)."""
        found = set()
        for reference in references:
            if reference is None:
                continue
            if reference.startswith("00Q"):
                reference = self.company.survivors.get(reference)
            if reference is not None:
                found.add(reference)
        return frozenset(found)

    def rep_of(self, row: Row) -> str | None:
        """Who did it: the one who logged it if a rep, else the owner if that is one."""
        for person in (row["CreatedById"], row.get("OwnerId")):
            if person in self.company.reps:
                return person
        return None

    def _has_happened(self, at: datetime | None) -> bool:
        return at is not None and at <= self.company.setting.as_of

    # ---- attempts

    @cached_property
    def mails(self) -> list[Row]:
        return [
            row
            for row in self.company.alive("EmailMessage")
            if row["MessageDate"] is None or self._has_happened(instant(row["MessageDate"]))
        ]

    @cached_property
    def dispositions(self) -> set[str | None]:
        return {row["disposition"] for row in self.company.seed("connected_dispositions")}

    def _channel(self, task: Row) -> str | None:
        """`Call` or `Email`, by the subtype or, if that says nothing, by the type."""
        kind = trimmed(task["TaskSubtype"])
        if kind in (None, "Task"):
            kind = trimmed(task["Type"])
        return kind if kind in ("Call", "Email") else None

    def _connects(self, task: Row) -> bool:
        disposition = trimmed(task["CallDisposition"])
        if disposition is not None:
            return disposition in self.dispositions
        return int(task["CallDurationInSeconds"] or 0) >= CONNECTED_SECONDS

    def _of_tasks(self) -> list[Attempt]:
        are_mails = {row["ActivityId"] for row in self.mails}
        result = []
        for row in self.company.alive("Task"):
            at = instant(row["CompletedDateTime"] or row["CreatedDate"])
            channel, rep = self._channel(row), self.rep_of(row)
            if (
                row["Id"] in are_mails
                or not truth(row["IsClosed"])
                or channel is None
                or rep is None
                or at is None
                or not self._has_happened(at)
            ):
                continue
            result.append(
                Attempt(
                    at=at,
                    id=str(row["Id"]),
                    rep=rep,
                    channel=channel,
                    is_task=True,
                    logged_at=instant(row["CreatedDate"]),
                    connects=channel == "Call" and self._connects(row),
                    targets=self._targets(row["WhoId"], row["WhatId"]),
                )
            )
        return result

    def _of_events(self) -> list[Attempt]:
        result = []
        for row in self.company.alive("Event"):
            at, rep = instant(row["StartDateTime"]), self.rep_of(row)
            if truth(row["IsChild"]) or rep is None or at is None or not self._has_happened(at):
                continue
            targets = self._targets(row["WhoId"], row["WhatId"])
            logged_at = instant(row["CreatedDate"])
            result.append(
                Attempt(at, str(row["Id"]), rep, "Event", False, logged_at, True, targets)
            )
        return result

    def _of_mails(self) -> list[Attempt]:
        result = []
        for row in self.mails:
            at, rep = instant(row["MessageDate"]), self.rep_of(row)
            if (
                truth(row["Incoming"]) is not False
                or trimmed(row["Status"]) in DRAFTS
                or rep is None
                or at is None
            ):
                continue
            targets = self._targets(row["WhoId"], row["RelatedToId"])
            logged_at = instant(row["CreatedDate"])
            result.append(
                Attempt(at, str(row["Id"]), rep, "Email", False, logged_at, False, targets)
            )
        return result

    @cached_property
    def attempts(self) -> list[Attempt]:
        """All of them in the order of (instant, Id)."""
        found = [*self._of_tasks(), *self._of_events(), *self._of_mails()]
        return sorted(found, key=lambda attempt: (attempt.at, attempt.id))

    @cached_property
    def replies(self) -> list[Reply]:
        result = []
        for row in self.mails:
            at = instant(row["MessageDate"])
            if at is not None and truth(row["Incoming"]):
                targets = self._targets(row["WhoId"], row["RelatedToId"])
                result.append(Reply(at, row["Subject"] or "", targets))
        return result

    # ---- of a lead

    def records_of(self, lead: Row) -> set[str]:
        """The ids under which a lead is reached: its own, its contact's, its deal's."""
        deal, contact = self.prospects.deal_of(lead), self.prospects.contact_of(lead)
        found = {str(lead["Id"])}
        if contact is not None:
            found.add(contact)
        if deal is not None:
            found.add(str(deal["Id"]))
        return found

    def attempts_at(self, lead: Row) -> list[Attempt]:
        names = self.records_of(lead)
        return [attempt for attempt in self.attempts if attempt.targets & names]

    def replies_of(self, lead: Row) -> list[Reply]:
        names = self.records_of(lead)
        return [reply for reply in self.replies if reply.targets & names]
