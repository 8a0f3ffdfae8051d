"""What the rules of section 0 say about single values: texts, instants, ratios, days, quarters.

Pure functions of what they are given. Records, seeds and settings are in `rules.py`.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

Mart = list[dict[str, Any]]

SECONDS_A_DAY = 86_400
SUFFIX_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def trimmed(text: str | None) -> str | None:
    """The text without blanks around it; None if nothing is left."""
    if text is None or not text.strip():
        return None
    return text.strip()


def full_id(text: str | None) -> str | None:
    """The id in 18 characters: the last three say which of the fifteen are capitals."""
    if text is None or len(text) != 15:
        return text
    suffix = ""
    for start in (0, 5, 10):
        capitals = [
            2**place for place, sign in enumerate(text[start : start + 5]) if "A" <= sign <= "Z"
        ]
        suffix += SUFFIX_LETTERS[sum(capitals)]
    return text + suffix


def instant(text: str | None) -> datetime | None:
    """A timestamp as Salesforce writes it, in UTC."""
    if text is None:
        return None
    return datetime.fromisoformat(text).astimezone(UTC)


def stamp(text: str | None) -> datetime | None:
    """A timestamp as the referral programme writes it: without a zone UTC; a day is its 00:00."""
    if trimmed(text) is None:
        return None
    at = datetime.fromisoformat(str(text).strip())
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def truth(text: str | None) -> bool | None:
    return None if text is None else text.lower() == "true"


def seconds(length: timedelta) -> Fraction:
    return Fraction(length // timedelta(microseconds=1), 1_000_000)


def days_between(start: datetime, end: datetime) -> Fraction:
    """0.1: seconds / 86400, exact."""
    return seconds(end - start) / SECONDS_A_DAY


def address(text: str | None) -> str | None:
    """0.10: an e-mail address as it is compared; None if it is blank."""
    name = trimmed(text)
    return None if name is None else name.lower()


def percentile(values: Iterable[Fraction], share: Fraction) -> Fraction | None:
    """0.7: as `percentile_cont`: between neighbours on a straight line."""
    in_order = sorted(values)
    if not in_order:
        return None
    place = share * (len(in_order) - 1)
    below = place.numerator // place.denominator
    above = min(below + 1, len(in_order) - 1)
    return in_order[below] + (place - below) * (in_order[above] - in_order[below])


def median(values: Iterable[Fraction]) -> Fraction | None:
    return percentile(values, Fraction(1, 2))


def ratio(numerator: Fraction | int | None, denominator: Fraction | int | None) -> Fraction | None:
    """0.8: null when the denominator is 0 (or a part is unknown)."""
    if numerator is None or denominator is None or denominator == 0:
        return None
    return Fraction(numerator) / Fraction(denominator)


def ranks(values: dict[str, Fraction], *, smallest_first: bool) -> dict[str, int]:
    """0.8: 1, 2, 2, 4: one more than there are better ones."""
    result = {}
    for name, value in values.items():
        better = [
            other
            for other in values.values()
            if (other < value if smallest_first else other > value)
        ]
        result[name] = 1 + len(better)
    return result


# ---- cells of the marts


def number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def naive(at: datetime | None) -> datetime | None:
    """UTC without saying so, as the marts hold it."""
    return None if at is None else at.replace(tzinfo=None)


def money_sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of the amounts that are known; null if there are amounts and none is known."""
    all_of_them = list(amounts)
    known = [amount for amount in all_of_them if amount is not None]
    return None if all_of_them and not known else sum(known, Decimal("0.00"))


# ---- 0.3 the calendar


def midnight(of: date, zone: ZoneInfo) -> datetime:
    """00:00 of a day there: the first if it occurs twice; what comes next if it does not occur."""
    return datetime.combine(of, time(0), tzinfo=zone).astimezone(UTC)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def instant_of_date(of: date, created_at: datetime | None, zone: ZoneInfo) -> datetime:
    """A date that stands for an instant: 00:00, or the CreatedDate if later on the same day."""
    start = midnight(of, zone)
    if created_at is not None and local_day(created_at, zone) == of:
        return max(start, created_at)
    return start


def quarter_of_day(of: date, first_month: int) -> str:
    months_into_year = (of.month - first_month) % 12
    ends_next_year = first_month > 1 and of.month >= first_month
    return f"{of.year + (1 if ends_next_year else 0)}-Q{months_into_year // 3 + 1}"


def quarters_until(first: str, last: str, first_month: int) -> list[str]:
    """The quarters from one to another, both included; none if the first is the later one."""
    result = []
    quarter = first
    while quarter <= last:
        result.append(quarter)
        _, end = quarter_days(quarter, first_month)
        quarter = quarter_of_day(end + timedelta(days=1), first_month)
    return result


def quarter_before(quarter: str, first_month: int) -> str:
    first, _ = quarter_days(quarter, first_month)
    return quarter_of_day(first - timedelta(days=1), first_month)


def _month_start(months: int) -> date:
    """The first day of the month that is `months` months after January of the year 0."""
    return date(months // 12, months % 12 + 1, 1)


def quarter_days(label: str, first_month: int) -> tuple[date, date]:
    """First and last day of a quarter."""
    year, number = int(label[:4]), int(label[-1])
    start_of_year = (year if first_month == 1 else year - 1) * 12 + first_month - 1
    first = start_of_year + 3 * (number - 1)
    return _month_start(first), _month_start(first + 3) - timedelta(days=1)
