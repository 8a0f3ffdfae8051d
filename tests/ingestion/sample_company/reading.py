"""Plain readings of the source records that several tests share: no rule of the marts is repeated
in full, only what is needed to see that a situation occurs."""

from __future__ import annotations

import csv
import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

from sales_metrics.warehouse import DBT_PROJECT


def at(text: str) -> datetime:
    """An instant in any of the spellings of the export; without a zone it is UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@cache
def seed(name: str) -> list[dict[str, str]]:
    """The rows of a default seed."""
    with (DBT_PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def reps(export) -> set[str]:
    return {row["Id"] for row in export.crm("User") if row["UserType"] == "Standard"}


def placeholder_free(values: list[str]) -> list[str]:
    """The values that hold something."""
    nothing = {"", *(row["value"] for row in seed("placeholders"))}
    return [value for value in values if value.strip().lower() not in nothing]


@dataclass
class Loss:
    """A record that is lost; `returned_at` when the record itself comes back."""

    kind: str
    record_id: str
    email: str
    lost_at: datetime
    returned_at: datetime | None
    flagged_at: datetime | None


@cache
def losses(export) -> list[Loss]:
    """Leads that leave a qualified past for a lost status, and deals that enter Closed Lost."""
    classes = {row["status"]: row["class"] for row in seed("lead_statuses")}
    found = []
    emails = {row["Id"]: row["Email"].lower() for row in export.crm("Lead")}
    gone = {row["Id"] for row in export.crm("Lead") if row["IsDeleted"] == "true"}
    flags = _flags(export)
    for lead, rows in _by_record(export, "LeadHistory", "LeadId").items():
        steps = [row for row in rows if row["Field"] == "Status"]
        was_qualified = False
        for place, row in enumerate(steps):
            was_qualified |= classes[row["OldValue"]] == "qualified"
            is_lost = classes[row["NewValue"]] == "lost" != classes[row["OldValue"]]
            if is_lost and was_qualified and lead not in gone:
                found.append(
                    _loss("lead", lead, emails[lead], row, steps[place + 1 :], flags[lead])
                )
    contacts = {row["Id"]: row["Email"].lower() for row in export.crm("Contact")}
    primary = {
        row["OpportunityId"]: contacts[row["ContactId"]]
        for row in export.crm("OpportunityContactRole")
        if row["IsPrimary"] == "true"
    }
    for deal, rows in _by_record(export, "OpportunityHistory", "OpportunityId").items():
        for place, (left, row) in enumerate(pairwise(rows), start=2):
            if row["StageName"] == "Closed Lost" != left["StageName"]:
                later = [after for after in rows[place:] if after["StageName"] != "Closed Lost"]
                found.append(_loss("deal", deal, primary.get(deal, ""), row, later, flags[deal]))
    return found


def _loss(
    kind: str,
    record_id: str,
    email: str,
    row: dict[str, str],
    later: list[dict[str, str]],
    flags: list[datetime],
) -> Loss:
    lost_at = at(row["CreatedDate"])
    returned_at = at(later[0]["CreatedDate"]) if later else None
    until = returned_at or lost_at + timedelta(days=180)
    fitting = [flag for flag in flags if lost_at - timedelta(days=1) <= flag < until]
    return Loss(kind, record_id, email, lost_at, returned_at, fitting[0] if fitting else None)


def _by_record(export, table: str, key: str) -> dict[str, list[dict[str, str]]]:
    found = defaultdict(list)
    for row in sorted(export.crm(table), key=lambda row: (row["CreatedDate"], row["Id"])):
        found[row[key]].append(row)
    return found


def _flags(export) -> dict[str, list[datetime]]:
    """When reps flagged each record, in order."""
    people, found = reps(export), defaultdict(list)
    for table, key in (("LeadHistory", "LeadId"), ("OpportunityFieldHistory", "OpportunityId")):
        for row in export.crm(table):
            is_flag = row["Field"] == "Reactivation__c" and row["NewValue"] == "true"
            if is_flag and row["CreatedById"] in people:
                found[row[key]].append(at(row["CreatedDate"]))
    return defaultdict(list, {record: sorted(flags) for record, flags in found.items()})


def reactivation_sends(export) -> dict[str, list[tuple[datetime, str]]]:
    """By address: when a reactivation campaign went to it, and what became of it."""
    pattern = re.compile("reactivation|win-?back|реактивац", re.IGNORECASE)
    times = {
        row["id"]: at(row["send_time"])
        for row in export.objects("campaigns")
        if row["send_time"] and pattern.search(row["settings"]["title"])
    }
    found = defaultdict(list)
    for row in export.objects("sent_to"):
        if row["campaign_id"] in times:
            send = (times[row["campaign_id"]], row["status"])
            found[row["email_address"].lower()].append(send)
    return found


def clicks(row: dict[str, Any]) -> list[tuple[datetime, str]]:
    """The clicks of one recipient in one campaign, in order."""
    return sorted(
        (at(action["timestamp"]), action["url"])
        for action in row["activity"]
        if action["action"] == "click"
    )


def is_scanned(found: list[tuple[datetime, str]]) -> bool:
    """Whether two different links were clicked within ten seconds."""
    return any(
        url != other and later - earlier <= timedelta(seconds=10)
        for (earlier, url), (later, other) in pairwise(found)
    )


@cache
def attempts(export) -> list[tuple[str, datetime, str]]:
    """Outreach by reps: whom it is about, when, and by which channel."""
    people, found = reps(export), []
    for row in export.crm("Task"):
        subtype = row["TaskSubtype"]
        channel = subtype if subtype in ("Call", "Email") else row["Type"]
        counts = subtype in ("Call", "Email", "", "Task") and channel in ("Call", "Email")
        closed = row["IsClosed"] == "true" and row["IsDeleted"] == "false"
        if counts and closed and row["CreatedById"] in people:
            when = row["CompletedDateTime"] or row["CreatedDate"]
            found.append((row["WhoId"], at(when), channel))
    found += [
        (row["WhoId"], at(row["StartDateTime"]), "Event")
        for row in export.crm("Event")
        if row["IsChild"] == "false"
    ]
    for row in export.crm("EmailMessage"):
        sent = row["Incoming"] == "false" and row["Status"] != "5"
        if sent and row["CreatedById"] in people:
            found.append((row["WhoId"], at(row["MessageDate"]), "Email"))
    return found


@cache
def first_answers(export) -> dict[str, float | None]:
    """For every lead that exists: seconds from its creation to the first attempt, if any."""
    instants = defaultdict(list)
    for who, when, _ in attempts(export):
        instants[who].append(when)
    found: dict[str, float | None] = {}
    for row in export.crm("Lead"):
        if row["IsDeleted"] == "true":
            continue
        created, ordered = at(row["CreatedDate"]), sorted(instants[row["Id"]])
        place = bisect_left(ordered, created)
        found[row["Id"]] = (
            (ordered[place] - created).total_seconds() if place < len(ordered) else None
        )
    return found
