"""Check-ins of a made-up company's reps: in Badger Maps, in Salesforce, and the same in both."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from tests.recount.company import MILLISECOND, Builder, Row, written

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ZONES = available_timezones()
OTHER_ZONES = ["Europe/Berlin", "America/Havana", "Mars/Olympus_Mons", " ", "Asia/Tokyo"]


class CheckInWriter:
    """Writes check-ins into a builder's tables."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.random = builder.random
        self.setting = builder.plan.setting
        self.users: dict[str, Row] = {row["Id"]: row for row in builder.tables["User"]}
        self.count = 0

    def write_users(self) -> None:
        """Zones of all kinds; and somebody with a rep's name, who is no rep."""
        for user in list(self.users.values()):
            if self.builder.sometimes(0.4):
                user["TimeZoneSidKey"] = self.random.choice(OTHER_ZONES)
        self.users[self.builder.reps[0]]["TimeZoneSidKey"] = ""
        namesake = self.random.choice(self.builder.reps[2:])
        self.builder.add(
            "User",
            Id=self.builder.new_id("005"),
            Name=f" {self.users[namesake]['Name'].upper()} ",
            IsActive="true",
            UserType=self.random.choice(["Standard", "CsnOnly"]),
        )
        # A rep who owns nothing, and is on the road.
        self.guest = self.builder.add(
            "User",
            Id=self.builder.new_id("005"),
            Name="Gil Guest",
            IsActive="true",
            UserType="Standard",
            TimeZoneSidKey=self.random.choice(OTHER_ZONES),
        )
        self.users[self.guest["Id"]] = self.guest

    def zone_of(self, user: str) -> ZoneInfo:
        name = self.users[user]["TimeZoneSidKey"]
        return ZoneInfo(name) if name in ZONES else self.builder.plan.zone

    # ---- where and when

    def place(self) -> str:
        """A record that is checked in at, or none; several check-ins are at the same ones."""
        kind = self.random.random()
        if kind < 0.1:
            return ""
        if kind < 0.6:
            return self.random.choice(self.builder.accounts[:10])
        if kind < 0.65:
            return self.builder.new_id(self.random.choice(["001", "00Q", "003"]))
        if kind < 0.75:
            merged = [row["Id"] for row in self.builder.tables["Lead"] if row["MasterRecordId"]]
            return self.random.choice(merged)
        table = self.random.choice(["Lead", "Lead", "Contact", "Account", "Opportunity"])
        return self.random.choice(self.builder.tables[table])["Id"]

    def moment(self) -> datetime:
        """Any time; often an hour at which clocks are put forward or back."""
        if self.builder.sometimes(0.3):
            start = self.builder.midnight(self.random.choice(self.builder.plan.special_days))
            return start + self.random.choice([-60, -30, 0, 30, 90, 120, 150, 210]) * MINUTE
        return self.builder.moment()

    # ---- Salesforce

    def in_crm(self, at: datetime, where: str) -> None:
        kind = self.random.choice([*self.setting.check_in_activity_types, "Visit", "Check-in", ""])
        who, what = (where, "") if where.startswith(("00Q", "003")) else ("", where)
        if what and self.builder.sometimes(0.2):
            who = self.random.choice(self.builder.tables["Contact"])["Id"]
        cells = {
            "WhoId": self.builder.reference(who),
            "WhatId": self.builder.reference(what),
            "OwnerId": self.builder.reference(self.builder.owner()),
            "CreatedById": self.builder.reference(self.builder.owner()),
            "Subject": "On site",
            "Type": self.random.choice([kind, kind, f" {kind} "]),
            "IsDeleted": self.builder.deleted(),
        }
        if self.builder.sometimes(0.5):
            is_done_then = self.builder.sometimes(0.7)
            self.builder.add(
                "Task",
                Id=self.builder.new_id("00T"),
                IsClosed=self.random.choice(["true", "true", "TRUE", "false"]),
                CreatedDate=written(at - HOUR if is_done_then else at),
                CompletedDateTime=written(at) if is_done_then else "",
                **cells,
            )
        else:
            self.builder.add(
                "Event",
                Id=self.builder.new_id("00U"),
                StartDateTime=written(at),
                EndDateTime=written(at + HOUR),
                CreatedDate=written(at + self.random.choice([-DAY, timedelta(0), DAY])),
                IsChild=self.random.choice(["false", "", "true", "False"]),
                **cells,
            )

    # ---- Badger

    def in_badger(self, there: datetime, where: str, name: str) -> None:
        """A check-in at a local time, whatever the zone of whoever is of that name."""
        self.count += 1
        typed = [name, name, name.upper(), name.lower(), f" {name} "]
        self.builder.add(
            "badger/check_ins",
            check_in_id=f"{self.random.randrange(10**6)}-{self.count}",
            customer_id=str(self.random.randrange(100)),
            crm_id=self.builder.reference(where),
            customer="Customer",
            log_datetime=self.wall_clock(there),
            type="Meeting",
            created_by=self.random.choice(typed),
        )

    def wall_clock(self, there: datetime) -> str:
        """A local time as Badger writes it, rarely none."""
        if self.builder.sometimes(0.02):
            return ""
        separator = self.random.choice(["T", " "])
        return there.replace(tzinfo=None).isoformat(sep=separator, timespec="milliseconds")

    def same_in_both(self) -> None:
        """A check-in of Salesforce's in Badger too, about five minutes before or after it."""
        rows = [
            row
            for table, column in (("Task", "CompletedDateTime"), ("Event", "StartDateTime"))
            for row in self.builder.tables[table]
            if row["Subject"] == "On site" and row[column]
        ]
        counting = [
            row
            for row in rows
            if row["Type"].strip() in self.setting.check_in_activity_types
            and row.get("IsClosed", "true").lower() == "true"
            and row.get("IsChild") != "true"
        ]
        rows = counting if counting and self.builder.sometimes(0.8) else rows
        row = self.random.choice(rows)
        at = datetime.fromisoformat(row.get("CompletedDateTime") or row["StartDateTime"])
        shift = self.random.choice(
            [timedelta(0), 5 * MINUTE, -5 * MINUTE, 5 * MINUTE + MILLISECOND, -HOUR]
        )
        people = [row["CreatedById"], row["OwnerId"]]
        known = [user for user in self.users if any(user.startswith(it[:15]) for it in people)]
        user = self.random.choice(known or list(self.users))
        where = self.random.choice([row["WhatId"] or row["WhoId"], row["WhoId"], row["WhatId"]])
        for _ in range(self.random.choice([1, 1, 2])):
            there = (at + shift).astimezone(self.zone_of(user))
            self.in_badger(there, where, self.users[user]["Name"])

    def around_changes(self) -> None:
        """Wall clocks in the night in which clocks are changed."""
        name = self.users[self.builder.reps[0]]["Name"]
        for day in self.builder.plan.special_days:
            for half_hours in range(8):
                there = datetime.combine(day, time(0)) + half_hours * 30 * MINUTE
                self.in_badger(there, self.place(), name)


def write_check_ins(builder: Builder) -> None:
    """The check-ins of a company."""
    writer = CheckInWriter(builder)
    writer.write_users()
    for _ in range(50):
        writer.in_crm(writer.moment(), writer.place())
    for _ in range(60):
        user = builder.random.choice([*builder.reps, *writer.users])
        name = builder.random.choice([writer.users[user]["Name"]] * 9 + ["Nobody", ""])
        there = writer.moment().astimezone(writer.zone_of(user))
        # A wall clock knows nothing of what the clocks skip.
        late = builder.random.choice([timedelta(0), timedelta(0), HOUR, 30 * MINUTE])
        writer.in_badger(there.replace(tzinfo=None) + late, writer.place(), name)
    writer.around_changes()
    start = builder.plan.as_of - DAY
    for place in range(20):
        writer.in_badger(start - 9 * place * DAY, writer.place(), writer.guest["Name"])
    for _ in range(30):
        writer.same_in_both()
