"""The short way gives what the long way gives, or nothing."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.ids import CrmIds
from ingestion.kinds import trim, typed
from ingestion.shapes import usual_values
from ingestion.tables import Column, Kind

IDS = CrmIds(lambda: iter(()))

USUAL: dict[Kind, st.SearchStrategy[str]] = {
    "id": st.text("0aZ9", min_size=18, max_size=18),
    "instant": st.builds(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z".format,
        st.integers(0, 2999),
        st.integers(0, 13),
        st.integers(0, 32),
        st.integers(0, 25),
        st.integers(0, 60),
        st.integers(0, 60),
        st.integers(0, 999),
    ),
    "date": st.builds(
        "{:04}-{:02}-{:02}".format, st.integers(0, 2999), st.integers(0, 13), st.integers(0, 32)
    ),
    "bool": st.sampled_from(["true", "false"]),
}
ODD = st.one_of(
    st.none(),
    st.text(" 0aé-:.TZ\u00a0", max_size=26),
    st.sampled_from(
        ["TRUE", " true", "2026-01-05", "2026-01-05T10Z", "00Q00000000001A ", "x" * 15]
    ),
)


def the_long_way(text: pa.Array, column: Column) -> pa.Array:
    values = typed(trim(text), column)
    return IDS.complete(values) if column.kind == "id" else values


@pytest.mark.parametrize("kind", sorted(USUAL))
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_both_ways_are_equal(kind: Kind, data: st.DataObject) -> None:
    cells = data.draw(
        st.one_of(
            st.lists(st.one_of(st.none(), USUAL[kind]), max_size=6),
            st.lists(st.one_of(USUAL[kind], ODD), max_size=6),
        )
    )
    before = data.draw(st.lists(USUAL[kind], max_size=6))
    column = Column("x", kind)
    text = pa.array([*before, *cells, "behind"], pa.string()).slice(len(before), len(cells))
    found = usual_values(text, column)
    if found is not None:
        assert found.equals(the_long_way(text, column))
        assert text.null_count == trim(text).null_count


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("id", ["00Q000000000001AAA", None, "005000000000001AAA"]),
        ("instant", ["2026-01-05T10:00:00.000Z", None]),
        ("date", [None, "2026-02-28"]),
        ("bool", ["true", "false", None]),
    ],
)
def test_usual_columns_take_the_short_way(kind: Kind, cells: list[str | None]) -> None:
    text = pa.array(cells, pa.string())
    found = usual_values(text, Column("x", kind))
    assert found is not None
    assert found.equals(the_long_way(text, Column("x", kind)))


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("id", "00Q000000000001"),
        ("id", " 0Q000000000001AAA"),
        ("id", "00Q00000000001\u00a0AA"),
        ("instant", "2026-02-30T10:00:00.000Z"),
        ("instant", "0000-01-05T10:00:00.000Z"),
        ("instant", "2026-01-05 10:00:00.000Z"),
        ("date", "2026-13-01"),
        ("bool", "True"),
        ("text", "plain"),
    ],
)
def test_what_is_unusual_goes_the_long_way(kind: Kind, cell: str) -> None:
    usual = {"id": "00Q000000000001AAA", "bool": "true"}.get(kind, cell)
    assert usual_values(pa.array([usual, cell], pa.string()), Column("x", kind)) is None


def test_what_is_null_may_not_hide_bytes() -> None:
    cells = pa.array(["2026-01-05", "2026-01-06", "x"], pa.string())
    hidden = pa.Array.from_buffers(
        pa.string(), 3, [pa.py_buffer(b"\x05"), *cells.buffers()[1:]], null_count=1
    )
    assert hidden.to_pylist() == ["2026-01-05", None, "x"]
    assert usual_values(hidden, Column("x", "date")) is None
