"""Section 0 of the metrics' text, counted again: plain Python, a list and a loop at a time.

Written from the text and not from the models, so that it may prove them wrong. What a section of
its own defines (stage visits, cycles) is not here; nor is anything about databases.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

Row = dict[str, str | None]

SECONDS_A_DAY = 86_400
CENT = Decimal("0.01")
SUFFIX_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


@dataclass(frozen=True)
class Setting:
    """What a run is told: its variables."""

    as_of: datetime
    org_time_zone: str = "UTC"
    fiscal_year_start_month: int = 1
    minimum_volume: int = 5
    non_new_business_types: tuple[str, ...] = ("Renewal",)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.org_time_zone)


# ---- values


def trimmed(text: str | None) -> str | None:
    """The text without blanks around it; None if nothing is left."""
    if text is None or not text.strip():
        return None
    return text.strip()


def full_id(text: str | None) -> str | None:
    """The id in 18 characters: the last three say which of the fifteen are capitals."""
    if text is None or len(text) != 15:
        return text
    suffix = ""
    for start in (0, 5, 10):
        capitals = [
            2**place for place, sign in enumerate(text[start : start + 5]) if "A" <= sign <= "Z"
        ]
        suffix += SUFFIX_LETTERS[sum(capitals)]
    return text + suffix


def instant(text: str | None) -> datetime | None:
    """A timestamp as Salesforce writes it, in UTC."""
    if text is None:
        return None
    return datetime.fromisoformat(text).astimezone(UTC)


def day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def truth(text: str | None) -> bool | None:
    return None if text is None else text.lower() == "true"


def days_between(start: datetime, end: datetime) -> Fraction:
    """0.1: seconds / 86400, exact."""
    microseconds = (end - start) // timedelta(microseconds=1)
    return Fraction(microseconds, SECONDS_A_DAY * 1_000_000)


def percentile(values: Iterable[Fraction], share: Fraction) -> Fraction | None:
    """0.7: as `percentile_cont`: between neighbours on a straight line."""
    in_order = sorted(values)
    if not in_order:
        return None
    place = share * (len(in_order) - 1)
    below = place.numerator // place.denominator
    above = min(below + 1, len(in_order) - 1)
    return in_order[below] + (place - below) * (in_order[above] - in_order[below])


def median(values: Iterable[Fraction]) -> Fraction | None:
    return percentile(values, Fraction(1, 2))


def ratio(numerator: Fraction | int | None, denominator: Fraction | int | None) -> Fraction | None:
    """0.8: null when the denominator is 0 (or a part is unknown)."""
    if numerator is None or denominator is None or denominator == 0:
        return None
    return Fraction(numerator) / Fraction(denominator)


def ranks(values: dict[str, Fraction], *, smallest_first: bool) -> dict[str, int]:
    """0.8: 1, 2, 2, 4: one more than there are better ones."""
    result = {}
    for name, value in values.items():
        better = [
            other
            for other in values.values()
            if (other < value if smallest_first else other > value)
        ]
        result[name] = 1 + len(better)
    return result


# ---- 0.3 the calendar


def midnight(of: date, zone: ZoneInfo) -> datetime:
    """00:00 of a day there: the first if it occurs twice; what comes next if it does not occur."""
    return datetime.combine(of, time(0), tzinfo=zone).astimezone(UTC)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def instant_of_date(of: date, created_at: datetime | None, zone: ZoneInfo) -> datetime:
    """A date that stands for an instant: 00:00, or the CreatedDate if later on the same day."""
    start = midnight(of, zone)
    if created_at is not None and local_day(created_at, zone) == of:
        return max(start, created_at)
    return start


def quarter_of_day(of: date, first_month: int) -> str:
    months_into_year = (of.month - first_month) % 12
    ends_next_year = first_month > 1 and of.month >= first_month
    return f"{of.year + (1 if ends_next_year else 0)}-Q{months_into_year // 3 + 1}"


def _month_start(months: int) -> date:
    """The first day of the month that is `months` months after January of the year 0."""
    return date(months // 12, months % 12 + 1, 1)


def quarter_days(label: str, first_month: int) -> tuple[date, date]:
    """First and last day of a quarter."""
    year, number = int(label[:4]), int(label[-1])
    start_of_year = (year if first_month == 1 else year - 1) * 12 + first_month - 1
    first = start_of_year + 3 * (number - 1)
    return _month_start(first), _month_start(first + 3) - timedelta(days=1)


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
    "MasterRecordId",
)


class Company:
    """An export folder and the seeds, with the rules of section 0 under a setting."""

    def __init__(self, folder: Path, seeds: Path, setting: Setting) -> None:
        self.setting = setting
        self._folder = folder / "salesforce"
        self._seeds = seeds

    # ---- reading

    def has(self, name: str) -> bool:
        return (self._folder / f"{name}.csv").exists()

    def read(self, name: str) -> list[Row]:
        """The rows of an object's file, empty cells None and ids in full; [] without the file."""
        if not self.has(name):
            return []
        with (self._folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
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
        with (self._seeds / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return [
                {column: cell or None for column, cell in row.items()}
                for row in csv.DictReader(file)
            ]

    def exists(self, row: Row) -> bool:
        """0.2: without a timestamp of its own after as_of."""
        created_at = instant(row.get("CreatedDate"))
        return created_at is None or created_at <= self.setting.as_of

    def alive(self, name: str) -> list[Row]:
        """0.2, 0.4: the records of an object that exist and are not deleted."""
        return [
            row for row in self.read(name) if self.exists(row) and not truth(row.get("IsDeleted"))
        ]

    # ---- 0.3

    def quarter(self, at: datetime) -> str:
        return quarter_of_day(
            local_day(at, self.setting.zone), self.setting.fiscal_year_start_month
        )

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
            result[record].append(Change(at, str(row["Id"]), record, row["Field"], old, new))
        for rows in result.values():
            rows.sort(key=lambda change: (change.at, change.id))
        return result

    @cached_property
    def lead_changes(self) -> dict[str, list[Change]]:
        return self.changes("LeadHistory", "LeadId")

    @cached_property
    def opportunity_changes(self) -> dict[str, list[Change]]:
        return self.changes("OpportunityFieldHistory", "OpportunityId")

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

    def converted_at(self, lead: Row) -> datetime | None:
        """When a converted lead was: its last change into `qualified` that day, else the date."""
        on = day(lead["ConvertedDate"])
        if not truth(lead["IsConverted"]) or on is None:
            return None
        zone = self.setting.zone
        changes = [
            row.at
            for row in self.lead_changes.get(str(lead["Id"]), [])
            if row.field == "Status"
            and self.status_class(row.new) == "qualified"
            and local_day(row.at, zone) == on
        ]
        if changes:
            return changes[-1]
        return instant_of_date(on, instant(lead["CreatedDate"]), zone)

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
