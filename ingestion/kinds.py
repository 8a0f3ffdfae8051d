"""Text to typed Arrow arrays, one function a kind, whole columns at a time.

Each function takes an array of trimmed text (blank = null) and returns the typed array, null where
a value cannot be typed; what is null there and not in the text is what the quarantine gets. Which
column is of which kind is said in `sources/<source>/tables.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.tables import Column, Kind

INSTANT = pa.timestamp("us", "UTC")
LOCAL = pa.timestamp("us")
NUMBER = pa.decimal128(38, 9)

TYPES: dict[Kind, pa.DataType] = {
    "id": pa.string(),
    "code": pa.string(),
    "text": pa.string(),
    "bool": pa.bool_(),
    "int": pa.int64(),
    "number": NUMBER,
    "instant": INSTANT,
    "date": pa.date32(),
    "instant_or_date": pa.string(),
    "local_time": LOCAL,
}

REASONS: dict[Kind, str] = {
    "bool": "is neither true nor false",
    "int": "is no whole number",
    "number": "is no number of at most 29 digits before the point",
    "instant": "is no timestamp such as 2026-01-05T10:00:00.000Z",
    "date": "is no date such as 2026-01-05",
    "instant_or_date": "is neither a timestamp such as 2026-01-05T10:00:00.000Z nor a date",
    "local_time": "is no local time such as 2026-01-05T10:00:00 (without a zone)",
}

_YEAR = r"(?:[1-9]\d{3}|0[1-9]\d\d|00[1-9]\d|000[1-9])"
_DAY = _YEAR + r"-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_TIME = r"[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?"
_ZONE = r"(?:Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)"
_DATE = f"^{_DAY}$"
_LOCAL = f"^{_DAY}{_TIME}$"
_ZONED = f"^{_DAY}{_TIME}{_ZONE}$"
# Arrow reads six digits of a second; more are cut.
_LONG_FRACTION = r"(\.\d{6})\d+"

_PLAIN_INT = r"^-?\d{1,18}$"
_PLAIN_NUMBER = r"^[+-]?\d{1,29}(?:\.\d{0,9})?$"
_NUMBER = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?$"
_EXACT = Context(prec=5000)
_NANO = Decimal("1e-9")
_LARGEST = Decimal(10) ** 29
_INT_MAX = 2**63 - 1


def trim(text: pa.Array) -> pa.Array:
    """Text without blanks around it; null where nothing is left."""
    trimmed = pc.utf8_trim_whitespace(text)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def typed(text: pa.Array, column: Column) -> pa.Array:
    """The values of a column from its trimmed text, null where there is none that can be typed.

    Kinds that stay text are returned as they are; `allowed` is looked at for those.
    """
    if column.allowed:
        position = pc.index_in(pc.utf8_lower(text), pa.array(column.allowed))
        return pc.take(pa.array(column.allowed), position)
    if column.kind == "instant" and column.date_is_midnight:
        return pc.coalesce(_instant(text), _date(text).cast(INSTANT))
    reader = _READERS.get(column.kind)
    return text if reader is None else reader(text)


def reason(column: Column, value: str) -> str:
    """Why a value cannot be typed, for the quarantine."""
    if column.allowed:
        return f"is not one of {', '.join(column.allowed)}"
    if column.kind == "instant" and len(value) == 10 and _date(pa.array([value]))[0].is_valid:
        return "is a date without a time of day"
    return REASONS[column.kind]


def _bool(text: pa.Array) -> pa.Array:
    lower = pc.utf8_lower(text)
    known = pc.is_in(lower, pa.array(["true", "false"]))
    return pc.if_else(known, pc.equal(lower, "true"), pa.scalar(None, pa.bool_()))


def _int(text: pa.Array) -> pa.Array:
    plain = _only(text, _PLAIN_INT)
    return _with_odd_ones(text, plain, plain.cast(pa.int64()), _odd_int)


def _number(text: pa.Array) -> pa.Array:
    plain = _only(text, _PLAIN_NUMBER)
    return _with_odd_ones(text, plain, plain.cast(NUMBER), _odd_number)


def _instant(text: pa.Array) -> pa.Array:
    zoned = _only(text, _ZONED)
    instants = _cast(_cut_fraction(zoned), INSTANT)
    if zoned.null_count == text.null_count:
        return instants
    unzoned = _only(text, _LOCAL)
    if unzoned.null_count == len(text):
        return instants
    return pc.coalesce(instants, _cast(_cut_fraction(unzoned), LOCAL).cast(INSTANT))


def _local_time(text: pa.Array) -> pa.Array:
    return _cast(_cut_fraction(_only(text, _LOCAL)), LOCAL)


def _date(text: pa.Array) -> pa.Array:
    return _cast(_only(text, _DATE), pa.date32())


def _instant_or_date(text: pa.Array) -> pa.Array:
    """Text in one spelling: instants in UTC with microseconds and `Z`, dates as they are."""
    instants = pc.strftime(_instant(text), format="%Y-%m-%dT%H:%M:%SZ")
    return pc.coalesce(instants, pc.strftime(_date(text), format="%Y-%m-%d"))


_READERS: dict[Kind, Callable[[pa.Array], pa.Array]] = {
    "bool": _bool,
    "int": _int,
    "number": _number,
    "instant": _instant,
    "date": _date,
    "instant_or_date": _instant_or_date,
    "local_time": _local_time,
}


def _only(text: pa.Array, pattern: str) -> pa.Array:
    """The values that match, null in place of the others."""
    matches = pc.match_substring_regex(text, pattern)
    return pc.if_else(matches, text, pa.scalar(None, pa.string()))


def _cut_fraction(text: pa.Array) -> pa.Array:
    if not pc.any(pc.match_substring_regex(text, _LONG_FRACTION)).as_py():
        return text
    return pc.replace_substring_regex(text, _LONG_FRACTION, r"\1")


def _cast(text: pa.Array, to: pa.DataType) -> pa.Array:
    """Cast, with null for days that no calendar has: Arrow stops at the first, so look for it."""
    try:
        return text.cast(to)
    except pa.ArrowInvalid:
        if len(text) == 1:
            return pa.nulls(1, to)
        middle = len(text) // 2
        return pa.concat_arrays([_cast(text[:middle], to), _cast(text[middle:], to)])


def _with_odd_ones(
    text: pa.Array, plain: pa.Array, values: pa.Array, read: Callable[[str], Decimal | int | None]
) -> pa.Array:
    """Fill in the spellings that Arrow does not read (`1.0E7`, `50.0`), each distinct one once."""
    if plain.null_count == text.null_count:
        return values
    odd = pc.unique(pc.filter(text, pc.and_(pc.is_valid(text), pc.is_null(plain))))
    read_ones = pa.array([read(value) for value in odd.to_pylist()], values.type)
    return pc.coalesce(values, pc.take(read_ones, pc.index_in(text, odd)))


def _decimal(value: str) -> Decimal | None:
    if not pc.match_substring_regex(pa.scalar(value), _NUMBER).as_py():
        return None
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def _odd_number(value: str) -> Decimal | None:
    number = _decimal(value)
    if number is None or abs(number) >= _LARGEST:
        return None
    rounded = number.quantize(_NANO, rounding=ROUND_HALF_UP, context=_EXACT)
    return rounded if abs(rounded) < _LARGEST else None


def _odd_int(value: str) -> int | None:
    number = _decimal(value)
    if number is None or abs(number) > _INT_MAX or number != number.to_integral_value():
        return None
    return int(number)
