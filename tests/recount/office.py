"""Business hours (section 2): how much of a span of time an office is open, counted day by day."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

from tests.recount.rules import Company
from tests.recount.values import local_day, seconds

END_OF_DAY = "24:00"


class Office:
    """The opening times of an organisation, in its time zone."""

    def __init__(self, company: Company) -> None:
        self._zone = company.setting.zone
        self._hours = company.seed("business_hours")
        self._holidays = {row["date"] for row in company.seed("holidays")}

    def _moment(self, on: date, clock: str) -> datetime:
        """A time of day there: the first if it occurs twice, moved on if it does not occur."""
        if clock == END_OF_DAY:
            return self._moment(on + timedelta(days=1), "00:00")
        there = datetime.combine(on, time.fromisoformat(clock), tzinfo=self._zone)
        return there.astimezone(UTC)

    def openings(self, on: date) -> list[tuple[datetime, datetime]]:
        """When it opens and closes on a day; hours that overlap or touch are one stretch."""
        if on.isoformat() in self._holidays:
            return []
        stretches: list[tuple[datetime, datetime]] = []
        for opens, closes in sorted(
            (self._moment(on, str(row["opens"])), self._moment(on, str(row["closes"])))
            for row in self._hours
            if row["weekday"] == str(on.isoweekday())
        ):
            if stretches and opens <= stretches[-1][1]:
                before = stretches.pop()
                opens, closes = before[0], max(before[1], closes)
            stretches.append((opens, closes))
        return stretches

    def seconds_open(self, start: datetime, end: datetime) -> Fraction:
        """The part of a span that lies in business hours."""
        total = Fraction(0)
        on = local_day(start, self._zone) - timedelta(days=1)
        while on <= local_day(end, self._zone):
            for opens, closes in self.openings(on):
                inside = min(end, closes) - max(start, opens)
                total += max(seconds(inside), Fraction(0))
            on += timedelta(days=1)
        return total
