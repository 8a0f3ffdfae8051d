"""Many leads and customers of a made-up company, so that rates are of enough to be compared.

Leads that are answered in time become qualified, others do not: an answer is worth something.
"""

from datetime import timedelta

from tests.recount.company import Builder, written
from tests.recount.company_outreach import OutreachWriter

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def write_customers(builder: Builder) -> None:
    """Customers from the beginning, of whom nothing else is known."""
    start = builder.midnight(builder.plan.first_day) + 20 * DAY
    for number in range(12):
        account = builder.add(
            "Account",
            Id=builder.new_id("001"),
            Name="Customer",
            OwnerId=builder.reps[number % 4],
            CreatedDate=written(start),
            IsDeleted="false",
        )
        deal = builder.deal(
            start, AccountId=account["Id"], OwnerId=builder.quiet, StageName="Closed Won"
        )
        builder.stage_row(deal["Id"], start + DAY, "Closed Won")


def write_crowd(builder: Builder) -> None:
    """As many leads as the plan says, in two quarters; in the second one fewer are answered.

    There something is won besides, so that a qualified lead is worth something, too.
    """
    writer = OutreachWriter(builder)
    if builder.plan.crowd:
        won_at = builder.midnight(builder.plan.quarter_starts[2]) + 12 * DAY
        deal = builder.deal(
            won_at,
            AccountId="",
            OwnerId=builder.quiet,
            Type="New Business",
            Amount="250000",
            CurrencyIsoCode="",
            StageName="Closed Won",
        )
        builder.stage_row(deal["Id"], won_at + DAY, "Closed Won")
    for start, share in zip(builder.plan.quarter_starts[1:3], (0.9, 0.4), strict=True):
        at = builder.midnight(start) + 12 * DAY
        for number in range(builder.plan.crowd):
            is_in_time = number < share * builder.plan.crowd
            lead = writer.plain(
                at + number * MINUTE,
                builder.reps[number % 4],
                5 * MINUTE if is_in_time else 30 * DAY,
            )
            lead["Status"] = "Working"
            if is_in_time:
                history = ("Lead", lead["Id"])
                changed_at = at + (number + 30) * MINUTE
                builder.change(history, changed_at, "Status", "New", "Qualified", "false")
