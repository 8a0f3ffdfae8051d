"""The statuses that a lead went through (0.2, 0.7, 0.9), counted again.

What a status means for a loss or a signal is not here: `saved.py` and `signals.py` say that.
"""

from dataclasses import dataclass
from datetime import datetime

from tests.recount.rules import Change, Company, Row
from tests.recount.values import instant


@dataclass(frozen=True)
class Step:
    """A lead comes into a status; `row` is None for a conversion that no status row tells of."""

    at: datetime
    status_class: str
    class_before: str | None
    was_qualified: bool
    row: Change | None

    def enters(self, status_class: str) -> bool:
        """Whether it comes into this class from another one."""
        return self.status_class == status_class and self.class_before != status_class


def status_rows(company: Company, lead: Row) -> list[Change]:
    """0.9: the status changes until as_of, but for those that a conversion makes meaningless."""
    rows = [
        row
        for row in company.lead_changes.get(str(lead["Id"]), [])
        if row.field == "Status" and row.at <= company.setting.as_of
    ]
    if not company.is_converted(lead):
        return rows
    conversion, at = company.conversion_row(lead), company.converted_at(lead)
    if conversion is not None:
        return rows[: rows.index(conversion) + 1]
    if at is not None:
        # From that instant on the lead is qualified, whatever a row of that instant says.
        return [row for row in rows if row.at < at]
    return rows


def steps(company: Company, lead: Row) -> list[Step]:
    """What a lead went through, in order: its status rows, then its conversion.

    The class before is that which the row before brought; only for the first row it is that of its
    OldValue. (Rows of merged leads, and rows that were deleted, make other OldValues disagree.)
    """
    rows = status_rows(company, lead)
    result = []
    class_before: str | None = None
    was_qualified = False
    if rows:
        class_before = company.status_class(rows[0].old)
        was_qualified = class_before == "qualified"
    for row in rows:
        status_class = company.status_class(row.new)
        result.append(Step(row.at, status_class, class_before, was_qualified, row))
        class_before = status_class
        was_qualified = was_qualified or status_class == "qualified"
    at = company.converted_at(lead)
    if company.is_converted(lead) and at is not None and company.conversion_row(lead) is None:
        result.append(Step(at, "qualified", class_before, was_qualified, None))
    return result


def first_qualified_at(company: Company, lead: Row) -> datetime | None:
    """When a lead first became qualified, until as_of; None if it did not, or nobody knows when.

    One that was qualified before its first status row, or has none, was created so: at its
    CreatedDate, or at that row where the history (a merged lead's) begins earlier, or nobody knows
    when the lead was created.
    """
    created_at = instant(lead["CreatedDate"])
    rows = status_rows(company, lead)
    if rows and company.status_class(rows[0].old) == "qualified":
        return rows[0].at if created_at is None else min(created_at, rows[0].at)
    for step in steps(company, lead):
        if step.status_class == "qualified":
            return step.at
    if company.is_converted(lead) or rows or not was_ever_qualified(company, lead):
        return None
    return created_at


def was_ever_qualified(company: Company, lead: Row) -> bool:
    """Whether the lead was in class `qualified` at any time until as_of."""
    if company.is_converted(lead):
        return True
    rows = [row for row in company.lead_changes.get(str(lead["Id"]), []) if row.field == "Status"]
    if not rows:
        return company.status_class(lead["Status"]) == "qualified"
    statuses = [rows[0].old, *(row.new for row in rows if row.at <= company.setting.as_of)]
    return any(company.status_class(status) == "qualified" for status in statuses)
