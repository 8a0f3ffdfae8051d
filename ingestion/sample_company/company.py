"""The people of Halden Instruments: reps and their habits, managers, queues, robots; stages, money.

How a rep works is data here; what comes of it belongs to the stories.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import NamedTuple

from ingestion.sample_company.chance import Weighted
from ingestion.sample_company.files import ExportFiles, flag
from ingestion.sample_company.ids import Ids

COMPANY = "Halden Instruments"
OWN_DOMAIN = "halden.example"
NEVER_LEFT = 1 << 60


class Habits(NamedTuple):
    """What sets reps apart: chances from 0 to 1; `pace` multiplies the usual days of a deal."""

    name: str
    team: int
    zone: str
    currency: str
    share: float  # of the incoming leads
    speed: float  # of the first answer
    care: float  # for what stands in the CRM
    skill: float  # in closing
    pace: float
    flags: float  # lost leads marked for reactivation
    asks: bool  # customers for referrals
    visits: float  # of customers, logged in Badger Maps

    @property
    def typing(self) -> float:
        """Care with what is typed, as `entered` takes it: the careless leave most of it out."""
        return min(self.care, 3 * self.care - 1)

    @property
    def wipes(self) -> float:
        """The chance that something known is cleared; only the careless do that."""
        return max(0.0, 2.5 * (0.4 - self.care))

    @property
    def reviews(self) -> bool:
        """Whether accounts and contacts are looked through again, long after they were entered."""
        return self.care > 0.95


NEW_YORK = "America/New_York"
BERLIN = "Europe/Berlin"
LONDON = "Europe/London"

REPS = (
    Habits("Nora Whitfield", 0, NEW_YORK, "USD", 1.2, 0.95, 0.95, 0.34, 0.8, 0.9, True, 0.4),
    Habits("Caleb Stroud", 0, NEW_YORK, "USD", 1.4, 0.60, 0.05, 0.25, 1.1, 0.5, False, 0.0),
    Habits("Imani Okoye", 0, "America/Chicago", "USD", 1.0, 0.75, 0.97, 0.32, 0.9, 0.8, True, 0.9),
    Habits("Derek Vance", 0, "America/Denver", "USD", 0.7, 0.20, 0.20, 0.20, 1.3, 0.2, False, 1.0),
    Habits("Lena Hofmann", 1, BERLIN, "EUR", 1.1, 0.85, 0.98, 0.33, 0.9, 0.9, True, 0.6),
    Habits(
        "Tomasz Zielinski", 1, "Europe/Warsaw", "EUR", 0.9, 0.50, 0.60, 0.28, 1.0, 0.6, False, 1.0
    ),
    Habits("Katrin Seidel", 1, BERLIN, "EUR", 1.3, 0.35, 0.45, 0.22, 1.2, 0.4, False, 0.0),
    Habits("Pavel Sorokin", 1, BERLIN, "EUR", 0.8, 0.70, 0.80, 0.30, 1.0, 0.7, True, 0.7),
    Habits("Grace Pemberly", 2, LONDON, "GBP", 1.1, 0.80, 0.85, 0.31, 0.9, 0.8, False, 0.5),
    Habits("Owen Tallis", 2, LONDON, "GBP", 0.9, 0.40, 0.25, 0.24, 1.1, 0.3, False, 0.8),
    Habits("Sofia Lindgren", 2, "UTC", "USD", 1.0, 0.65, 0.55, 0.36, 0.7, 0.7, False, 0.0),
    Habits("Marcus Boyle", 2, NEW_YORK, "USD", 1.0, 0.30, 0.40, 0.21, 1.3, 0.3, False, 0.3),
)
LEAVER = "Marcus Boyle"
LEFT_AT = int(datetime(2026, 6, 30, 17, 0, tzinfo=UTC).timestamp())

MANAGERS = (
    Habits("Helen Marchbank", 0, NEW_YORK, "USD", 0.0, 0.5, 0.8, 0.30, 1.0, 0.5, False, 0.0),
    Habits("Stefan Adler", 1, BERLIN, "EUR", 0.0, 0.5, 0.6, 0.30, 1.0, 0.5, False, 0.0),
    Habits("Priya Raman", 2, LONDON, "GBP", 0.0, 0.5, 0.7, 0.30, 1.0, 0.5, False, 0.0),
)

# Not Standard, so that none of them is a rep.
ROBOTS = (
    ("Halden Integration", "AutomatedProcess"),
    ("Halden Site Guest User", "Guest"),
    ("Workshop Chatter", "CsnOnly"),
)
QUEUES = ("Inbound Queue", "EMEA Queue")

# name, is active, probability in percent, typical days; the order is the sort order.
STAGES = (
    ("Prospecting", True, 10, 4.0),
    ("Qualification", True, 20, 6.0),
    ("Needs Analysis", True, 40, 8.0),
    ("Value Proposition", False, 50, 8.0),
    ("Proposal", True, 60, 9.0),
    ("Negotiation", True, 80, 7.0),
)
WON = "Closed Won"
LOST = "Closed Lost"

# Units of the currency for one unit of the corporate one, as Salesforce keeps them.
RATES = {"USD": "1", "EUR": "0.92", "GBP": "0.79"}
CORPORATE_CURRENCY = "USD"


@dataclass(frozen=True, eq=False)
class Owner:
    """Whoever can own a record: a user or a queue. At and after `left_at` it acts no more."""

    id: str
    name: str
    left_at: int = NEVER_LEFT


@dataclass(frozen=True, eq=False)
class Rep(Owner):
    """A rep or manager with habits; `manager` is None for managers."""

    habits: Habits = REPS[0]
    manager: Rep | None = None


@dataclass(frozen=True)
class Company:
    """Everybody who acts on records."""

    reps: tuple[Rep, ...]
    managers: tuple[Rep, ...]
    queues: tuple[Owner, ...]
    integration: Owner
    guest: Owner
    _by_share: Weighted[Rep]

    def next_rep(self, rng: Random, at: int) -> Rep:
        """Who gets the next record at this instant, by share; never one who has left."""
        while True:
            rep = self._by_share.draw(rng)
            if at < rep.left_at:
                return rep

    def manager_of(self, owner: Owner) -> Rep:
        """The manager of a rep; of anybody else, the first manager."""
        if isinstance(owner, Rep):
            return owner.manager or owner
        return self.managers[0]


def found_company(ids: Ids, files: ExportFiles) -> Company:
    """Hire everybody, and write User, OpportunityStage and CurrencyType."""
    managers = tuple(Rep(ids.new("User"), person.name, habits=person) for person in MANAGERS)
    reps = tuple(
        Rep(
            ids.new("User"),
            person.name,
            left_at=LEFT_AT if person.name == LEAVER else NEVER_LEFT,
            habits=person,
            manager=managers[person.team],
        )
        for person in REPS
    )
    robots = tuple(Owner(ids.new("User"), name) for name, _ in ROBOTS)
    queues = tuple(Owner(ids.new("Queue"), name) for name in QUEUES)

    for rep in managers + reps:
        _write_user(
            files,
            rep,
            "Standard",
            is_active=rep.name != LEAVER,
            manager_id=rep.manager.id if rep.manager else "",
            zone=rep.habits.zone,
        )
    for robot, (_, user_type) in zip(robots, ROBOTS, strict=True):
        _write_user(files, robot, user_type, is_active=True, manager_id="", zone="UTC")
    _write_stages(files)
    for code, rate in RATES.items():
        files.write(
            "CurrencyType",
            IsoCode=code,
            ConversionRate=rate,
            IsCorporate=flag(code == CORPORATE_CURRENCY),
        )
    by_share = Weighted({rep: rep.habits.share for rep in reps})
    return Company(reps, managers, queues, robots[0], robots[1], by_share)


def _write_user(
    files: ExportFiles, user: Owner, user_type: str, *, is_active: bool, manager_id: str, zone: str
) -> None:
    files.write(
        "User",
        Id=user.id,
        Name=user.name,
        Email=f"{user.name.lower().replace(' ', '.')}@{OWN_DOMAIN}",
        IsActive=flag(is_active),
        UserType=user_type,
        ManagerId=manager_id,
        TimeZoneSidKey=zone,
    )


def _write_stages(files: ExportFiles) -> None:
    names = [(name, active) for name, active, _, _ in STAGES] + [(WON, True), (LOST, True)]
    for order, (name, active) in enumerate(names, start=1):
        files.write(
            "OpportunityStage",
            ApiName=name,
            SortOrder=order,
            IsActive=flag(active),
            IsClosed=flag(name in (WON, LOST)),
            IsWon=flag(name == WON),
        )
