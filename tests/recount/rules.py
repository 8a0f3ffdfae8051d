"""Section 0 of the metrics' text, counted again: plain Python, a list and a loop at a time.

Written from the text and not from the models, so that it may prove them wrong. What a section of
its own defines (stage visits, cycles) is not here; nor is anything about databases.
"""

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.recount.values import (
    day,
    full_id,
    instant,
    instant_of_date,
    local_day,
    midnight,
    quarter_days,
    quarter_of_day,
    quarters_until,
    trimmed,
    truth,
)

Row = dict[str, str | None]

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Setting:
    """What a run is told: its variables."""

    as_of: datetime
    org_time_zone: str = "UTC"
    fiscal_year_start_month: int = 1
    minimum_volume: int = 5
    non_new_business_types: tuple[str, ...] = ("Renewal",)
    reopen_grace_days: int = 7
    reactivation_flag_field: str = "Reactivation__c"
    reactivation_window_days: int = 180
    reactivation_campaign_pattern: str = "reactivation|win-?back|реактивац"
    response_sla_minutes: int = 60
    auto_reply_pattern: str = "^(automatic reply|auto:|out of office|автоответ)"
    decision_maker_pattern: str = (
        "chief|ceo|cfo|cto|coo|cmo|cro|president|owner|founder|director|vp|head|директор|владелец"
    )
    decision_maker_roles: tuple[str, ...] = (
        "Decision Maker",
        "Economic Decision Maker",
        "Executive Sponsor",
    )
    referral_attribution_days: float = 90
    referral_ask_types: tuple[str, ...] = ("Referral Ask",)
    referral_ask_pattern: str = "referral ask|ask for (a )?referral|рекомендац"
    gross_margin: float = 1.0
    freshness_half_life_days: float = 90
    # completeness, validity, freshness
    quality_score_weights: tuple[float, float, float] = (0.5, 0.2, 0.3)
    check_in_activity_types: tuple[str, ...] = ("Check-in",)
    close_grace_days: int = 10

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.org_time_zone)

    @property
    def reopen_grace(self) -> timedelta:
        return timedelta(days=self.reopen_grace_days)

    @property
    def reactivation_window(self) -> timedelta:
        return timedelta(days=self.reactivation_window_days)

    @property
    def response_sla(self) -> timedelta:
        return timedelta(minutes=self.response_sla_minutes)

    @property
    def referral_attribution(self) -> timedelta:
        return timedelta(days=self.referral_attribution_days)


# ---- records


@dataclass(frozen=True)
class Stage:
    """0.9: what a stage's name stands for."""

    is_closed: bool
    is_won: bool
    is_active: bool = False
    sort_order: int | None = None


@dataclass(frozen=True)
class Change:
    """A row of a field history."""

    at: datetime
    id: str
    record: str
    field: str | None
    old: str | None
    new: str | None
    author: str | None


def is_owner_id(text: str | None) -> bool:
    return text is not None and text.startswith(("005", "00G"))


REFERENCES = (
    "Id",
    "OwnerId",
    "ManagerId",
    "LeadId",
    "OpportunityId",
    "AccountId",
    "ContactId",
    "ConvertedOpportunityId",
    "ConvertedContactId",
    "ConvertedAccountId",
    "MasterRecordId",
    "CampaignId",
    "CreatedById",
    "WhoId",
    "WhatId",
    "RelatedToId",
    "ActivityId",
    "crm_account_id",
    "crm_id",
)


