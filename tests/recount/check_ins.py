"""Visits to customers (section 5, Badger Maps in the sources' description), counted again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo, available_timezones

from tests.recount.activities import Activities
from tests.recount.rules import Row
from tests.recount.values import instant, trimmed, truth

SAME = timedelta(minutes=5)
ZONES = available_timezones()


@dataclass(frozen=True)
class CheckIn:
    """A rep is at a customer's; `records` are those that it names."""

    at: datetime
    rep: str
    records: frozenset[str]


class CheckIns:
    """The check-ins of a company's reps, each once, until as_of."""

    def __init__(self, activities: Activities) -> None:
        self.activities = activities
        self.company = activities.company
        self.setting = self.company.setting

    def _records(self, *references: str | None) -> frozenset[str]:
        """The records that a check-in names; a merged lead's survivor, if it has one."""
        survivors = self.company.survivors
        return frozenset(survivors.get(name, name) for name in references if name is not None)

    # ---- Salesforce's

    @cached_property
    def in_crm(self) -> list[CheckIn]:
        are_mails = {row["ActivityId"] for row in self.activities.mails}
        found = [
            (instant(row["CompletedDateTime"] or row["CreatedDate"]), row)
            for row in self.company.alive("Task")
            if truth(row["IsClosed"]) and row["Id"] not in are_mails
        ]
        found += [
            (instant(row["StartDateTime"]), row)
            for row in self.company.alive("Event")
            if not truth(row["IsChild"])
        ]
        result = []
        for at, row in found:
            rep = self.activities.rep_of(row)
            if trimmed(row["Type"]) not in self.setting.check_in_activity_types:
                continue
            if rep is not None and at is not None and at <= self.setting.as_of:
                records = self._records(row["WhoId"], row["WhatId"])
                result.append(CheckIn(at, rep, records))
        return result

    # ---- Badger's

    def user(self, name: str | None) -> Row | None:
        """The only user of a name."""
        users = [
            user
            for user in self.company.read("User")
            if trimmed(name) is not None and _folded(user["Name"]) == _folded(name)
        ]
        return users[0] if len(users) == 1 else None

    def zone_of(self, user: Row) -> ZoneInfo:
        name = trimmed(user["TimeZoneSidKey"])
        return ZoneInfo(name) if name in ZONES else self.setting.zone

    @cached_property
    def in_badger(self) -> list[CheckIn]:
        result = []
        for row in self.company.read("badger/check_ins"):
            user, text = self.user(row["created_by"]), trimmed(row["log_datetime"])
            if user is None or user["Id"] not in self.company.reps or text is None:
                continue
            # The first of a time that occurs twice; one that does not occur moves by the gap.
            there = datetime.fromisoformat(text).replace(tzinfo=self.zone_of(user), fold=0)
            at = there.astimezone(UTC)
            if at <= self.setting.as_of:
                records = self._records(row["crm_id"])
                result.append(CheckIn(at, str(user["Id"]), records))
        return result

    # ---- both

    def is_in_crm(self, check_in: CheckIn) -> bool:
        return any(
            other.rep == check_in.rep
            and check_in.records & other.records
            and abs(other.at - check_in.at) <= SAME
            for other in self.in_crm
        )

    @cached_property
    def check_ins(self) -> list[CheckIn]:
        return [*self.in_crm, *(it for it in self.in_badger if not self.is_in_crm(it))]

    def at(self, records: Iterable[str]) -> list[datetime]:
        """When reps were at any of these records."""
        names = set(records)
        return [check_in.at for check_in in self.check_ins if check_in.records & names]


def _folded(name: str | None) -> str | None:
    text = trimmed(name)
    return None if text is None else text.lower()
