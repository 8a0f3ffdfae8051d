"""What stands in the fields of a made-up company's records, who wrote it, and what is left empty.

Records get their values here, after everything else has made them.
"""

from datetime import datetime, timedelta

from tests.recount.company import MILLISECOND, Builder, written

DAY = timedelta(days=1)
BLANKS = ["", "", " ", "n/a", " N/A ", "-", "Null", "none", "НЕТ", "0", "tbd"]
PHONES = [
    "+49 (30) 123-45-67", "123456", "1234567", "123456789012345", "1234567890123456",
    "555 1234 ext. 5", "030/123.45.67", "(800) FLOWERS", "+", "12 345 67",
]  # fmt: skip
WEBSITES = [
    "https://example.com", "HTTP://Example.com/path?x=1", "example.com", "www.example.co.uk:8080/a",
    "localhost", "https://localhost", "ex ample.com", "https://example.com/a b", "пример.рф",
    "ftp://example.com", "https://", " example.com ",
]  # fmt: skip
VALUES: dict[tuple[str, str], list[str]] = {
    ("Lead", "Phone"): PHONES,
    ("Contact", "Phone"): PHONES,
    ("Account", "Phone"): PHONES,
    ("Account", "Website"): WEBSITES,
    ("Account", "NumberOfEmployees"): ["1", "50", "5000000", "5000001", "-1", "7", "0"],
    ("Account", "Industry"): ["Energy", "Retail", " Retail", "retail", "Other"],
    ("Lead", "Company"): ["Firm", "X", "Test", "test firm"],
    ("Lead", "Industry"): ["Energy", "Retail", " Retail", "retail", "Other"],
    ("Lead", "Score__c"): ["1", "10", "10.0", "10.01", "-3", "many", "1e1", " 5 "],
    ("Opportunity", "NextStep"): ["Call", "x", "Test", "meet"],
}
# Addresses that are none. Others keep theirs, for people are known by them.
BROKEN = ["nobody", "a@b", "a b@example.com", "a@b@example.com", "a@example.com.", "n/a", "@x.y"]
CHANGED = {
    "Lead": ["Phone", "Email", "Company", "Industry", "Title", "Score__c", "Rating"],
    "Contact": ["Phone", "Email", "Title", "Account", "Department"],
    "Account": ["Phone", "Website", "Industry", "NumberOfEmployees", "Rating"],
    "Opportunity": ["NextStep", "Amount", "CloseDate", "Account", "LeadSource"],
}
# Days between two changes of a field.
PAUSES = [0, 0, 1, 2, 5, 9, 9, 9, 30, 30]