class Company:
    """An export folder and the seeds, with the rules of section 0 under a setting."""

    def __init__(self, folder: Path, seeds: Path, setting: Setting) -> None:
        self.setting = setting
        self.folder = folder
        self._seeds = seeds
        # What was read, by the object's name or the seed's path.
        self._tables: dict[str, list[Row]] = {}

    # ---- reading

    def has(self, name: str) -> bool:
        return self._path(name).exists()

    def read(self, name: str) -> list[Row]:
        """The rows of a file, empty cells None and ids in full; [] without the file.

        `name` is a Salesforce object, or a folder and a file: `referrals/rewards`.
        """
        if name not in self._tables:
            self._tables[name] = self._read(name) if self.has(name) else []
        return self._tables[name]

    def _path(self, name: str) -> Path:
        return self.folder / (f"{name}.csv" if "/" in name else f"salesforce/{name}.csv")

    def _read(self, name: str) -> list[Row]:
        with self._path(name).open(encoding="utf-8", newline="") as file:
            rows: list[Row] = [
                {column: cell or None for column, cell in row.items()}
                for row in csv.DictReader(file)
            ]
        for row in rows:
            for column in REFERENCES:
                if column in row:
                    row[column] = full_id(row[column])
        return rows

    def seed(self, name: str) -> list[Row]:
        path = self._seeds / f"{name}.csv"
        if str(path) not in self._tables:
            with path.open(encoding="utf-8", newline="") as file:
                self._tables[str(path)] = [
                    {column: cell or None for column, cell in row.items()}
                    for row in csv.DictReader(file)
                ]
        return self._tables[str(path)]

    def exists(self, row: Row) -> bool:
        """0.2: without a timestamp of its own after as_of."""
        created_at = instant(row.get("CreatedDate"))
        return created_at is None or created_at <= self.setting.as_of

    def alive(self, name: str) -> list[Row]:
        """0.2, 0.4: the records of an object that exist and are not deleted."""
        return [
            row for row in self.read(name) if self.exists(row) and not truth(row.get("IsDeleted"))
        ]

    # ---- 0.8

    def minimum_volume(self, metric: str, otherwise: int) -> int:
        """What the incentive plan asks for to rank in a metric: of several rows the least."""
        asked = [
            int(row["minimum_volume"])
            for row in self.seed("incentive_plan")
            if row["metric"] == metric and row["minimum_volume"] is not None
        ]
        return min(asked, default=otherwise)

    # ---- 0.3

    def quarter(self, at: datetime) -> str:
        return quarter_of_day(
            local_day(at, self.setting.zone), self.setting.fiscal_year_start_month
        )

    def quarter_end(self, quarter: str) -> datetime:
        """When a quarter is over: 00:00 after its last day."""
        _, last = quarter_days(quarter, self.setting.fiscal_year_start_month)
        return midnight(last + timedelta(days=1), self.setting.zone)

    def quarters_from(self, first: str) -> list[str]:
        """The quarters from one to that of as_of."""
        now = self.quarter(self.setting.as_of)
        return quarters_until(first, now, self.setting.fiscal_year_start_month)

    # ---- 0.4

    @cached_property
    def survivors(self) -> dict[str, str]:
        """Lead → the lead its history belongs to; those that end badly are not in it."""
        leads = {row["Id"]: row for row in self.read("Lead") if self.exists(row)}
        result = {}
        for start in leads:
            seen = set()
            here = start
            while here in leads and here not in seen and truth(leads[here].get("IsDeleted")):
                seen.add(here)
                here = leads[here].get("MasterRecordId")
            if here in leads and here not in seen and start is not None and here is not None:
                result[start] = here
        return result

    # ---- 0.5

    @cached_property
    def reps(self) -> dict[str, Row]:
        service = {full_id(row["user_id"]) for row in self.seed("service_users")}
        return {
            str(row["Id"]): row
            for row in self.read("User")
            if row["UserType"] == "Standard" and row["Id"] not in service
        }

    def is_active_rep(self, rep: str) -> bool:
        return truth(self.reps[rep]["IsActive"]) is True

    # ---- 0.6, 0.7

    def changes(self, name: str, parent: str) -> dict[str, list[Change]]:
        """The whole field history of an object by record, in the order of (timestamp, Id)."""
        result = defaultdict(list)
        for row in self.read(name):
            at = instant(row["CreatedDate"])
            record = row[parent]
            if name == "LeadHistory":
                record = self.survivors.get(record or "")
            if at is None or record is None or truth(row.get("IsDeleted")):
                continue
            old, new = row["OldValue"], row["NewValue"]
            if row["Field"] == "Owner":
                old = full_id(old) if is_owner_id(old) else old
                new = full_id(new) if is_owner_id(new) else new
            result[record].append(
                Change(at, str(row["Id"]), record, row["Field"], old, new, row.get("CreatedById"))
            )
        for rows in result.values():
            rows.sort(key=lambda change: (change.at, change.id))
        return result

    @cached_property
    def lead_changes(self) -> dict[str, list[Change]]:
        return self.changes("LeadHistory", "LeadId")

    @cached_property
    def opportunity_changes(self) -> dict[str, list[Change]]:
        return self.changes("OpportunityFieldHistory", "OpportunityId")

    @cached_property
    def account_changes(self) -> dict[str, list[Change]]:
        return self.changes("AccountHistory", "AccountId")

    @cached_property
    def contact_changes(self) -> dict[str, list[Change]]:
        return self.changes("ContactHistory", "ContactId")

    @staticmethod
    def owner(history: Sequence[Change], present: str | None, at: datetime) -> str | None:
        """Who owns a record at an instant."""
        moves = [row for row in history if row.field == "Owner" and is_owner_id(row.new)]
        if not moves:
            return present
        until = [row for row in moves if row.at <= at]
        if until:
            return until[-1].new
        return moves[0].old if is_owner_id(moves[0].old) else None

    def rep(self, history: Sequence[Change], present: str | None, at: datetime) -> str | None:
        """The owner at an instant, if that is a rep."""
        owner = self.owner(history, present, at)
        return owner if owner in self.reps else None

    # ---- 0.9

    @cached_property
    def status_classes(self) -> dict[str, str]:
        return {str(row["status"]): str(row["class"]) for row in self.seed("lead_statuses")}

    def status_class(self, status: str | None) -> str:
        name = trimmed(status)
        return "open" if name is None else self.status_classes[name]

    def conversion_row(self, lead: Row) -> Change | None:
        """The last change into `qualified` on the day on which a lead was converted."""
        on = day(lead["ConvertedDate"])
        if not truth(lead["IsConverted"]) or on is None:
            return None
        changes = [
            row
            for row in self.lead_changes.get(str(lead["Id"]), [])
            if row.field == "Status"
            and self.status_class(row.new) == "qualified"
            and local_day(row.at, self.setting.zone) == on
        ]
        return changes[-1] if changes else None

    def converted_at(self, lead: Row) -> datetime | None:
        """When a converted lead was: its last change into `qualified` that day, else the date."""
        on = day(lead["ConvertedDate"])
        if not truth(lead["IsConverted"]) or on is None:
            return None
        row = self.conversion_row(lead)
        if row is not None:
            return row.at
        return instant_of_date(on, instant(lead["CreatedDate"]), self.setting.zone)

    def is_converted(self, lead: Row) -> bool:
        if not truth(lead["IsConverted"]):
            return False
        at = self.converted_at(lead)
        return at is None or at <= self.setting.as_of

    def lead_class(self, lead: Row) -> str:
        """The class of a lead's status as of as_of."""
        if self.is_converted(lead):
            return "qualified"
        changes = [
            row for row in self.lead_changes.get(str(lead["Id"]), []) if row.field == "Status"
        ]
        later = [row for row in changes if row.at > self.setting.as_of]
        if later:
            return self.status_class(later[0].old)
        if changes:
            return self.status_class(changes[-1].new)
        return self.status_class(lead["Status"])

    @cached_property
    def stages(self) -> dict[str, Stage]:
        result = {}
        for row in self.read("OpportunityStage"):
            name, order = trimmed(row["ApiName"]), row["SortOrder"]
            if name is not None:
                result[name] = Stage(
                    is_closed=truth(row["IsClosed"]) is True,
                    is_won=truth(row["IsWon"]) is True,
                    is_active=truth(row["IsActive"]) is True,
                    sort_order=None if order is None else int(order),
                )
        return result

    def stage(self, name: str | None) -> Stage:
        if name in self.stages:
            return self.stages[name]
        return Stage(is_closed=name in ("Closed Won", "Closed Lost"), is_won=name == "Closed Won")

    def channel(self, source: str | None) -> str:
        """The channel of a lead source."""
        for row in self.seed("lead_sources"):
            if row["source"] == trimmed(source):
                return str(row["channel"])
        return "other"

    def is_inbound(self, source: str | None) -> bool:
        """Whether those of a lead source come by themselves; unknown ones do."""
        for row in self.seed("lead_sources"):
            if row["source"] == trimmed(source):
                return truth(row["is_inbound"]) is True
        return True

    # ---- 0.11

    @cached_property
    def lead_of_deal(self) -> dict[str, Row]:
        """Deal → the first lead, by conversion and Id, that was converted into it."""
        candidates = defaultdict(list)
        for lead in self.alive("Lead"):
            deal = lead["ConvertedOpportunityId"]
            if deal is not None and self.is_converted(lead):
                # One that was converted nobody knows when comes after those of which it is known.
                at = self.converted_at(lead) or datetime.max.replace(tzinfo=UTC)
                candidates[deal].append((at, str(lead["Id"]), lead))
        return {deal: min(leads, key=lambda it: it[:2])[2] for deal, leads in candidates.items()}

    # ---- 0.12

    @cached_property
    def rates(self) -> dict[str, Decimal]:
        return {
            str(row["IsoCode"]): Decimal(row["ConversionRate"])
            for row in self.read("CurrencyType")
            if row["ConversionRate"] is not None
        }

    def money(self, amount: str | None, code: str | None) -> Decimal | None:
        """An amount in the corporate currency, in cents."""
        if amount is None:
            return None
        name = trimmed(code)
        if name is None or not self.has("CurrencyType"):
            rate = Decimal(1)
        elif name in self.rates and self.rates[name] != 0:
            rate = self.rates[name]
        else:
            return None
        with localcontext() as exact:
            exact.prec = 60
            return (Decimal(amount) / rate).quantize(CENT, rounding=ROUND_HALF_UP)
