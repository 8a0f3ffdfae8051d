"""Leads of a made-up company that show interest, and what reps, robots and leads do about it.

Answers come exactly at a signal, at a band's end, at the SLA, or a millisecond beside it.
"""

from datetime import datetime, timedelta

from tests.recount.company import MILLISECOND, Builder, Row, written

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DISPOSITIONS = ["Connected", "Answered", " Meeting set ", "No answer", "connected", "", "", " "]
SUBJECTS = [
    "Re: hello", "Automatic reply: away", "AUTO: out", "Out of Office", "Автоответ: отпуск",
    "About the automatic reply", "", "Out of the office party",
]  # fmt: skip
# TaskSubtype, Type
TASKS = [
    ("Call", ""), ("Call", "Email"), ("Email", ""), ("Email", "Call"), ("", "Call"), (" ", "Email"),
    ("Task", "Call"), ("Task", "Email"), ("Task", "Other"), ("", ""), ("Cadence", "Call"),
    ("ListEmail", "Email"), ("", "Meeting"),
]  # fmt: skip


class OutreachWriter:
    """Writes leads with signals, and activities, into a builder's tables."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.random = builder.random
        self.setting = builder.plan.setting
        self.zone = builder.plan.zone
        self.robot = builder.people[6]

    # ---- instants

    def moment(self) -> datetime:
        """Any time, often one around which the clocks change, a day before as_of, or after it."""
        kind = self.random.random()
        if kind < 0.15:
            start = self.builder.midnight(self.random.choice(self.builder.plan.special_days))
            return start + self.random.choice([-12, -1, 0, 1, 2, 5, 30]) * HOUR
        if kind < 0.35:
            back = self.random.choice([DAY, HOUR, self.setting.response_sla, 3 * HOUR, 40 * DAY])
            return self.setting.as_of - back + self._blink()
        return self.builder.moment()

    def _blink(self) -> timedelta:
        return self.random.choice([-MILLISECOND, timedelta(0), timedelta(0), MILLISECOND])

    def wait(self) -> timedelta:
        """How long something takes: to a band's end, to the SLA, or some days."""
        exact = self.random.choice(
            [
                timedelta(0), 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 24 * HOUR,
                self.setting.response_sla, 2 * HOUR, 3 * DAY, 9 * DAY,
            ]
        )  # fmt: skip
        return max(timedelta(0), exact + self._blink())

    # ---- activities

    def who(self) -> dict[str, str]:
        """Who logged it and who owns it: reps, robots, queues."""
        return {
            "CreatedById": self.builder.reference(self.builder.owner()),
            "OwnerId": self.builder.reference(self.builder.owner()),
        }

    def created(self, at: datetime) -> str:
        """When an activity was logged: with it, before, or a day and a blink after it."""
        lag = self.random.choice(
            [timedelta(0)] * 4 + [HOUR, -DAY, DAY, DAY + MILLISECOND, DAY - MILLISECOND, 5 * DAY]
        )
        return written(at + lag)

    def task(self, at: datetime, who: str, what: str, **cells: str) -> Row:
        subtype, kind = self.random.choice(TASKS if self.builder.sometimes(0.5) else TASKS[:7])
        is_done_then = self.builder.sometimes(0.85)
        return self.builder.add(
            "Task",
            **{
                "Id": self.builder.new_id("00T"),
                "WhoId": self.builder.reference(who),
                "WhatId": self.builder.reference(what),
                "Subject": "Call back",
                "Type": kind,
                "TaskSubtype": subtype,
                "Status": "Completed",
                "IsClosed": "true" if self.builder.sometimes(0.85) else "false",
                "CreatedDate": self.created(at) if is_done_then else written(at),
                "CompletedDateTime": written(at) if is_done_then else "",
                "CallDisposition": self.random.choice(DISPOSITIONS),
                "CallDurationInSeconds": self.random.choice(["", "0", "59", "60", "61", "600"]),
                "IsDeleted": self.builder.deleted(),
                **self.who(),
                **cells,
            },
        )

    def event(self, at: datetime, who: str, what: str) -> Row:
        return self.builder.add(
            "Event",
            Id=self.builder.new_id("00U"),
            WhoId=self.builder.reference(who),
            WhatId=self.builder.reference(what),
            Subject="Meeting",
            Type="Meeting",
            StartDateTime=written(at),
            EndDateTime=written(at + HOUR),
            # Meetings are made before they are held; some are noted days later.
            CreatedDate=written(at - self.random.choice([timedelta(0), DAY, 20 * DAY, -3 * DAY])),
            IsChild=self.random.choice(["false", "false", "False", "true", ""]),
            IsDeleted=self.builder.deleted(),
            **self.who(),
        )

    def mail(self, at: datetime, who: str, what: str, *, incoming: str = "false") -> Row:
        row = self.builder.add(
            "EmailMessage",
            Id=self.builder.new_id("02s"),
            RelatedToId=self.builder.reference(what),
            WhoId=self.builder.reference(who),
            Incoming=incoming,
            MessageDate=written(at),
            Subject=self.random.choice(SUBJECTS),
            Status=self.random.choice(["3", "3", "2", "", "5", "Draft", "Sent"]),
            CreatedById=self.builder.reference(self.builder.owner()),
            CreatedDate=written(at + self.random.choice([timedelta(0), MINUTE])),
            IsDeleted=self.builder.deleted(),
        )
        if self.builder.sometimes(0.4):
            # The task beside it is the same message, and no other one.
            late = self.random.choice([timedelta(0), -MILLISECOND, MINUTE])
            task = self.task(at + late, who, what, TaskSubtype="Email", IsClosed="true")
            row["ActivityId"] = self.builder.reference(task["Id"])
        return row

    def activity(self, at: datetime, who: str, what: str) -> None:
        kind = self.random.random()
        if kind < 0.5:
            self.task(at, who, what)
        elif kind < 0.65:
            self.event(at, who, what)
        elif kind < 0.85:
            self.mail(at, who, what)
        else:
            self.mail(at, who, what, incoming=self.random.choice(["true", "True", ""]))

    # ---- signals

    def member(self, lead: str, at: datetime, *, only_date: bool | None = None) -> None:
        """A campaign's member that answers at an instant, or on a day."""
        is_date = self.builder.sometimes(0.4) if only_date is None else only_date
        on = at.astimezone(self.zone).date().isoformat()
        created = self.random.choice([at, at, at - DAY, at - HOUR, at + HOUR, at + DAY])
        self.builder.add(
            "CampaignMember",
            Id=self.builder.new_id("00v"),
            CampaignId=self.builder.new_id("701"),
            LeadId=self.builder.reference(lead),
            HasResponded=self.random.choice(["true", "true", "false", ""]),
            FirstRespondedDate=on if is_date else written(at),
            CreatedDate="" if self.builder.sometimes(0.05) else written(created),
            IsDeleted=self.builder.deleted(),
        )

    def qualify(self, lead: Row, at: datetime) -> None:
        """A status change into class qualified, mostly by a robot."""
        author = self.robot if self.builder.sometimes(0.7) else self.builder.owner()
        old = self.random.choice(["New", "Working", "", "Lost", "Qualified"])
        new = self.random.choice(["Qualified", "Marketing Qualified", " Sales Qualified"])
        self.builder.change(("Lead", lead["Id"]), at, "Status", old, new, "false", author)
        lead["Status"] = new

    def signal(self, lead: Row, at: datetime) -> None:
        kind = self.random.random()
        if kind < 0.4:
            self.qualify(lead, at)
        else:
            self.member(lead["Id"], at)
        if self.builder.sometimes(0.2):
            # Several at one instant.
            self.member(lead["Id"], at, only_date=False)

    # ---- whole leads

    def lead(self) -> None:
        """A lead with some signals, and some outreach after each of them."""
        at = self.moment()
        lead = self.builder.lead(at)
        if self.builder.sometimes(0.9):
            lead.update(CreatedDate=written(at), IsDeleted="false")
        by = self.random.choice([self.robot, self.robot, self.robot, self.builder.owner()])
        lead["CreatedById"] = self.builder.reference(by)
        targets = [(lead["Id"], "")]
        if self.builder.sometimes(0.3):
            targets += self.become(lead, at + self.wait())
        if self.builder.sometimes(0.2):
            targets.append((self.merged(lead, at), ""))
        self.hand_over(lead, at)
        if self.builder.sometimes(0.15):
            self.qualify(lead, at)
        moments = [at]
        for _ in range(self.random.choice([0, 1, 2, 3])):
            moment = max(moments) + self.wait()
            self.signal(lead, moment)
            moments.append(moment)
        for moment in moments:
            for _ in range(self.random.choice([0, 0, 1, 2, 3])):
                self.activity(moment + self.wait(), *self.random.choice(targets))
        if self.builder.sometimes(0.2):
            self.activity(at - HOUR, *self.random.choice(targets))

    def become(self, lead: Row, at: datetime) -> list[tuple[str, str]]:
        """Convert a lead; returns the contact and the deal, as an activity names them."""
        account = self.random.choice(self.builder.accounts)
        contact = self.builder.add(
            "Contact",
            Id=self.builder.new_id("003"),
            AccountId=account,
            Name="Person",
            Email=self.builder.spelled(self.builder.new_address()),
            OwnerId=self.builder.owner(),
            CreatedDate=written(at),
            IsDeleted=self.builder.deleted(0.1),
        )
        deal = self.random.choice(self.builder.tables["Opportunity"])
        if self.builder.sometimes(0.5):
            deal = self.builder.deal(
                at, AccountId=account, StageName="Prospecting", IsClosed="false"
            )
            self.builder.stage_row(deal["Id"], at, "Prospecting")
            self.builder.stage_row(deal["Id"], at + 9 * DAY, "Closed Won")
        lead.update(
            IsConverted="true",
            ConvertedDate=at.astimezone(self.zone).date().isoformat(),
            ConvertedAccountId=account,
            ConvertedContactId=self.builder.reference(contact["Id"]),
            ConvertedOpportunityId=self.builder.reference(deal["Id"]),
        )
        if self.builder.sometimes(0.5):
            author = self.random.choice([self.robot, self.builder.people[0]])
            history = ("Lead", lead["Id"])
            self.builder.change(history, at, "Status", "New", "Converted", "false", author)
        role = self.random.choice(["Decision Maker", " Executive Sponsor ", "Evaluator", ""])
        self.builder.add(
            "OpportunityContactRole",
            Id=self.builder.new_id("00K"),
            OpportunityId=deal["Id"],
            ContactId=self.builder.reference(contact["Id"]),
            Role=role,
            IsPrimary="false",
            IsDeleted=self.builder.deleted(0.15),
        )
        return [(contact["Id"], ""), ("", deal["Id"]), (contact["Id"], deal["Id"])]

    def merged(self, lead: Row, at: datetime) -> str:
        """Another lead that was merged into this one; returns its id."""
        other = self.builder.lead(at - DAY)
        other.update(IsDeleted="true", MasterRecordId=self.builder.reference(lead["Id"]))
        self.member(other["Id"], at + self.wait())
        self.qualify(other, at + self.wait())
        return other["Id"]

    def hand_over(self, lead: Row, at: datetime) -> None:
        """Owner changes around the signals, there and back too."""
        history = ("Lead", lead["Id"])
        if self.builder.sometimes(0.45):
            return
        one, other = self.builder.owner(), self.builder.owner()
        moment = at + self.random.choice([-DAY, timedelta(0), MINUTE, HOUR, DAY])
        moves = [(moment, one, other)]
        if self.builder.sometimes(0.5):
            moment += self.random.choice([timedelta(0), MINUTE, 2 * HOUR])
            moves += [(moment, other, one), (moment + HOUR, one, one)]
        lead["OwnerId"] = moves[-1][2]
        for when, old, new in moves:
            self.builder.change(history, when, "Owner", "A", "B", "false")
            self.builder.change(history, when, "Owner", old, new, "false")

    # ---- plain leads

    def plain(
        self,
        at: datetime,
        rep: str,
        wait: timedelta | None,
        *,
        logged_after: timedelta = timedelta(0),
    ) -> Row:
        """A robot's lead of a rep, who calls so long after it came, or never."""
        lead = self.builder.lead(at)
        lead.update(
            CreatedDate=written(at),
            IsDeleted="false",
            LeadSource="Web",
            OwnerId=rep,
            CreatedById=self.robot,
        )
        if wait is not None:
            self.task(
                at + wait,
                lead["Id"],
                "",
                CreatedById=rep,
                TaskSubtype="Call",
                IsClosed="true",
                IsDeleted="false",
                CreatedDate=written(at + wait + logged_after),
                CompletedDateTime=written(at + wait),
            )
        return lead

    def edges(self) -> None:
        """Answers and silence exactly where a band or the SLA ends, and just beyond it."""
        rep, sla = self.builder.reps[3], self.setting.response_sla
        at = self.builder.midnight(self.builder.plan.quarter_starts[0]) + 15 * DAY
        for wait in (timedelta(0), 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, DAY, sla):
            self.plain(at, rep, wait)
            self.plain(at, rep, wait + MILLISECOND)
        for waiting in (sla, sla + MILLISECOND, DAY, DAY - MILLISECOND):
            self.plain(self.setting.as_of - waiting, rep, None)
        # One answered after as long as another one has been waiting.
        self.plain(self.setting.as_of - 9 * HOUR, self.builder.reps[4], 3 * HOUR)
        self.plain(self.setting.as_of - 3 * HOUR, self.builder.reps[4], None)
        self._crossing_mails(at, rep)
        self._mail_to_come(rep)
        self._too_few_without_backdated()
        self._nine_of_ten()

    def _crossing_mails(self, at: datetime, rep: str) -> None:
        """A mail of the lead's comes in as the rep's goes out: that is no reply."""
        lead = self.plain(at, rep, None)
        for incoming in ("false", "true"):
            self.mail(at + HOUR, lead["Id"], "", incoming=incoming).update(
                Status="3", Subject="Hello", CreatedById=rep, IsDeleted="false"
            )

    def _mail_to_come(self, rep: str) -> None:
        """A mail that is to go out after as_of, with a task that is done already."""
        as_of = self.setting.as_of
        lead = self.plain(as_of - 2 * DAY, rep, DAY)
        task = self.builder.tables["Task"][-1]
        self.mail(as_of + HOUR, lead["Id"], "").update(
            ActivityId=task["Id"], CreatedDate=written(as_of - HOUR), IsDeleted="false"
        )

    def _too_few_without_backdated(self) -> None:
        """Reps with about as many cycles as a rank needs, one of them logged too late."""
        start = self.builder.midnight(self.builder.plan.quarter_starts[2]) + 6 * DAY
        for place, rep in enumerate(self.builder.reps[:4]):
            self.plain(start, rep, HOUR, logged_after=2 * DAY)
            for number in range(5 - place):
                self.plain(start + number * DAY, rep, HOUR)

    def _nine_of_ten(self) -> None:
        """Nine of ten answered, one after the other: exactly a tenth is left waiting."""
        # Before everything else: another lead of theirs would spoil it.
        start = self.builder.midnight(self.builder.plan.first_day - 400 * DAY)
        for rep in self.builder.reps[4:]:
            for place in range(1, 10):
                self.plain(start, rep, place * MINUTE)
            self.plain(start, rep, None)

    def race(self) -> None:
        """Reps with equal medians in one quarter, one that is too slow, one that never answers."""
        start = self.builder.midnight(self.builder.plan.quarter_starts[1]) + 6 * DAY
        waits = [MINUTE, 2 * MINUTE, 2 * MINUTE, 4 * MINUTE, 3 * MINUTE, None]
        for rep, wait in zip(self.builder.reps, waits, strict=False):
            for place in range(6):
                self.plain(start + place * DAY, rep, wait)


def write_outreach(builder: Builder, leads: int = 70) -> None:
    """The signals and the outreach of a company."""
    writer = OutreachWriter(builder)
    known = [row["Id"] for row in builder.tables["Lead"]]
    contacts = [row["Id"] for row in builder.tables["Contact"]]
    deals = [row["Id"] for row in builder.tables["Opportunity"]]
    for _ in range(leads):
        writer.lead()
    for _ in range(leads):
        who = builder.random.choice([builder.random.choice(known), builder.random.choice(contacts)])
        what = builder.random.choice(["", builder.random.choice(deals)])
        writer.activity(writer.moment(), who, what if who.startswith("003") else "")
    for lead in builder.random.sample(known, 25):
        writer.member(lead, writer.moment())
    writer.edges()
    writer.race()