class FieldWriter:
    """Writes values and field histories into a builder's tables."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.random = builder.random

    def values(self) -> None:
        for (table, column), values in VALUES.items():
            blanks = BLANKS[:2] if column == "NumberOfEmployees" else BLANKS
            for row in self.builder.tables[table]:
                if not row[column]:
                    row[column] = self.random.choice([*values, *values, *blanks])
        for row in self.builder.tables["Lead"]:
            row["HasOptedOutOfEmail"] = self.random.choice(["true", "True", "false", ""])
        for table in ("Lead", "Contact"):
            for row in self.builder.tables[table]:
                if not row["Email"].strip() and self.builder.sometimes(0.5):
                    row["Email"] = self.random.choice(BROKEN)
        for row in self.builder.tables["OpportunityHistory"]:
            # Robots move stages; who touched what must not always be the last row.
            share = self.builder.sometimes(0.5)
            author = self.builder.people[6] if share else self.builder.owner()
            row["CreatedById"] = self.builder.reference(author)

    # ---- histories

    def value(self, *, blank: bool) -> str:
        filled = ["Something", "5", "a@example.com", "Mr. X", "2026-01-01"]
        return self.random.choice(BLANKS if blank else filled)

    def change(self, table: str, record: str, at: datetime, what: str, old: str, new: str) -> None:
        """A change of a field; a lookup's is written twice, with names and with ids."""
        author = self.builder.random.choice([self.builder.owner(), self.builder.reps[0]])
        if what != "Account":
            self.builder.change((table, record), at, what, old, new, None, author)
            return
        names = ["" if _is_blank(value) else "Some Customer" for value in (old, new)]
        ids = ["" if not name else self.random.choice(self.builder.accounts) for name in names]
        rows = [tuple(names), tuple(ids)]
        if self.builder.sometimes(0.5):
            rows.reverse()
        for one, other in rows:
            self.builder.change((table, record), at, what, one, other, "false", author)

    def story(self, table: str) -> None:
        """Some fields of a record are filled, blanked and filled again, around quarters' ends."""
        record = self.random.choice(self.builder.tables[table])["Id"]
        at = self.builder.moment()
        what = self.random.choice(CHANGED[table])
        old = self.value(blank=self.builder.sometimes(0.8))
        for _ in range(self.random.choice([1, 1, 2, 3, 4])):
            new = self.value(blank=not _is_blank(old) and self.builder.sometimes(0.7))
            self.change(table, record, at, what, old, new)
            if self.builder.sometimes(0.2):
                other = self.random.choice(CHANGED[table])
                self.change(table, record, at, other, "", self.value(blank=False))
            at += self.random.choice(PAUSES) * DAY
            old = new

    def created(self, table: str) -> None:
        row = self.random.choice(self.builder.tables[table])
        at = self.builder.moment()
        author = self.random.choice(self.builder.reps)
        self.builder.change((table, row["Id"]), at, "created", "", "", "false", author)

    def few_records(self) -> None:
        """A rep with fewer records than a rank needs."""
        user = self.builder.add(
            "User",
            Id=self.builder.new_id("005"),
            Name="Hal Half",
            IsActive="true",
            UserType="Standard",
        )
        for website in ("https://example.com", "example.com", ""):
            self.builder.add(
                "Account",
                Id=self.builder.new_id("001"),
                Name="Customer",
                Website=website,
                OwnerId=user["Id"],
                CreatedDate=written(self.builder.midnight(self.builder.plan.first_day)),
                IsDeleted="false",
            )

    # ---- deals that stand still

    def still_deal(self) -> None:
        """An open deal that was last touched 30 days before a quarter's end, or nearly."""
        plan = self.builder.plan
        start = self.builder.midnight(plan.first_day)
        end = self.random.choice([*map(self.builder.midnight, plan.quarter_starts), plan.as_of])
        touched_at = end - 30 * DAY + self.random.choice([-1, 0, 0, 1]) * MILLISECOND
        created = self.random.choice([start, start, touched_at])
        account = self.random.choice([self.builder.new_id("001"), self.builder.accounts[0]])
        deal = self.builder.deal(
            created,
            AccountId=account,
            OwnerId=self.random.choice(self.builder.reps),
            StageName="Prospecting",
            IsClosed="false",
            IsWon="false",
        )
        self.builder.owner_changes(("Opportunity", deal["Id"]), deal["OwnerId"], 0.3)
        if self.builder.sometimes(0.7):
            self._stage(deal["Id"], created, "Prospecting", self.builder.people[6])
            if self.builder.sometimes(0.3):
                closed_at = end + self.random.choice([-1, 0, 1]) * MILLISECOND
                self._stage(deal["Id"], closed_at, "Closed Lost", self.builder.people[6])
        self._touch(deal["Id"], account, touched_at)

    def _stage(self, deal: str, at: datetime, stage: str, author: str) -> None:
        self.builder.stage_row(deal, at, stage)
        self.builder.tables["OpportunityHistory"][-1]["CreatedById"] = author

    def _touch(self, deal: str, account: str, at: datetime) -> None:
        """A rep's (or a robot's) hand on a deal: a field, a stage, a visit to its account."""
        author = self.random.choice([*self.builder.reps, self.builder.people[6]])
        kind = self.random.choice(["field", "stage", "visit", "call", "none"])
        if kind == "field":
            history = ("Opportunity", deal)
            self.builder.change(history, at, "Amount", "1", "2", "false", author)
        elif kind == "stage":
            self._stage(deal, at, self.random.choice(["Prospecting", "Negotiation"]), author)
        elif kind != "none":
            self.builder.add(
                "Task",
                Id=self.builder.new_id("00T"),
                WhatId=account if kind == "visit" else deal,
                OwnerId=author,
                CreatedById=author,
                CreatedDate=written(at),
                CompletedDateTime=written(at),
                Type="Check-in" if kind == "visit" else "Call",
                IsClosed="true",
                IsDeleted="false",
            )


def _is_blank(value: str) -> bool:
    return value in BLANKS


def write_fields(builder: Builder) -> None:
    """The values of a company's records, and the histories of how they came to be."""
    writer = FieldWriter(builder)
    writer.few_records()
    writer.values()
    for table in CHANGED:
        for _ in range(60):
            writer.story(table)
        for _ in range(4):
            writer.created(table)
    for _ in range(25):
        writer.still_deal()
