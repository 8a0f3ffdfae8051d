"""Small nasty companies as export folders: seeded, so that a difference can be looked at again.

Everything in them is allowed by the sources' description and happens in real exports. What ought to
come out of them is not here: the recount says that. Lost prospects, their mail and outreach to
leads have modules of their own (`company_losses.py` and its like).
"""

import csv
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.recount.rules import Setting
from tests.recount.values import full_id
from tests.recount.vocabulary import (
    AMOUNTS,
    CLOSED_STAGES,
    CODES,
    COLUMNS,
    CURRENCIES,
    OPEN_STAGES,
    OTHER_COLUMNS,
    REASONS,
    SOURCES,
    STAGES,
    STATUSES,
    TITLES,
    TYPES,
)

Row = dict[str, str]

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Plan:
    """What sort of company: its calendar, and the time it lives in."""

    seed: int
    setting: Setting
    first_day: date
    days: int
    quarter_starts: tuple[date, ...]
    special_days: tuple[date, ...]
    without: tuple[str, ...] = ()
    short_ids: bool = False
    deals: int = 130
    leads: int = 80
    # Prospects that are lost; persons who are referred.
    losses: int = 60
    referred: int = 22
    # Leads more in each of two quarters, well answered and badly.
    crowd: int = 0

    @property
    def zone(self) -> ZoneInfo:
        return self.setting.zone

    @property
    def as_of(self) -> datetime:
        return self.setting.as_of


