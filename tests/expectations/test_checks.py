"""Every check on Arrow columns of every raw type, edge by edge."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from expectations import checks
from expectations.rules import read_placeholders
from sales_metrics.warehouse import DBT_PROJECT

PLACEHOLDERS = read_placeholders(DBT_PROJECT / "seeds" / "placeholders.csv")
MONEY = pa.decimal128(38, 9)
INSTANT = pa.timestamp("us", "UTC")
TODAY = date(2026, 11, 21)


def one(verdicts: pa.Array) -> bool:
    (verdict,) = verdicts.to_pylist()
    assert isinstance(verdict, bool)
    return verdict


def text(value: str | None) -> pa.Array:
    return pa.array([value], pa.string())


def test_there_are_sixteen_placeholders() -> None:
    assert len(PLACEHOLDERS) == 16
    assert {"n/a", "null", "none", "нет", "неизвестно"} <= set(PLACEHOLDERS)


@pytest.mark.parametrize("placeholder", PLACEHOLDERS)
@pytest.mark.parametrize(
    "written", ["{}", "  {}\t", "\u00a0{}\u3000"], ids=["bare", "blanks", "unicode blanks"]
)
def test_a_placeholder_is_not_filled(placeholder: str, written: str) -> None:
    assert not one(checks.filled(text(written.format(placeholder)), PLACEHOLDERS))
    assert not one(checks.filled(text(written.format(placeholder.upper())), PLACEHOLDERS))


@pytest.mark.parametrize("value", [None, "", " ", "\t\r\n", "\u00a0\u2003\u3000", "\x0b\x0c"])
def test_null_and_blank_are_not_filled(value: str | None) -> None:
    assert not one(checks.filled(text(value), PLACEHOLDERS))


@pytest.mark.parametrize(
    "value", ["n/a.", "xx", "tester", "no", "нетто", "Иван Нет", "0", "..", "(none)"]
)
def test_a_value_that_only_resembles_a_placeholder_is_filled(value: str) -> None:
    assert one(checks.filled(text(value), PLACEHOLDERS))


def test_without_placeholders_a_dash_is_filled() -> None:
    assert checks.filled(pa.array(["-", " ", None]), []).to_pylist() == [True, False, False]


@pytest.mark.parametrize(
    ("values", "filled"),
    [
        (pa.array([None, None], pa.string()), [False, False]),
        (pa.array([0, None], pa.int64()), [True, False]),
        (pa.array([Decimal(0), None], MONEY), [True, False]),
        (pa.array([False, None], pa.bool_()), [True, False]),
        (pa.array([TODAY, None], pa.date32()), [True, False]),
        (pa.array([datetime(2026, 1, 1, tzinfo=UTC), None], INSTANT), [True, False]),
        (pa.array([], pa.string()), []),
        (pa.array([], MONEY), []),
    ],
    ids=["text", "int", "number", "bool", "date", "instant", "no text", "no number"],
)
def test_filled_in_every_type(values: pa.Array, filled: list[bool]) -> None:
    assert checks.filled(values, PLACEHOLDERS).to_pylist() == filled


@pytest.mark.parametrize(
    ("values", "filled"),
    [
        (pa.array([0, 1, None], pa.int64()), [False, True, False]),
        (pa.array([Decimal("0.000000000"), Decimal(1), None], MONEY), [False, True, False]),
        (pa.array([date(1900, 1, 1), TODAY, None]), [False, True, False]),
        (pa.array(["0", "0.0", "00"]), [False, True, True]),
    ],
    ids=["int", "number", "date", "text"],
)
def test_a_placeholder_is_read_as_the_columns_type(values: pa.Array, filled: list[bool]) -> None:
    placeholders = ["0", "1900-01-01", "n/a", "9" * 60, "1e99"]
    assert checks.filled(values, placeholders).to_pylist() == filled


@pytest.mark.parametrize(
    ("value", "passes"),
    [
        ("a@b.c", True),
        ("  ivan.petrov+crm@sub.example.co.uk \n", True),
        ("иван@пример.рф", True),
        ("a@b..c", True),
        ("a@b", False),
        ("a@b.", False),
        ("a@.c", False),
        ("@b.c", False),
        ("a@@b.c", False),
        ("a@b@c.d", False),
        ("a b@c.d", False),
        ("a@b .c", False),
        ("a\u00a0b@c.d", False),
        ("a@b.c\nd@e.f", False),
        ("a@b.c; d@e.f", False),
        ("example.com", False),
    ],
)
def test_email(value: str, passes: bool) -> None:
    assert one(checks.email(text(value))) is passes


@pytest.mark.parametrize(
    ("value", "passes"),
    [
        ("5550101", True),
        ("123456789012345", True),
        (" +1 (555) 010-10.00/12 ", True),
        ("+7\u00a0495\u00a0123-45-67", True),
        ("555010", False),
        ("1234567890123456", False),
        ("555-0101 ext 5", False),
        ("555-0101x", False),
        ("555,0101", False),
        ("555_0101", False),
        ("٥٥٥٠١٠١", False),
        ("+()-./", False),
    ],
)
def test_phone(value: str, passes: bool) -> None:
    assert one(checks.phone(text(value))) is passes


@pytest.mark.parametrize(
    ("value", "passes"),
    [
        ("example.com", True),
        (" http://example.com ", True),
        ("HTTPS://www.Example.com/a/b?c=d#e", True),
        ("https://example.com:8443", True),
        ("my-shop.example.co.uk/", True),
        ("пример.рф", True),
        ("example.com?utm=x", True),
        ("example.com.", True),
        ("192.168.0.1", True),
        ("http://localhost", False),
        ("example", False),
        ("ftp://example.com", False),
        ("http:/example.com", False),
        ("https://", False),
        (".com", False),
        ("example..com", False),
        ("a@example.com", False),
        ("example .com", False),
        ("example.com/a b", False),
        ("example.com\u00a0", True),
        ("example.com/a\u00a0b", False),
        ("a.com, b.com", False),
    ],
)
def test_url(value: str, passes: bool) -> None:
    assert one(checks.url(text(value))) is passes


@pytest.mark.parametrize(
    ("value", "passes"),
    [
        ("a.b", True),
        (" (x)* ", True),
        ("axb", False),
        ("A.B", False),
        ("a.b|(x)*", False),
        ("", False),
        ("[^]", True),
        ("\\d", True),
        ("5", False),
        ("Москва", True),
    ],
)
def test_in_set_is_literal_and_trimmed(value: str, passes: bool) -> None:
    members = ["a.b", "(x)*", "[^]", "\\d", "Москва"]
    assert one(checks.in_set(text(value), members)) is passes


@pytest.mark.parametrize(
    ("values", "members", "passes"),
    [
        (pa.array([1, 3, None], pa.int64()), ["1", "2.0", "x"], [True, False, False]),
        (pa.array([Decimal("0.5"), Decimal(2)], MONEY), ["0.50", "2"], [True, True]),
        (pa.array([True, False, None]), ["TRUE"], [True, False, False]),
        (pa.array([TODAY, None]), ["2026-11-21"], [True, False]),
        (pa.array([TODAY]), ["soon"], [False]),
    ],
    ids=["int", "number", "bool", "date", "no member of the type"],
)
def test_in_set_in_every_type(values: pa.Array, members: list[str], passes: list[bool]) -> None:
    assert checks.in_set(values, members).to_pylist() == passes


@pytest.mark.parametrize(
    ("value", "passes"),
    [
        ("0.01", True),
        ("1000000000", True),
        ("1000000000.000000001", False),
        ("0.009999999", False),
        ("0", False),
        ("-1", False),
    ],
)
def test_in_range_includes_both_bounds_exactly(value: str, passes: bool) -> None:
    low, high = Decimal("0.01"), Decimal(1000000000)
    assert one(checks.in_range(pa.array([Decimal(value)], MONEY), low, high)) is passes
    assert one(checks.in_range(text(f" {value} "), low, high)) is passes


def test_in_range_never_rounds_a_big_integer_to_a_float() -> None:
    # 2^53 and 2^53 + 1 are one float; the null would have made the column one.
    big = 2**53
    values = pa.array([big, None, big + 1], pa.int64())
    assert checks.in_range(values, Decimal(big + 1), Decimal(2**62)).to_pylist() == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    "value", ["ten", "1,000", "1 000", "1_0", "nan", "Infinity", "٥", "", "5%"]
)
def test_text_that_is_no_number_is_out_of_range(value: str) -> None:
    assert not one(checks.in_range(text(value), Decimal(-(10**9)), Decimal(10**9)))


@pytest.mark.parametrize("value", ["5", "+5", "5.", ".5e1", "5E0", "005"])
def test_text_that_is_a_number_is_one(value: str) -> None:
    assert one(checks.in_range(text(value), Decimal(5), Decimal(5)))


@pytest.mark.parametrize(
    ("value", "kind"),
    [(TODAY, pa.date32()), (True, pa.bool_()), (datetime(2026, 1, 1, tzinfo=UTC), INSTANT)],
)
def test_a_date_or_a_flag_is_no_number(value: Any, kind: pa.DataType) -> None:
    assert not one(checks.in_range(pa.array([value], kind), Decimal(0), Decimal(10**9)))


def test_a_date_may_be_today() -> None:
    values = pa.array([date(2026, 11, 20), TODAY, date(2026, 11, 22), None])
    assert checks.not_in_past(values, TODAY, "UTC").to_pylist() == [False, True, True, False]


@pytest.mark.parametrize(
    ("instant", "zone", "passes"),
    [
        # Moscow's 21 November begins at 21:00 UTC on the 20th, New York's at 05:00 on the 21st.
        (datetime(2026, 11, 20, 21, 0, tzinfo=UTC), "Europe/Moscow", True),
        (datetime(2026, 11, 20, 20, 59, 59, tzinfo=UTC), "Europe/Moscow", False),
        (datetime(2026, 11, 21, 5, 0, tzinfo=UTC), "America/New_York", True),
        (datetime(2026, 11, 21, 4, 59, 59, tzinfo=UTC), "America/New_York", False),
        (datetime(2026, 11, 21, 0, 0, tzinfo=UTC), "UTC", True),
        (datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC), "UTC", False),
    ],
)
def test_an_instant_counts_by_its_date_in_the_zone(
    instant: datetime, zone: str, passes: bool
) -> None:
    assert one(checks.not_in_past(pa.array([instant], INSTANT), TODAY, zone)) is passes
    written = text(instant.strftime("%Y-%m-%dT%H:%M:%S.000Z"))
    assert one(checks.not_in_past(written, TODAY, zone)) is passes


def test_a_day_begins_late_where_the_clock_skips_midnight() -> None:
    # Cairo went from 23:59:59 on 27 April 2023 to 01:00 on the 28th, at 22:00 UTC.
    instants = [
        datetime(2023, 4, 27, 21, 59, 59, tzinfo=UTC),
        datetime(2023, 4, 27, 22, 0, tzinfo=UTC),
    ]
    verdicts = checks.not_in_past(pa.array(instants, INSTANT), date(2023, 4, 28), "Africa/Cairo")
    assert verdicts.to_pylist() == [False, True]


@pytest.mark.parametrize(
    ("value", "passes"),
    [
        ("2026-11-21", True),
        (" 2026-11-21 ", True),
        ("2026-11-20", False),
        ("2026-11-20T22:00:00.000+0000", True),
        ("2026-11-20T22:00:00", True),
        ("2026-11-21T00:30:00+03:00", True),
        ("2026-11-21T00:30:00+05:00", False),
        ("2026-13-01", False),
        ("20261130", False),
        ("soon", False),
        ("9999", False),
        ("9999-12-31", True),
        ("9999-12-31T23:59:59Z", True),
    ],
)
def test_a_date_kept_as_text(value: str, passes: bool) -> None:
    assert one(checks.not_in_past(text(value), TODAY, "Europe/Moscow")) is passes


def test_a_number_is_no_date() -> None:
    assert not one(checks.not_in_past(pa.array([20261130]), TODAY, "UTC"))


@pytest.mark.parametrize(
    ("values", "wanted", "equal"),
    [
        (pa.array([" New ", "new", "New York", None]), "New", [True, False, False, False]),
        (pa.array(["a.b", "axb"]), "a.b", [True, False]),
        (pa.array([True, False, None]), "false", [False, True, False]),
        (pa.array([True, False, None]), "True", [True, False, False]),
        (pa.array([100, 1, None]), "100", [True, False, False]),
        (pa.array([Decimal("100.000000000"), None], MONEY), "100", [True, False]),
        (pa.array([TODAY, None]), "2026-11-21", [True, False]),
        (
            pa.array([datetime(2026, 11, 21, 9, tzinfo=UTC), None], INSTANT),
            "2026-11-21T12:00:00+03:00",
            [True, False],
        ),
    ],
    ids=["text", "literal", "false", "any case", "int", "number", "date", "instant"],
)
def test_equals(values: pa.Array, wanted: str, equal: list[bool]) -> None:
    assert checks.equals(values, wanted).to_pylist() == equal


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [(pa.bool_(), "yes"), (pa.int64(), "1.5"), (MONEY, "many"), (pa.date32(), "soon")],
)
def test_what_can_never_be_equal_is_an_error(kind: pa.DataType, wanted: str) -> None:
    with pytest.raises(ValueError, match=f"'{wanted}' can never be a value of a column of type"):
        checks.equals(pa.array([None], kind), wanted)


@pytest.mark.parametrize("check", [checks.email, checks.phone, checks.url])
def test_patterns_take_nulls_empty_columns_and_numbers(check: Any) -> None:
    assert check(pa.array([None], pa.string())).to_pylist() == [False]
    assert check(pa.array([], pa.string())).to_pylist() == []
    assert check(pa.array([5550101, None])).to_pylist() == [check is checks.phone, False]
