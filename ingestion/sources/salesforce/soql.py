"""The queries, as text: which fields of which object, and from when to when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# Before there was any Salesforce: where a window without a beginning begins when it is halved.
_FIRST_INSTANT = datetime(1999, 1, 1, tzinfo=UTC)
# What times out in so short a window times out for another reason.
_SHORTEST = timedelta(minutes=1)


@dataclass(frozen=True)
class Window:
    """From `since` (included) to `until` (not included); None is without an end."""

    since: datetime | None = None
    until: datetime | None = None

    def conditions(self, field: str | None) -> list[str]:
        """The window as conditions on a field; a window without ends needs none."""
        found = []
        if self.since is not None:
            found.append(f"{field} >= {instant(self.since)}")
        if self.until is not None:
            found.append(f"{field} < {instant(self.until)}")
        return found

    def halves(self, now: datetime) -> tuple[Window, Window] | None:
        """Two windows that make up this one; None when it is too short for that."""
        since = self.since or _FIRST_INSTANT
        until = self.until or now
        if until - since < 2 * _SHORTEST:
            return None
        middle = (since + (until - since) / 2).replace(microsecond=0)
        return Window(self.since, middle), Window(middle, self.until)


def select(object_name: str, fields: Sequence[str], conditions: Iterable[str] = ()) -> str:
    """A query without an order: one would keep Salesforce from reading in parts."""
    where = " AND ".join(conditions)
    return f"SELECT {', '.join(fields)} FROM {object_name}" + (f" WHERE {where}" if where else "")


def one_of(field: str, values: Iterable[str]) -> str:
    """A condition on a field; the values are ids and words of ours, which hold no quotes."""
    return f"{field} IN ({', '.join(repr(value) for value in values)})"


def instant(value: datetime) -> str:
    """An instant as SOQL writes it."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03}Z"