def written(at: datetime) -> str:
    """A timestamp as Salesforce's exports have it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


# A company's data as they are at last; smaller numbers are states before that.
LAST_STATE = 2


@dataclass(frozen=True)
class Earlier:
    """A row as it was in the states before `until`: with other cells, or not there at all."""

    row: Row
    until: int
    cells: Row | None


@dataclass
class Builder:
    """Collects the rows of each object; `write` makes the folder."""

    plan: Plan
    random: random.Random
    tables: dict[str, list[Row]] = field(
        default_factory=lambda: {name: [] for name in (*COLUMNS, *OTHER_COLUMNS)}
    )
    used: set[str] = field(default_factory=set)
    addresses: list[str] = field(default_factory=list)
    earlier: list[Earlier] = field(default_factory=list)

    # ---- values

    def new_id(self, prefix: str) -> str:
        """An id nobody has yet; in no order, and with capitals, for ties are broken by it."""
        while True:
            body = "".join(self.random.choice(BASE62) for _ in range(12))
            if self.used and self.sometimes(0.05):
                # Capitals are all that tells it from another one.
                body = self.random.choice(sorted(self.used))[3:15].swapcase()
            new = str(full_id(prefix + body))
            if new not in self.used:
                self.used.add(new)
                return new

    def sometimes(self, share: float) -> bool:
        return self.random.random() < share

    def midnight(self, of: date) -> datetime:
        return datetime.combine(of, time(0), tzinfo=self.plan.zone).astimezone(UTC)

    def moment(self) -> datetime:
        """Any time of the company's life; often one at which something begins or ends."""
        plan, kind = self.plan, self.random.random()
        if kind < 0.10:
            start = self.midnight(self.random.choice(plan.quarter_starts))
            return start + self.random.choice([-1, 0, 0, 1]) * MILLISECOND
        if kind < 0.16:
            start = self.midnight(self.random.choice(plan.special_days))
            return start + self.random.choice([0, 30, 90, 150, 23 * 60]) * timedelta(minutes=1)
        if kind < 0.22:
            return plan.as_of + self.random.choice([-1, 0, 0, 1]) * MILLISECOND
        start = self.midnight(plan.first_day + timedelta(days=self.random.randrange(plan.days)))
        # Coarse, so that instants and lengths meet.
        return start + timedelta(hours=self.random.choice([0, 9, 12, 23]))

    def after(self, at: datetime) -> datetime:
        """A time at or after another: the same instant, soon, or months later."""
        step = self.random.choice([0, 0, 1, 60, 1440, 2880, 5 * 1440, 20 * 1440, 60 * 1440])
        return at + timedelta(minutes=step)

    def add(self, table: str, **cells: str) -> Row:
        columns = COLUMNS.get(table) or OTHER_COLUMNS[table]
        row = {column: cells.get(column, "") for column in columns}
        self.tables[table].append(row)
        return row

    def reference(self, full: str) -> str:
        """An id as another record names it: some exports write 15 characters."""
        return full[:15] if self.plan.short_ids and self.sometimes(0.2) else full

    def deleted(self, share: float = 0.05) -> str:
        return "true" if self.sometimes(share) else self.random.choice(["false", "false", "False"])

    def new_address(self) -> str:
        """Somebody's e-mail address; now and then one that somebody else has too."""
        if self.addresses and self.sometimes(0.05):
            return self.random.choice(self.addresses)
        self.addresses.append(f"person.{len(self.addresses)}@example.com")
        return self.addresses[-1]

    def spelled(self, address: str) -> str:
        """An address as somebody types it, or none."""
        typed = [address, address, address.upper(), address.title(), f" {address} ", "", " "]
        return self.random.choice(typed)

    # ---- field histories

    def change(
        self,
        parent: tuple[str, str],
        at: datetime,
        what: str,
        old: str,
        new: str,
        deleted: str | None = None,
        author: str | None = None,
    ) -> None:
        """A row of a field history; `parent` is the object and the record's id."""
        table, record = parent
        self.add(
            f"{'OpportunityField' if table == 'Opportunity' else table}History",
            **{f"{table}Id": self.reference(record)},
            Id=self.new_id("017"),
            Field=what,
            OldValue=old,
            NewValue=new,
            CreatedById=self.reference(author or self.owner()),
            CreatedDate=written(at),
            IsDeleted=self.deleted() if deleted is None else deleted,
        )

    def owner_changes(self, parent: tuple[str, str], present: str, share: float = 0.45) -> None:
        """Owner changes up to the present owner: each twice, with names and with ids."""
        if not self.sometimes(share):
            return
        times = sorted(self.moment() for _ in range(self.random.randint(1, 3)))
        if self.sometimes(0.25):
            times.append(times[-1])
        owners = [self.owner() for _ in times] + [present]
        if self.sometimes(0.1):
            owners[-1] = self.owner()
        for at, old, new in zip(times, owners, owners[1:], strict=False):
            self.change(parent, at, "Owner", "Somebody", "Somebody Else")
            told = self.random.choice([old, old, old, old, "Somebody", ""])
            self.change(parent, at, "Owner", self.reference(told), self.reference(new))

    # ---- people

    def users(self) -> None:
        zone = self.plan.zone.key
        people = [
            # Name, IsActive, UserType
            ("Ada Active", "true", "Standard"),
            ("Ben Busy", "TRUE", "Standard"),
            ("Cleo Closer", "true", "Standard"),
            ("Dana Diligent", "true", "Standard"),
            ("Ed Erstwhile", "false", "Standard"),
            ("Flo Former", "", "Standard"),
            ("Integration", "true", "Standard"),
            ("Sync Robot", "true", "Standard"),
            ("Partner Pat", "true", "PowerPartner"),
            ("Nobody's Type", "true", ""),
        ]
        self.people = [self.new_id("005") for _ in people]
        self.queues = [self.new_id("00G") for _ in range(2)]
        self.reps = self.people[:6]
        self.service_users = [self.people[6], self.people[7][:15]]
        for person, (name, active, kind) in zip(self.people, people, strict=True):
            self.add(
                "User",
                Id=person,
                Name=name,
                Email=f"{name.split()[0].lower()}@example.com",
                IsActive=active,
                UserType=kind,
                ManagerId=self.random.choice([self.reference(self.people[0]), ""]),
                TimeZoneSidKey=self.random.choice([zone, "Asia/Tokyo", ""]),
            )
        # Owns nothing but what a story gives: there a figure can be made to the point.
        self.quiet = self.new_id("005")
        self.add("User", Id=self.quiet, Name="Quinn Quiet", IsActive="true", UserType="Standard")

    def owner(self) -> str:
        if self.sometimes(0.75):
            return self.random.choice(self.reps)
        return self.random.choice([*self.people, *self.queues])

    # ---- deals

    def deal(self, created: datetime | None, **cells: str) -> Row:
        cells = {
            "Id": self.new_id("006"),
            "AccountId": self.reference(self.random.choice(self.accounts)),
            "Name": "Deal",
            "Amount": self.random.choice(AMOUNTS),
            "CurrencyIsoCode": self.random.choice(CODES),
            "Type": self.random.choice(TYPES),
            "LeadSource": self.random.choice(SOURCES),
            "Lost_Reason__c": self.random.choice(REASONS),
            "OwnerId": self.owner(),
            "CreatedById": self.owner(),
            "CreatedDate": "" if created is None else written(created),
            "IsDeleted": "false",
            **cells,
        }
        return self.add("Opportunity", **cells)

    def stage_row(self, deal: str, at: datetime, stage: str, deleted: str = "false") -> None:
        self.add(
            "OpportunityHistory",
            Id=self.new_id("008"),
            OpportunityId=self.reference(deal),
            StageName=stage,
            CreatedDate=written(at),
            IsDeleted=deleted,
        )

    def is_closed(self, stage: str) -> bool:
        return stage in CLOSED_STAGES

    def any_deals(self) -> None:
        """Deals of every kind: most with a history, and that not always what the record says."""
        for _ in range(self.plan.deals):
            created = self.moment()
            closing = self.random.choice(CLOSED_STAGES)
            deal = self.deal(
                None if self.sometimes(0.05) else created, IsDeleted=self.deleted(0.04)
            )
            if self.sometimes(0.75):
                last = self.history(deal["Id"], created, closing)
            else:
                last = self.random.choice([closing, self.random.choice(OPEN_STAGES)])
            if self.sometimes(0.15):
                last = self.random.choice([*CLOSED_STAGES, *OPEN_STAGES])
            closed = self.is_closed(last) != self.sometimes(0.05)
            deal["StageName"] = last
            deal["IsClosed"] = "" if self.sometimes(0.05) else str(closed).lower()
            won = closed and last.strip() in ("Closed Won", "Signed")
            deal["IsWon"] = "" if self.sometimes(0.05) else str(won).lower()
            deal["CloseDate"] = self.close_date(created)
            self.owner_changes(("Opportunity", deal["Id"]), deal["OwnerId"])

    def close_date(self, created: datetime) -> str:
        """Before, on and after the creation day, around as_of and quarters' ends, or none."""
        if self.sometimes(0.08):
            return ""
        here = created.astimezone(self.plan.zone).date()
        now = self.plan.as_of.astimezone(self.plan.zone).date()
        boundary = self.random.choice([*self.plan.quarter_starts, *self.plan.special_days])
        on = self.random.choice([here, here, here, now, boundary])
        return (on + timedelta(days=self.random.choice([-1, 0, 0, 1, 10, 45]))).isoformat()

    def history(self, deal: str, created: datetime, closing: str) -> str:
        """Stage rows of a deal, returning the last stage. Some begin before the deal does."""
        at = created - timedelta(days=30) if self.sometimes(0.08) else created
        stages = [self.random.choice(OPEN_STAGES) for _ in range(self.random.randint(0, 5))]
        if self.sometimes(0.75) or not stages:
            stages.append(closing)
        if self.sometimes(0.2):
            stages += [self.random.choice(OPEN_STAGES)]
            stages += [self.random.choice(CLOSED_STAGES) for _ in range(self.random.randint(0, 2))]
        if self.sometimes(0.15):
            stages += ["Closed Lost", "Closed Won"]
        for stage in stages:
            self.stage_row(deal, at, stage)
            if self.sometimes(0.15):
                self.stage_row(deal, self.after(at), stage)
            if self.sometimes(0.08):
                # Two rows at one instant: the Id says which is later.
                self.stage_row(deal, at, self.random.choice(OPEN_STAGES))
            if self.sometimes(0.06):
                self.stage_row(deal, at, self.random.choice(CLOSED_STAGES), "true")
            at = self.after(at)
        return stages[-1]

    def level_race(self) -> None:
        """Reps with equal figures in one quarter: shared ranks, and one with too little volume."""
        start = self.midnight(self.plan.quarter_starts[1]) + timedelta(days=3)
        # Many, so that a few other deals of theirs do not move a median.
        wins = {0: 9, 1: 9, 2: 4, 3: 10, 4: 9}
        for person, count in wins.items():
            for place in range(count):
                days = 10 if person < 3 else 20 + place
                closed = start + timedelta(days=1 if person == 3 else place % 2)
                created = closed - timedelta(days=days)
                deal = self.deal(
                    created,
                    OwnerId=self.people[person],
                    Type="New Business",
                    Amount="500000" if person < 2 else "400000.5",
                    CurrencyIsoCode="",
                    StageName="Closed Won",
                    IsClosed="true",
                    IsWon="true",
                    CloseDate=closed.date().isoformat(),
                )
                self.stage_row(deal["Id"], created, "Prospecting")
                self.stage_row(deal["Id"], closed, "Closed Won")
        # Lost in the blink of an eye, amid the rep's other deals.
        blink = self.deal(start, OwnerId=self.people[0], Type="", StageName="Closed Lost")
        self.stage_row(blink["Id"], start + MILLISECOND, "Closed Lost")
        # Created as won: it counts as won and measures no cycle.
        born_won = self.deal(start, OwnerId=self.people[2], Type="", StageName="Closed Won")
        self.stage_row(born_won["Id"], start, "Closed Won")

    def strays(self) -> None:
        """History rows whose deal is not in the export."""
        for _ in range(3):
            self.stage_row(self.new_id("006"), self.moment(), "Prospecting")

    # ---- leads

    def any_leads(self) -> None:
        deals = [row["Id"] for row in self.tables["Opportunity"]]
        unknown_origin = [
            row["Id"] for row in self.tables["Opportunity"] if not row["LeadSource"].strip()
        ]
        shared = unknown_origin[:3]
        for place in range(self.plan.leads):
            created = self.moment()
            lead = self.lead(created)
            if place < 40 and self.sometimes(0.9):
                deal = self.random.choice(
                    [*shared, *unknown_origin, self.random.choice(deals), self.new_id("006")]
                )
                self.convert(lead, created, deal)
            self.statuses(lead, created)
            self.owner_changes(("Lead", lead["Id"]), lead["OwnerId"])
        for _ in range(4):
            self.merged_leads()

    def lead(self, created: datetime | None) -> Row:
        return self.add(
            "Lead",
            Id=self.new_id("00Q"),
            Name="Somebody",
            Email=self.spelled(self.new_address()),
            Title=self.random.choice(TITLES),
            Lost_Reason__c=self.random.choice(REASONS),
            Status=self.random.choice(STATUSES),
            OwnerId=self.owner(),
            LeadSource=self.random.choice(SOURCES),
            IsConverted="false",
            CreatedById=self.owner(),
            CreatedDate="" if created is None or self.sometimes(0.04) else written(created),
            IsDeleted=self.deleted(0.04),
        )

    def convert(self, lead: Row, created: datetime, deal: str) -> None:
        """Convert a lead: with or without a status row that day, and with rows afterwards."""
        now = self.plan.as_of.astimezone(self.plan.zone).date()
        here = created.astimezone(self.plan.zone).date()
        on = self.random.choice(
            [here, here + timedelta(days=5), here + timedelta(days=40), now, now]
        )
        lead["IsConverted"] = "true"
        lead["ConvertedDate"] = "" if self.sometimes(0.05) else on.isoformat()
        lead["ConvertedOpportunityId"] = self.reference(deal)
        history = ("Lead", lead["Id"])
        start = self.midnight(on)
        if self.sometimes(0.6):
            for hours in self.random.sample([0, 1, 9, 15, 23], self.random.randint(1, 2)):
                at = start + timedelta(hours=hours)
                was, now_is = self.random.choice(
                    [("New", "Qualified"), ("Qualified", "Closed - Converted"), ("New", "Working")]
                )
                self.change(history, at, "Status", was, now_is)
        if self.sometimes(0.4):
            at = start + timedelta(days=self.random.choice([1, 30]))
            self.change(history, at, "Status", "Closed - Converted", "Lost")

    def races_into_a_deal(self) -> None:
        """Two leads, one deal without a source: which of them was first can only be told well."""
        on = self.plan.quarter_starts[0] + timedelta(days=20)
        start = self.midnight(on)
        # Hours at which each lead is created and then goes into a status of class qualified.
        for one, other in [((-48, 1, 15), (-48, 9)), ((12,), (-48, 9))]:
            deal = self.deal(start - timedelta(days=3), LeadSource="", StageName="Prospecting")
            for (created, *changes), source in [(one, "Web"), (other, "Partner")]:
                lead = self.lead(None)
                lead.update(
                    CreatedDate=written(start + timedelta(hours=created)),
                    IsDeleted="false",
                    LeadSource=source,
                    IsConverted="true",
                    ConvertedDate=on.isoformat(),
                    ConvertedOpportunityId=deal["Id"],
                )
                for hour in changes:
                    at = start + timedelta(hours=hour)
                    self.change(("Lead", lead["Id"]), at, "Status", "New", "Qualified", "false")

    def statuses(self, lead: Row, created: datetime) -> None:
        at = created
        self.change(("Lead", lead["Id"]), created, "created", "", "")
        for _ in range(self.random.choice([0, 0, 1, 2, 4])):
            at = self.after(at)
            old, new = self.random.choice(STATUSES), self.random.choice(STATUSES)
            self.change(("Lead", lead["Id"]), at, "Status", old, new)

    def merged_leads(self) -> None:
        """Leads merged in a chain, a circle, into nothing, a deleted lead, one that is to come."""

        def lost(pointer: str, created: datetime | None = None) -> Row:
            lead = self.lead(created or self.midnight(self.plan.first_day))
            lead.update(IsDeleted="true", MasterRecordId=self.reference(pointer))
            self.owner_changes(("Lead", lead["Id"]), lead["OwnerId"], share=1)
            self.statuses(lead, self.moment())
            return lead

        end = self.lead(self.midnight(self.plan.first_day))
        end.update(IsDeleted="false", IsConverted="false")
        lost(lost(lost(end["Id"])["Id"])["Id"])
        first = lost("")
        second = lost(first["Id"])
        first["MasterRecordId"] = second["Id"]
        lost(self.new_id("00Q"))
        binned = self.lead(self.moment())
        binned["IsDeleted"] = "true"
        lost(binned["Id"])
        itself = lost("")
        itself["MasterRecordId"] = itself["Id"]
        later = self.lead(self.plan.as_of + timedelta(days=1))
        later["IsDeleted"] = "false"
        lost(later["Id"])
        # Alive leads are merged into nobody, whatever they point to.
        alive = self.lead(self.midnight(self.plan.first_day))
        alive.update(IsDeleted="false", MasterRecordId=end["Id"])
        lost(alive["Id"])

    # ---- the rest

    def accounts_and_contacts(self) -> None:
        self.accounts = [self.new_id("001") for _ in range(20)]
        for account in self.accounts:
            row = self.add(
                "Account",
                Id=account,
                Name="Customer",
                OwnerId=self.reference(self.owner()),
                CreatedDate="" if self.sometimes(0.1) else written(self.moment()),
                IsDeleted=self.deleted(0.1),
            )
            self.owner_changes(("Account", account), str(full_id(row["OwnerId"])))
        for _ in range(25):
            row = self.add(
                "Contact",
                Id=self.new_id("003"),
                AccountId=self.random.choice(self.accounts),
                Name="Person",
                Email=self.spelled(self.new_address()),
                Title=self.random.choice(TITLES),
                OwnerId=self.owner(),
                CreatedDate="" if self.sometimes(0.1) else written(self.moment()),
                IsDeleted=self.deleted(0.1),
            )
            self.owner_changes(("Contact", row["Id"]), row["OwnerId"])

    def lists(self) -> None:
        for cells in STAGES:
            self.add(
                "OpportunityStage", **dict(zip(COLUMNS["OpportunityStage"], cells, strict=True))
            )
        for currency in CURRENCIES:
            self.add("CurrencyType", **dict(zip(COLUMNS["CurrencyType"], currency, strict=True)))

    # ---- states

    def comes_late(self, row: Row, state: int) -> None:
        """Nobody enters a row before a state."""
        self.earlier.append(Earlier(row, state, None))

    def changes_late(self, row: Row, state: int, **cells: str) -> None:
        """A row had other cells before a state."""
        self.earlier.append(Earlier(row, state, cells))

    def _rows(self, table: str, state: int) -> list[Row]:
        """The rows of a table as they are in a state."""
        found = []
        for row in self.tables[table]:
            was = [it for it in self.earlier if it.row is row and state < it.until]
            if not was:
                found.append(row)
                continue
            cells = min(was, key=lambda it: it.until).cells
            if cells is not None:
                found.append({**row, **cells})
        return found

    def write(self, folder: Path, state: int) -> None:
        for table, columns in (COLUMNS | OTHER_COLUMNS).items():
            if table in self.plan.without:
                continue
            rows = self._rows(table, state)
            in_disorder = self.random.sample(rows, len(rows))
            path = folder / (f"{table}.csv" if "/" in table else f"salesforce/{table}.csv")
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, columns)
                writer.writeheader()
                writer.writerows(in_disorder)
