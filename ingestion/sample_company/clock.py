"""The company's calendar: its first and last instant, working hours, and how instants are written.

Instants are whole seconds since 1970 in UTC. What happens at them belongs to the stories.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from random import Random

from sales_metrics.settings import SAMPLE_COMPANY_AS_OF

MINUTE = 60
HOUR = 3600
DAY = 86400

# The company moved into its CRM on this day, so no record is older.
START = int(datetime(2025, 10, 1, tzinfo=UTC).timestamp())
AS_OF = int(SAMPLE_COMPANY_AS_OF.timestamp())

OPENS = 8 * HOUR
CLOSES = 18 * HOUR


class NotYet(Exception):  # noqa: N818 (a story that goes on tomorrow is no error)
    """A story has reached the company's last day: what would come next has not happened."""


def reached(at: float) -> int:
    """`at` in whole seconds; raises NotYet if it lies after the company's last instant."""
    if at > AS_OF:
        raise NotYet
    return int(at)


def is_working(at: int) -> bool:
    """Whether offices are open: Monday to Friday, 08:00 to 18:00 UTC."""
    return (at // DAY + 3) % 7 < 5 and OPENS <= at % DAY < CLOSES


def next_opening(at: int) -> int:
    """The first opening of the offices after `at`."""
    opening = at - at % DAY + OPENS
    while opening <= at or not is_working(opening):
        opening += DAY
    return opening


def at_work(rng: Random, at: float) -> int:
    """`at` if the offices are open then, else some minute of the next working morning."""
    instant = int(at)
    if is_working(instant):
        return instant
    return next_opening(instant) + int(rng.random() * 3 * HOUR)


@cache
def _date(days: int) -> str:
    return datetime.fromtimestamp(days * DAY, UTC).strftime("%Y-%m-%d")


@cache
def _time_of_day(seconds: int) -> str:
    return f"{seconds // HOUR:02}:{seconds // MINUTE % 60:02}:{seconds % MINUTE:02}"


def date(at: int) -> str:
    """The UTC day of an instant: `2026-01-05`."""
    return _date(at // DAY)


def instant(at: int) -> str:
    """As Salesforce writes an instant: `2026-01-05T10:00:00.000Z`."""
    return f"{_date(at // DAY)}T{_time_of_day(at % DAY)}.000Z"


def instant_with_offset(at: int) -> str:
    """Salesforce's other form: `2026-01-05T10:00:00.000+0000`."""
    return f"{_date(at // DAY)}T{_time_of_day(at % DAY)}.000+0000"


def iso(at: int) -> str:
    """As Mailchimp and the referral programme write it: `2026-01-05T10:00:00+00:00`."""
    return f"{_date(at // DAY)}T{_time_of_day(at % DAY)}+00:00"
