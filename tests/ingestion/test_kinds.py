from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from ingestion.kinds import TYPES, reason, trim, typed
from ingestion.tables import Column, Kind


def read(kind: Kind, *values: str | None, **more: object) -> list[object]:
    column = Column("c", kind, **more)  # type: ignore[arg-type]
    array = typed(trim(pa.array(values, pa.string())), column)
    assert array.type == TYPES[kind]
    return array.to_pylist()


def test_trim_makes_blanks_null() -> None:
    values = pa.array([" a ", "", " \t\u00a0", None, "b c"])
    assert trim(values).to_pylist() == ["a", None, None, None, "b c"]


def test_bool_in_any_case() -> None:
    assert read("bool", "true", "FALSE", " True", None, "1", "yes") == [
        True,
        False,
        True,
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-05T10:00:00.000Z",
        "2026-01-05T10:00:00Z",
        "2026-01-05T10:00:00.000+0000",
        "2026-01-05T10:00:00+0000",
        "2026-01-05T10:00:00+00:00",
        "2026-01-05T13:00:00+03:00",
        "2026-01-05T13:00:00.000+0300",
        "2026-01-05T04:30:00-05:30",
        "2026-01-05 10:00:00Z",
        "2026-01-05T10:00:00",
        "2026-01-05 10:00:00.0000000001",
        "2026-01-05T10:00Z",
        " 2026-01-05T10:00:00.000Z ",
    ],
)
def test_spellings_of_an_instant(value: str) -> None:
    instant = datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert read("instant", value) == [instant]
    # Beside others, as the fast way is left when spellings are mixed.
    assert read("instant", None, value, "2026-01-05T10:00:00", "x") == [
        None,
        instant,
        instant,
        None,
    ]


def test_fractions_of_a_second() -> None:
    assert read("instant", "2026-01-05T10:00:00.5Z", "2026-01-05T10:00:00.1234567Z") == [
        datetime(2026, 1, 5, 10, 0, 0, 500_000, tzinfo=UTC),
        datetime(2026, 1, 5, 10, 0, 0, 123_456, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-05",
        "2026-02-30T10:00:00Z",
        "2025-02-29T10:00:00Z",
        "2026-13-01T10:00:00Z",
        "2026-01-05T24:00:00Z",
        "2026-01-05T10:60:00Z",
        "2026-01-05T10",
        "0000-01-05T10:00:00Z",
        "05.01.2026 10:00",
        "1767607200",
        "yesterday",
    ],
)
def test_no_instant(value: str) -> None:
    good = "2024-02-29T10:00:00Z"
    instant = datetime(2024, 2, 29, 10, tzinfo=UTC)
    assert read("instant", good, value, good, good) == [instant, None, instant, instant]


def test_a_date_is_midnight_only_where_the_table_says_so() -> None:
    midnight = datetime(2026, 1, 5, tzinfo=UTC)
    values = ("2026-01-05", "2026-01-05T10:00:00Z", "2026-02-30")
    assert read("instant", *values, date_is_midnight=True) == [
        midnight,
        midnight.replace(hour=10),
        None,
    ]
    assert reason(Column("c", "instant"), "2026-01-05") == "is a date without a time of day"
    assert reason(Column("c", "instant"), "x").startswith("is no timestamp")


def test_dates() -> None:
    values = ("2026-01-05", "2024-02-29", "2026-02-29", "2026-01-05T00:00:00Z", "5.1.2026", None)
    assert read("date", *values) == [date(2026, 1, 5), date(2024, 2, 29), None, None, None, None]


def test_instant_or_date_has_one_spelling() -> None:
    values = ("2026-01-05T13:00:00.000+0300", "2026-01-05", "2026-01-05 10:00:00Z", "5.1.26", None)
    assert read("instant_or_date", *values) == [
        "2026-01-05T10:00:00.000000Z",
        "2026-01-05",
        "2026-01-05T10:00:00.000000Z",
        None,
        None,
    ]


def test_local_times_have_no_zone() -> None:
    values = ("2026-01-05T10:00:00", "2026-01-05 10:00", "2026-01-05T10:00:00Z", "2026-01-05")
    assert read("local_time", *values) == [
        datetime(2026, 1, 5, 10),
        datetime(2026, 1, 5, 10),
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("1054", "1054"),
        ("-0.5", "-0.5"),
        ("+1.5", "1.5"),
        (".5", "0.5"),
        ("1.", "1"),
        ("1.0E7", "10000000"),
        ("1e-3", "0.001"),
        ("0.1234567894", "0.123456789"),
        ("0.1234567895", "0.12345679"),
        ("-0.1234567895", "-0.12345679"),
        ("12345678901234567890123456789.5", "12345678901234567890123456789.5"),
        ("1" + "0" * 29, None),
        ("1e99", None),
        ("1,000", None),
        ("$5", None),
        ("NaN", None),
        ("Infinity", None),
        ("0x10", None),
        ("1_000", None),
    ],
)
def test_numbers(value: str, number: str | None) -> None:
    expected = None if number is None else Decimal(number)
    assert read("number", "2.5", value, None) == [Decimal("2.5"), expected, None]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("50", 50),
        ("-7", -7),
        ("50.0", 50),
        ("+5", 5),
        ("1.2E3", 1200),
        ("9223372036854775807", 9223372036854775807),
        ("9223372036854775808", None),
        ("3.5", None),
        ("1,000", None),
        ("about 50", None),
    ],
)
def test_whole_numbers(value: str, number: int | None) -> None:
    assert read("int", "1", value, None) == [1, number, None]


def test_allowed_values_are_published_as_listed() -> None:
    allowed = ("visited", "lead")
    assert read("text", " Visited", "LEAD", "other", None, allowed=allowed) == [
        "visited",
        "lead",
        None,
        None,
    ]
    assert reason(Column("c", "text", allowed=allowed), "x") == "is not one of visited, lead"


def test_text_and_codes_are_as_they_are() -> None:
    assert read("code", " 00123 ", "N/A") == ["00123", "N/A"]
