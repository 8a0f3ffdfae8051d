"""The referral programme of a made-up company: who refers whom, who was asked, what it cost.

Leads come exactly at a limit of their referral or a millisecond beside it; so do asks and wins.
"""

from datetime import datetime, timedelta, timezone

from tests.recount.company import MILLISECOND, Builder, Row, written
from tests.recount.values import full_id
from tests.recount.vocabulary import AMOUNTS, CODES

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SOURCES = ["Customer Referral", "Word of mouth", " Partner Referral ", "Web", "Partner", ""]
STATUSES = [
    "lead", "qualified", "approved", "converted", "Converted", " lead ", "visited", "denied",
    "expired", "reversed",
]  # fmt: skip
FREE_MAIL = ["gmail.com", "GMAIL.com", "mail.ru"]
CAMPAIGN_TYPES = ["Webinar", " Email ", "Referral Program", "Partners", "Sky Banner", "", "email"]
SUBJECTS = [
    "Referral ask", "Ask for a REFERRAL", "ask for referral: Q3", "Рекомендации от клиента",
    "Ask for the referral", "Call", "",
]  # fmt: skip


class ReferralWriter:
    """Writes referrers, referrals, rewards, asks and campaigns into a builder's tables."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.random = builder.random
        self.setting = builder.plan.setting
        # Few, so that customers meet.
        self.accounts = builder.accounts[:8]
        self.referrers: list[Row] = []
        self.count = 0

    # ---- values

    def name(self, prefix: str) -> str:
        """A key of the programme; not in the order in which it is given."""
        self.count += 1
        return f"{prefix}-{self.random.randrange(10**6):06d}-{self.count}"

    def blink(self) -> timedelta:
        return self.random.choice([-MILLISECOND, timedelta(0), timedelta(0), MILLISECOND])

    def stamped(self, at: datetime) -> str:
        """An instant as programmes write it: with and without a zone, rarely a mere day."""
        if self.builder.sometimes(0.03):
            return at.date().isoformat()
        zone = timezone(timedelta(hours=-7))
        return self.random.choice(
            [
                at.isoformat(),
                at.replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds"),
                at.astimezone(zone).isoformat(timespec="milliseconds"),
                at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            ]
        )

    def new_address(self) -> str:
        """Somebody's address: of a firm of its own, of one with others, of free mail."""
        host = self.random.choice(
            [f"firm{len(self.builder.addresses)}.example", "acme.example", *FREE_MAIL]
        )
        self.builder.addresses.append(f"referee.{len(self.builder.addresses)}@{host}")
        return self.builder.addresses[-1]

    def known(self, table: str) -> Row:
        """A lead or contact that has an address."""
        rows = [row for row in self.builder.tables[table] if row["Email"].strip()]
        return self.random.choice(rows)

    # ---- referrers

    def referrer(self, **cells: str) -> Row:
        row = self.builder.add(
            "referrals/referrers",
            **{
                "referrer_id": self.name("R"),
                "email": self.new_address(),
                "kind": self.random.choice(["customer", "Employee", "partner", ""]),
                "crm_account_id": self.builder.reference(self.random.choice(self.accounts)),
                "code": f"CODE{len(self.referrers)}",
                "joined_at": self.stamped(self.builder.midnight(self.builder.plan.first_day)),
                **cells,
            },
        )
        self.referrers.append(row)
        return row

    def write_referrers(self) -> None:
        for _ in range(6):
            self.referrer(email=self.builder.spelled(self.new_address()))
        for _ in range(3):
            contact = self.known("Contact")
            self.referrer(email=contact["Email"].upper(), crm_account_id="")
            # Another contact of that address, now and then the first one or without an account.
            self.contact(contact["Email"], self.random.choice([*self.accounts, "", ""]))
        self.referrer(crm_account_id="", code="")
        self.referrer(email="", code=" CODE1 ")
        self.referrer(email="no address", code="code2")
        self.referrer(crm_account_id=self.builder.new_id("001"))
        later = self.setting.as_of + self.random.choice([MILLISECOND, DAY])
        self.referrer(joined_at=self.stamped(later))
        self.referrer(joined_at="", email="boss@acme.example")

    def contact(self, address: str, account: str, created: datetime | None = None) -> Row:
        at = created or self.builder.moment()
        return self.builder.add(
            "Contact",
            Id=self.builder.new_id("003"),
            AccountId=self.builder.reference(account),
            Name="Person",
            Email=address,
            OwnerId=self.builder.owner(),
            CreatedDate="" if self.builder.sometimes(0.1) else written(at),
            IsDeleted=self.builder.deleted(0.1),
        )

    # ---- referrals

    def referral(self, address: str, at: datetime, **cells: str) -> Row:
        referrer = self.random.choice(self.referrers)["referrer_id"]
        if self.builder.sometimes(0.05):
            referrer = self.random.choice(["", "R-nobody"])
        return self.builder.add(
            "referrals/referrals",
            **{
                "referral_id": self.name("F"),
                "referrer_id": referrer,
                "referee_email": address,
                "status": self.random.choice(STATUSES[:6] * 3 + STATUSES[6:]),
                "created_at": self.stamped(at),
                "updated_at": self.stamped(at + self.random.choice([timedelta(0), 400 * DAY])),
                **cells,
            },
        )

    def limits(self) -> list[timedelta]:
        """How long after its referral a lead may come, and just beyond it."""
        last = self.setting.referral_attribution
        return [
            -DAY, -DAY - MILLISECOND, -DAY + MILLISECOND, timedelta(0), 3 * DAY, 3 * DAY, 3 * DAY,
            20 * DAY, last, last + MILLISECOND, last - MILLISECOND,
        ]  # fmt: skip

    def lead(self, address: str, at: datetime, code: str = "") -> Row:
        lead = self.builder.lead(at)
        lead.update(
            Email=address,
            Referral_Code__c=code,
            LeadSource=self.random.choice(SOURCES),
            CreatedDate=written(at),
            IsDeleted=self.builder.deleted(0.04),
        )
        if self.builder.sometimes(0.5):
            self.builder.statuses(lead, at)
        if self.builder.sometimes(0.3):
            self.builder.owner_changes(("Lead", lead["Id"]), lead["OwnerId"])
        if self.builder.sometimes(0.6):
            self.convert(lead, at)
        return lead

    def convert(self, lead: Row, at: datetime) -> None:
        """A deal for a lead: won, lost or open, on a customer's account or on a new one."""
        account = self.random.choice([*self.accounts, self.builder.new_id("001")])
        contact = self.contact(lead["Email"], account, at)
        on = at.astimezone(self.builder.plan.zone).date()
        lead.update(IsConverted="true", ConvertedDate=on.isoformat())
        lead["ConvertedContactId"] = self.builder.reference(contact["Id"])
        if self.builder.sometimes(0.85):
            deal = self.deal(account, at)
            lead["ConvertedOpportunityId"] = self.builder.reference(deal["Id"])

    def deal(self, account: str, at: datetime, **cells: str) -> Row:
        """A deal that is created at an instant, and what becomes of it."""
        kind = self.random.choice(["won", "won", "lost", "open", "by date", "again"])
        deal = self.builder.deal(
            at,
            AccountId=self.builder.reference(account),
            **{"StageName": "Prospecting", "IsClosed": "false", "IsWon": "false", **cells},
        )
        if kind == "by date":
            on = (at + 5 * DAY).astimezone(self.builder.plan.zone).date()
            deal.update(
                StageName="Closed Won", IsClosed="true", IsWon="true", CloseDate=on.isoformat()
            )
            return deal
        stages = {
            "won": ["Prospecting", "Closed Won"],
            "lost": ["Prospecting", "Closed Lost"],
            "open": ["Prospecting", "Negotiation"],
            "again": ["Prospecting", "Closed Won", "Negotiation", "Closed Lost"],
        }[kind]
        for place, stage in enumerate(stages):
            if place > 0 or self.builder.sometimes(0.8):
                self.builder.stage_row(deal["Id"], at + place * 5 * DAY, stage)
        is_won = kind == "won"
        closed = is_won or kind in ("lost", "again")
        deal.update(StageName=stages[-1], IsClosed=str(closed).lower(), IsWon=str(is_won).lower())
        return deal

    def person(self) -> None:
        """One person is referred, once or often, and becomes a lead, or two."""
        address = self.new_address()
        at = self.builder.moment()
        moments = [at]
        moments += [
            at + self.random.choice([timedelta(0), MILLISECOND, HOUR, 5 * DAY])
            for _ in range(self.random.choice([0, 0, 0, 1, 2]))
        ]
        rows = [self.referral(self.builder.spelled(address), moment) for moment in moments]
        for _ in range(self.random.choice([0, 1, 1, 1, 2])):
            code = self.code_of(self.random.choice(rows)) if self.builder.sometimes(0.4) else ""
            typed = self.builder.spelled(address) if self.builder.sometimes(0.8) else ""
            self.lead(typed, at + self.random.choice(self.limits()), code)
        if self.builder.sometimes(0.3):
            self.rival(at)

    def code_of(self, referral: Row) -> str:
        """The code of a referral's referrer, as somebody types it."""
        for referrer in self.referrers:
            if referrer["referrer_id"] == referral["referrer_id"] and referrer["code"].strip():
                code = referrer["code"].strip()
                return self.random.choice([code, code, f" {code} ", code.lower()])
        return "CODE1"

    def rival(self, at: datetime) -> None:
        """Two referrals name one lead: one by its address, one by the code; both, twice over."""
        referrer = self.referrers[self.random.randrange(4)]["referrer_id"]
        address = self.new_address()
        self.lead(address, at + 2 * DAY, self.code_of({"referrer_id": referrer}))
        for _ in range(self.random.choice([1, 2])):
            late = self.random.choice([timedelta(0), timedelta(0), HOUR])
            self.referral(address, at + late)
            late = self.random.choice([-HOUR, timedelta(0), HOUR])
            self.referral(self.new_address(), at + late, referrer_id=referrer)

    def customers_person(self) -> None:
        """Somebody at an account with deals before, at and after the referral."""
        address, account = self.new_address(), self.builder.new_id("001")
        at = self.builder.moment()
        self.contact(address, account)
        self.contact(address, self.random.choice(["", self.builder.new_id("001")]))
        before = self.random.choice([timedelta(0), 5 * DAY, 10 * DAY, 15 * DAY, 40 * DAY])
        self.deal(account, at - before + self.blink(), IsDeleted=self.builder.deleted(0.1))
        self.referral(address, at)
        if self.builder.sometimes(0.5):
            # Its own lead is converted into a deal there: that one does not count.
            lead = self.lead(address, at + self.random.choice([-DAY, HOUR]))
            deal = self.deal(account, at - self.random.choice([DAY, 6 * DAY]))
            lead.update(
                IsConverted="true",
                ConvertedDate=at.astimezone(self.builder.plan.zone).date().isoformat(),
                ConvertedOpportunityId=self.builder.reference(deal["Id"]),
            )

    def known_person(self) -> None:
        """A lead or contact of the CRM that was there before."""
        row = self.known(self.random.choice(["Lead", "Lead", "Contact"]))
        at = self.builder.moment()
        if row["CreatedDate"] and self.builder.sometimes(0.7):
            created = datetime.fromisoformat(row["CreatedDate"])
            at = created - self.random.choice(self.limits())
        self.referral(row["Email"], at)

    def self_referral(self) -> None:
        referrer = self.random.choice(self.referrers)
        own = referrer["email"].strip() or "nobody@acme.example"
        _, _, host = own.rpartition("@")
        address = self.random.choice([own.upper(), f"colleague@{host}", f"x@sub.{host}", host])
        self.referral(address, self.builder.moment(), referrer_id=referrer["referrer_id"])

    def crm_only(self) -> None:
        """Leads and deals that nobody's programme knows, though their source says referral."""
        at = self.builder.moment()
        lead = self.lead(self.new_address(), at)
        lead.update(LeadSource="Customer Referral")
        if self.builder.sometimes(0.3):
            # Merged: its history is older than itself, and begins when it is qualified already.
            before = at - self.random.choice([DAY, HOUR, -HOUR])
            self.builder.change(("Lead", lead["Id"]), before, "Status", "Qualified", "New", "false")
        deal = self.deal(self.random.choice(self.accounts), at, LeadSource="Word of mouth")
        self.builder.owner_changes(("Opportunity", deal["Id"]), deal["OwnerId"])

    def reward(self) -> Row:
        referral = self.random.choice(self.builder.tables["referrals/referrals"])["referral_id"]
        if self.builder.sometimes(0.1):
            referral = self.random.choice(["", "F-nobody"])
        at = self.builder.moment()
        return self.builder.add(
            "referrals/rewards",
            reward_id=self.name("W"),
            referral_id=referral,
            recipient=self.random.choice(["referrer", "Referee", ""]),
            kind=self.random.choice(["gift_card", "commission", "credit"]),
            amount=self.random.choice([*AMOUNTS[8:15], "25", "0", "", "0.005"]),
            currency=self.random.choice([*CODES, "", "ZWL"]),
            status=self.random.choice(["issued", "pending", "Eligible", "processing", "void"]),
            created_at="" if self.builder.sometimes(0.05) else self.stamped(at),
        )

    # ---- asks

    def ask(self, at: datetime, who: str, what: str, **cells: str) -> None:
        kind = self.random.choice(["Referral Ask", "Referral Ask", " Referral Ask ", "Call", ""])
        kind = self.random.choice([*self.setting.referral_ask_types, kind])
        is_done_then = self.builder.sometimes(0.7)
        self.builder.add(
            "Task",
            **{
                "Id": self.builder.new_id("00T"),
                "WhoId": self.builder.reference(who),
                "WhatId": self.builder.reference(what),
                "OwnerId": self.builder.reference(self.builder.owner()),
                "CreatedById": self.builder.reference(self.builder.owner()),
                "CreatedDate": written(at - (2 * DAY if is_done_then else timedelta(0))),
                "CompletedDateTime": written(at) if is_done_then else "",
                "Subject": self.random.choice(SUBJECTS),
                "Type": kind,
                "Status": "Completed",
                "IsClosed": self.random.choice(["true", "true", "TRUE", "true", "false", ""]),
                "IsDeleted": self.builder.deleted(),
                **cells,
            },
        )

    def any_ask(self) -> None:
        """An ask of an account, through a deal or a contact, or of nobody."""
        account = self.random.choice(self.accounts)
        deals = [row["Id"] for row in self.builder.tables["Opportunity"]]
        contacts = [row["Id"] for row in self.builder.tables["Contact"]]
        leads = [row["Id"] for row in self.builder.tables["Lead"]]
        deal, contact = self.random.choice(deals), self.random.choice(contacts)
        who, what = self.random.choice(
            [
                ("", account), (contact, account), ("", deal), (contact, deal), (contact, ""),
                (self.random.choice(leads), ""), ("", ""), (contact, self.builder.new_id("006")),
                ("", account), (contact, self.builder.new_id("500")),
            ]
        )  # fmt: skip
        self.ask(self.builder.moment(), who, what)

    def ask_before(self, referral: Row) -> None:
        """An ask to the referrer's account, as long before a referral as counts, or nearly."""
        account = next(
            (
                full_id(row["crm_account_id"]) or ""
                for row in self.referrers
                if row["referrer_id"] == referral["referrer_id"]
            ),
            "",
        )
        at = datetime.fromisoformat(referral["created_at"])
        if at.tzinfo is None or not account:
            return
        for _ in range(self.random.choice([1, 1, 2])):
            before = self.random.choice([timedelta(0), 180 * DAY, HOUR, 5 * DAY, 5 * DAY])
            self.ask(at - before + self.blink(), "", account, Type="Referral Ask")

    # ---- costs

    def campaign(self) -> Row:
        on = self.random.choice(
            [
                *self.builder.plan.quarter_starts,
                self.builder.moment().date(),
                self.builder.moment().date(),
                self.setting.as_of.astimezone(self.builder.plan.zone).date(),
            ]
        )
        on += self.random.choice([-1, 0, 0, 1]) * DAY
        return self.builder.add(
            "Campaign",
            Id=self.builder.new_id("701"),
            Name="Campaign",
            Type=self.random.choice(CAMPAIGN_TYPES),
            Status="Completed",
            ActualCost=self.random.choice(["", "0", "100", "2500.505", "99.999", "1E+3"]),
            CurrencyIsoCode=self.random.choice(CODES),
            StartDate="" if self.builder.sometimes(0.1) else on.isoformat(),
            IsDeleted=self.builder.deleted(0.1),
        )

    def race(self, at: datetime) -> None:
        """Reps who earn equally many in one quarter, more and less."""
        for rep, count in zip(self.builder.reps, [9, 9, 7, 8, 9], strict=False):
            referrer = self.customer()
            self.plain_ask(at - DAY, referrer, rep)
            for place in range(count):
                self.plain(at + place * HOUR, referrer)

    def returns(self, at: datetime) -> None:
        """Referrals and partners that pay, and an event that cost nobody knows what."""
        referral = self.plain(at, self.customer())
        self.reward().update(
            referral_id=referral["referral_id"],
            amount="100",
            currency="",
            status="issued",
            created_at=at.isoformat(),
        )
        self._won_lead(referral["referee_email"], at + HOUR, "Web", "1000")
        self._won_lead(self.plain_address(), at, "Partner", "2500.5")
        self._won_lead(self.plain_address(), at, "Webinar", "7")
        for kind, currency in (("Partners", ""), ("Webinar", "ZWL")):
            self.campaign().update(
                Type=kind,
                ActualCost="400",
                CurrencyIsoCode=currency,
                StartDate=at.astimezone(self.builder.plan.zone).date().isoformat(),
                IsDeleted="false",
            )

    def _won_lead(self, address: str, at: datetime, source: str, amount: str) -> None:
        deal = self.builder.deal(
            at + DAY, Amount=amount, CurrencyIsoCode="", StageName="Closed Won"
        )
        self.builder.stage_row(deal["Id"], at + 2 * DAY, "Closed Won")
        lead = self.lead(address, at)
        lead.update(
            LeadSource=source,
            IsDeleted="false",
            IsConverted="true",
            ConvertedDate=(at + DAY).date().isoformat(),
            ConvertedOpportunityId=self.builder.reference(deal["Id"]),
        )

    # ---- plain ones

    def customer(self) -> Row:
        """A referrer with an account that is there, and nothing else about it."""
        account = self.builder.add(
            "Account",
            Id=self.builder.new_id("001"),
            Name="Customer",
            OwnerId=self.random.choice(self.builder.reps),
            CreatedDate=written(self.builder.midnight(self.builder.plan.first_day)),
            IsDeleted="false",
        )
        address = f"customer@firm{len(self.referrers)}.example"
        start = self.builder.midnight(self.builder.plan.first_day)
        return self.referrer(
            email=address, crm_account_id=account["Id"], joined_at=start.isoformat()
        )

    def plain(self, at: datetime, referrer: Row, address: str = "", status: str = "lead") -> Row:
        """A referral of somebody whom nobody knows."""
        address = address or self.plain_address()
        return self.referral(
            address,
            at,
            referrer_id=referrer["referrer_id"],
            status=status,
            created_at=at.isoformat(),
        )

    def plain_address(self) -> str:
        self.count += 1
        return f"plain@person{self.count}.example"

    def plain_ask(self, at: datetime, referrer: Row, rep: str) -> None:
        self.ask(
            at,
            "",
            referrer["crm_account_id"],
            OwnerId=rep,
            Type="",
            Subject="Ask for referral",
            IsClosed="true",
            IsDeleted="false",
        )

    def edges(self) -> None:
        """Leads, asks and deals exactly where a rule draws its line, and just beyond it."""
        last = self.setting.referral_attribution
        at = self.setting.as_of - last - 40 * DAY
        referrer = self.customer()
        for length in (-DAY, -DAY - MILLISECOND, last, last + MILLISECOND):
            row = self.plain(at, referrer)
            self.lead(row["referee_email"], at + length).update(IsDeleted="false")
        for before in (180 * DAY, 180 * DAY + MILLISECOND, MILLISECOND, timedelta(0)):
            asked = self.customer()
            self.plain_ask(at - before, asked, self.builder.reps[2])
            self.plain(at, asked)
        for status in ("visited", "denied", "reversed"):
            row = self.plain(at - DAY, referrer, status=status)
            self.plain(at, referrer, row["referee_email"])
        for stages in (["Closed Won"], ["Closed Lost"], ["Negotiation", "Closed Won"], []):
            self._turned_as_referred(at, referrer, stages)
        self._open_before_its_history(at, referrer)
        self._second_lead(at, referrer)
        self._own_deal(at, referrer)
        self._asked_through_a_contact(at)
        self._asked_at_one_instant(at)
        self._asked_by_a_robot_last(at)
        for start in self.builder.plan.quarter_starts:
            self._won_as_a_quarter_begins(self.builder.midnight(start))

    def _turned_as_referred(self, at: datetime, referrer: Row, stages: list[str]) -> None:
        """A deal that comes into its stages exactly as somebody there is referred."""
        row, account = self.plain(at, referrer), self.builder.new_id("001")
        self.contact(row["referee_email"], account).update(IsDeleted="false", CreatedDate="")
        created = at - 10 * DAY if stages else at
        deal = self.builder.deal(created, AccountId=account, StageName="Prospecting")
        self.builder.stage_row(deal["Id"], created, "Prospecting")
        for stage in stages:
            self.builder.stage_row(deal["Id"], at, stage)
            deal["StageName"] = stage

    def _open_before_its_history(self, at: datetime, referrer: Row) -> None:
        """A deal that is there before somebody is referred, and whose stages are told later."""
        row, account = self.plain(at, referrer), self.builder.new_id("001")
        self.contact(row["referee_email"], account).update(IsDeleted="false", CreatedDate="")
        deal = self.builder.deal(at - DAY, AccountId=account, StageName="Closed Lost")
        self.builder.stage_row(deal["Id"], at + DAY, "Closed Lost")

    def _second_lead(self, at: datetime, referrer: Row) -> None:
        """Two leads of a person who is referred: the second is named, and nobody takes it."""
        row = self.plain(at, referrer)
        for place in (1, 2):
            lead = self.lead(row["referee_email"], at + place * HOUR)
            lead.update(LeadSource="Customer Referral", IsDeleted="false")

    def _own_deal(self, at: datetime, referrer: Row) -> None:
        """A person with a deal from before, which is that of his own lead."""
        row, account = self.plain(at, referrer), self.builder.new_id("001")
        self.contact(row["referee_email"], account).update(IsDeleted="false", CreatedDate="")
        deal = self.builder.deal(at - DAY, AccountId=account, StageName="Prospecting")
        lead = self.lead(row["referee_email"], at - HOUR)
        lead.update(
            IsDeleted="false",
            IsConverted="true",
            ConvertedDate=at.astimezone(self.builder.plan.zone).date().isoformat(),
            ConvertedOpportunityId=self.builder.reference(deal["Id"]),
        )

    def _asked_through_a_contact(self, at: datetime) -> None:
        """An ask that names a contact, and a deal that is not there."""
        asked = self.customer()
        contact = self.contact("friend@acme.example", asked["crm_account_id"])
        contact.update(IsDeleted="false", CreatedDate="")
        self.plain_ask(at - DAY, asked, self.builder.reps[1])
        self.builder.tables["Task"][-1].update(
            WhoId=contact["Id"], WhatId=self.builder.new_id("006")
        )
        self.plain(at, asked)

    def _asked_at_one_instant(self, at: datetime) -> None:
        """Two reps ask a customer at one instant: which ask was the last one its Id says."""
        for _ in range(3):
            asked = self.customer()
            for rep in self.random.sample(self.builder.reps, 2):
                self.plain_ask(at - DAY, asked, rep)
            self.plain(at, asked)

    def _asked_by_a_robot_last(self, at: datetime) -> None:
        asked, robot = self.customer(), self.builder.people[6]
        self.plain_ask(at - 5 * DAY, asked, self.builder.reps[3])
        self.plain_ask(at - DAY, asked, robot)
        self.builder.tables["Task"][-1]["CreatedById"] = robot
        self.plain(at, asked)

    def _won_as_a_quarter_begins(self, start: datetime) -> None:
        account = self.customer()["crm_account_id"]
        deal = self.builder.deal(start - DAY, AccountId=account, StageName="Closed Won")
        self.builder.stage_row(deal["Id"], start - DAY, "Prospecting")
        self.builder.stage_row(deal["Id"], start, "Closed Won")


def write_referrals(builder: Builder) -> None:
    """The referral programme of a company, its asks and its campaigns' costs."""
    writer = ReferralWriter(builder)
    writer.write_referrers()
    persons = builder.plan.referred
    for _ in range(persons):
        writer.person()
    for _ in range(persons // 2 + 1):
        writer.customers_person()
        writer.known_person()
    for _ in range(persons // 4 + 1):
        writer.self_referral()
        writer.crm_only()
    writer.referral("nobody.knows@when.example", builder.moment(), created_at="")
    referrals = builder.tables["referrals/referrals"]
    for referral in builder.random.sample(referrals, min(20, len(referrals))):
        if referral["created_at"]:
            writer.ask_before(referral)
    writer.race(builder.midnight(builder.plan.quarter_starts[1]) + 10 * DAY)
    # Before everything else: another referral would make the equals unequal.
    early = builder.midnight(builder.plan.first_day - 400 * DAY)
    writer.race(early)
    writer.returns(early)
    writer.edges()
    for _ in range(60):
        writer.reward()
    for _ in range(40):
        writer.any_ask()
    for _ in range(14):
        writer.campaign()
