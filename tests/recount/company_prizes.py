"""Races for a made-up company's prizes, and what is found out about them when they are over.

Rows come late, are changed or deleted: a builder's states say when (`Builder.earlier`).
"""

from datetime import datetime, timedelta
from decimal import Decimal

from tests.recount.company import Builder, Row, written
from tests.recount.company_losses import LossWriter
from tests.recount.company_mail import Mailings
from tests.recount.company_outreach import OutreachWriter

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class PrizeWriter:
    """Writes winners and late news into a builder's tables."""

    def __init__(self, builder: Builder, mailings: Mailings) -> None:
        self.builder = builder
        self.losses = LossWriter(builder, mailings)
        self.outreach = OutreachWriter(builder)
        first, second, *_ = builder.plan.quarter_starts
        self.start = builder.midnight(first)
        self.early = self.start + 20 * DAY
        self.late = builder.midnight(second) + 20 * DAY
        # Inactive at last; in the states before he was not.
        self.former = builder.people[4]

    def won(self, rep: str, at: datetime, amount: str, days: int = 10) -> Row:
        """A deal that a rep wins at an instant, so many days after its creation."""
        deal = self.builder.deal(
            at - days * DAY,
            OwnerId=rep,
            Type="New Business",
            Amount=amount,
            CurrencyIsoCode="",
            StageName="Closed Won",
            IsClosed="true",
            IsWon="true",
        )
        self.builder.stage_row(deal["Id"], at - days * DAY, "Prospecting")
        self.builder.stage_row(deal["Id"], at, "Closed Won")
        return deal

    # ---- winners

    def former_rep_is_best(self) -> None:
        """Who is not there any more has the best of everything."""
        user = next(row for row in self.builder.tables["User"] if row["Id"] == self.former)
        self.builder.changes_late(user, 2, IsActive="true")
        for number in range(5):
            self.won(self.former, self.early + number * HOUR, "900000000", days=1)
        sent_after = self.builder.plan.setting.reopen_grace + DAY
        for _ in range(8):
            lost_at = self.start - 25 * DAY
            self.losses.plain([(lost_at, 30 * DAY)], sent_after=sent_after, reps=[self.former])
        for number in range(15):
            self.outreach.plain(self.early + number * HOUR, self.former, SECOND)

    def too_few_without_backdated(self) -> None:
        """The fastest of all has as many cycles as it takes, but one was written down too late."""
        for number in range(5):
            logged_after = 2 * DAY if number == 0 else timedelta(0)
            at = self.late + number * HOUR
            self.outreach.plain(at, self.builder.quiet, timedelta(0), logged_after=logged_after)

    def equally_fast(self) -> None:
        """Equal velocity, of more deals won and of fewer; others are slower.

        The sum is one that floating point makes two of, one each of the counts.
        """
        # Before everything else: another deal would make the equals unequal.
        start = self.builder.midnight(self.builder.plan.first_day - 500 * DAY)
        for rep, won, lost, total in (
            (0, 11, 1, Decimal("6044920000")),
            (1, 6, 5, Decimal("6044920000")),
            (2, 4, 2, Decimal("300.30")),
            (3, 5, 1, Decimal(60)),
        ):
            share = (total / won).quantize(Decimal("0.01"))
            amounts = [share] * (won - 1) + [total - share * (won - 1)]
            for amount in amounts:
                self.won(self.builder.reps[rep], start, str(amount), 7).update(AccountId="")
            for _ in range(lost):
                self.won(self.builder.reps[rep], start, "1", 7).update(AccountId="")
                self.builder.tables["OpportunityHistory"][-1]["StageName"] = "Closed Lost"

    def twins(self) -> None:
        """Two reps with equal records, more of them than a rank needs; one who left had better."""
        created = written(self.builder.plan.as_of - DAY)
        for name, is_active, blanks in (
            ("Tess Twin", "true", 5),
            ("Theo Twin", "true", 5),
            ("Una Unseen", "false", 0),
        ):
            user = self.builder.add(
                "User",
                Id=self.builder.new_id("005"),
                Name=name,
                IsActive=is_active,
                UserType="Standard",
            )
            for place in range(13):
                self.builder.add(
                    "Account",
                    Id=self.builder.new_id("001"),
                    Name="Customer",
                    Industry="Energy",
                    Website="" if place < blanks else "example.com",
                    Phone="+1 555 123 4567",
                    NumberOfEmployees="7",
                    OwnerId=user["Id"],
                    CreatedDate=created,
                    IsDeleted="false",
                )

    # ---- late news

    def late_deals(self) -> None:
        """The largest contract changes hands, and changes back; another one is deleted at last."""
        one, other, third = self.builder.reps[1:4]
        self.won(one, self.early, "700000000")
        better = self.won(other, self.early + DAY, "950000000")
        self.builder.comes_late(better, 1)
        better["IsDeleted"] = "true"
        self.builder.changes_late(better, 2, IsDeleted="false")
        deleted = self.won(third, self.early - 80 * DAY, "800000000")
        deleted["IsDeleted"] = "true"
        self.builder.changes_late(deleted, 2, IsDeleted="false")
        again = self.won(third, self.early + 5 * DAY, "600000000")
        self.builder.comes_late(again, 2)

    def late_race(self) -> None:
        """Nobody had won enough deals in a quarter; somebody had, as it turns out."""
        for number in range(3):
            at = self.early - 80 * DAY + number * HOUR
            self.builder.comes_late(self.won(self.builder.reps[0], at, "", days=4), 1)

    def opened_for_a_while(self) -> None:
        """A deal that was won is worked on again, as it says for a while; it was a mistake."""
        deal = self.won(self.builder.reps[3], self.early + 2 * DAY, "970000000", days=3)
        reopened_at = self.builder.plan.as_of - 10 * DAY
        self.builder.stage_row(deal["Id"], reopened_at, "Negotiation", "true")
        row = self.builder.tables["OpportunityHistory"][-1]
        self.builder.comes_late(row, 1)
        self.builder.changes_late(row, 2, IsDeleted="false")

    def late_answers(self) -> None:
        """Calls that are written down when the quarter is over: the fastest was another."""
        for number in range(9):
            lead = self.outreach.plain(self.early + number * HOUR, self.builder.reps[2], None)
            call = self.outreach.task(
                self.early + number * HOUR + SECOND,
                lead["Id"],
                "",
                CreatedById=self.builder.reps[2],
                TaskSubtype="Call",
                IsClosed="true",
                IsDeleted="false",
                CreatedDate=written(self.early + number * HOUR + SECOND),
                CompletedDateTime=written(self.early + number * HOUR + SECOND),
            )
            self.builder.comes_late(call, 1 if number < 5 else 2)

    def late_savings(self) -> None:
        """Losses of which nobody knew come to light; the prospects had been saved."""
        rep, lost_at = self.builder.reps[3], self.start - 25 * DAY
        sent_after = self.builder.plan.setting.reopen_grace + DAY
        for _ in range(6):
            before = len(self.builder.tables["LeadHistory"])
            self.losses.plain([(lost_at, 30 * DAY)], sent_after=sent_after, reps=[rep])
            for row in self.builder.tables["LeadHistory"][before:]:
                self.builder.comes_late(row, 2)


def write_prizes(builder: Builder, mailings: Mailings) -> None:
    """The races for prizes, and the news that come late."""
    writer = PrizeWriter(builder, mailings)
    writer.former_rep_is_best()
    writer.too_few_without_backdated()
    writer.equally_fast()
    writer.twins()
    writer.late_deals()
    writer.late_race()
    writer.opened_for_a_while()
    writer.late_answers()
    writer.late_savings()
