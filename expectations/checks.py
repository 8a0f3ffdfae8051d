"""What each check means on a whole Arrow column, exactly and without a loop over rows.

Nothing here knows Great Expectations, objects or reps. Every function returns a boolean array as
long as the column and without nulls. Numbers are compared as decimals, never as floats; only the
distinct values of a column pass through Python.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from expectations.rules import is_number

type_of = pa.types

# Blank in Unicode's sense: RE2's own \s knows ASCII only.
_BLANK = r"\s\x0b\x1c-\x1f\x{85}\p{Z}"
_EMAIL = rf"^[^@{_BLANK}]+@[^@{_BLANK}]+\.[^@{_BLANK}.]+$"
_PHONE_FILLERS = rf"[+()\-./{_BLANK}]"
_PHONE_DIGITS = "^[0-9]{7,15}$"
_HOST_LABEL = r"[\p{L}\p{M}\p{N}_-]+"
_URL = rf"^(?i:https?://)?{_HOST_LABEL}(\.{_HOST_LABEL})+\.?(:[0-9]{{1,5}})?([/?#][^{_BLANK}]*)?$"
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T.*)?", re.IGNORECASE | re.DOTALL)


def filled(values: pa.Array, placeholders: Iterable[str]) -> pa.Array:
    """True where a value is neither null nor blank nor a placeholder (trimmed, any case).

    In a column that is no text, a placeholder counts where it can be read as the column's type:
    the placeholder 0 leaves a number of employees of 0 unfilled.
    """
    if _is_text(values.type):
        lowered = pc.utf8_lower(_trimmed(values))
        words = pc.utf8_lower(pa.array(["", *placeholders], pa.string()))
        missing = pc.is_in(lowered, value_set=words.cast(lowered.type))
    else:
        missing = pc.is_in(values, value_set=_of_type(placeholders, values.type))
    return pc.and_(pc.is_valid(values), pc.invert(missing))


def equals(values: pa.Array, text: str) -> pa.Array:
    """True where the value, trimmed, is exactly this text, read as the column's type.

    Raises ValueError if the text can be no value of the column, so could never be equal.
    """
    wanted = _of_type([text], values.type)
    if len(wanted) == 0:
        raise ValueError(f"'{text}' can never be a value of a column of type {values.type}")
    return in_set(values, [text])


def email(values: pa.Array) -> pa.Array:
    """True where the trimmed value has the form of one e-mail address."""
    return _matches(_trimmed(_as_text(values)), _EMAIL)


def phone(values: pa.Array) -> pa.Array:
    """True where 7 to 15 digits, and nothing else, stay once + ( ) - . / and blanks are out."""
    digits = pc.replace_substring_regex(_as_text(values), _PHONE_FILLERS, "")
    return _matches(digits, _PHONE_DIGITS)


def url(values: pa.Array) -> pa.Array:
    """True where the trimmed value is a host with a dot; http(s)://, port and path are optional."""
    return _matches(_trimmed(_as_text(values)), _URL)


def in_set(values: pa.Array, members: Iterable[str]) -> pa.Array:
    """True where the trimmed value is one of the members: in the same case, read as the type."""
    candidates = _trimmed(values) if _is_text(values.type) else values
    found = pc.is_in(candidates, value_set=_of_type(members, values.type))
    return pc.and_(pc.is_valid(values), found)


def in_range(values: pa.Array, low: Decimal, high: Decimal) -> pa.Array:
    """True where the value is a number between the bounds, both included, compared exactly."""

    def within(value: Any) -> bool:
        text = str(value).strip()
        return is_number(text) and low <= Decimal(text) <= high

    return _by_distinct_value(values, within)


def not_in_past(values: pa.Array, today: date, zone: str) -> pa.Array:
    """True where the value is `today` or later; an instant counts by its date in the zone.

    Text is read as ISO 8601; what is no date fails. A text instant without a zone is UTC.
    """
    if type_of.is_date(values.type):
        return _known(pc.greater_equal(values.cast(pa.date32()), pa.scalar(today)))
    if type_of.is_timestamp(values.type):
        # A date began, in its zone, at one instant; comparing with that needs no conversion.
        start = datetime.combine(today, time.min)
        if values.type.tz is not None:
            start = start.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        return _known(pc.greater_equal(values, pa.scalar(start, values.type)))

    def not_before_today(value: Any) -> bool:
        day = _day(str(value).strip(), ZoneInfo(zone))
        return day is not None and day >= today

    return _by_distinct_value(values, not_before_today)


def _day(text: str, zone: ZoneInfo) -> date | None:
    if not _ISO_DAY.fullmatch(text):
        return None
    try:
        if len(text) == len("2026-01-05"):
            return date.fromisoformat(text)
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    try:
        return instant.astimezone(zone).date()
    except OverflowError:
        # The calendar's first or last day: no zone can move it past today.
        return instant.date()


def _is_text(kind: pa.DataType) -> bool:
    return bool(type_of.is_string(kind) or type_of.is_large_string(kind))


def _as_text(values: pa.Array) -> pa.Array:
    return values if _is_text(values.type) else values.cast(pa.string())


def _trimmed(values: pa.Array) -> pa.Array:
    return pc.utf8_trim_whitespace(values)


def _matches(values: pa.Array, pattern: str) -> pa.Array:
    return _known(pc.match_substring_regex(values, pattern))


def _known(verdicts: pa.Array) -> pa.Array:
    return pc.fill_null(verdicts, False)


def _by_distinct_value(values: pa.Array, judge: Callable[[Any], bool]) -> pa.Array:
    """Judge each distinct value once, in Python and so exactly, and spread the verdicts."""
    encoded = values.dictionary_encode()
    verdicts = pa.array([judge(value) for value in encoded.dictionary.to_pylist()], pa.bool_())
    return _known(verdicts.take(encoded.indices))


def _of_type(texts: Iterable[str], kind: pa.DataType) -> pa.Array:
    """Those of the texts that can be values of the type, as that type."""
    read = [_read(text.strip(), kind) for text in texts]
    return pa.array([value for value in read if value is not None], kind)


def _read(text: str, kind: pa.DataType) -> Any:
    """The text as a value of the type, or None if it can be none."""
    if _is_text(kind):
        return text
    if type_of.is_boolean(kind):
        return {"true": True, "false": False}.get(text.lower())
    if type_of.is_integer(kind) or type_of.is_decimal(kind):
        return _read_number(text, kind)
    try:
        if type_of.is_date(kind):
            return date.fromisoformat(text)
        if type_of.is_timestamp(kind):
            instant = datetime.fromisoformat(text)
            if kind.tz is None:
                return instant if instant.tzinfo is None else None
            return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    except ValueError:
        return None
    raise ValueError(f"a column of type {kind} cannot be compared with text")


def _read_number(text: str, kind: pa.DataType) -> Any:
    if not is_number(text):
        return None
    number = Decimal(text)
    try:
        if type_of.is_integer(kind):
            return pa.scalar(int(number), kind).as_py() if number == int(number) else None
        return pa.scalar(number, kind).as_py()
    except (pa.ArrowInvalid, OverflowError):
        # More digits than the column can hold: no value of it is equal.
        return None
