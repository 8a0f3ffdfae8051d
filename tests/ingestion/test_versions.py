from collections.abc import Sequence

import pyarrow as pa

from ingestion.kinds import INSTANT
from ingestion.versions import newest

EARLY, LATE = 1_000_000, 2_000_000


def fates(
    keys: Sequence[str],
    values: Sequence[str | None],
    *versions: Sequence[int | None],
    with_key: bool = True,
) -> str:
    """One letter a row: `.` kept, `r` a repeat, `o` an older version."""
    key = pa.chunked_array([pa.array(keys[:1]), pa.array(keys[1:], pa.string())])
    instants = [pa.chunked_array([pa.array(column, INSTANT)]) for column in versions]
    value = pa.chunked_array([pa.array(values, pa.string())])
    found = newest([key, value, *instants], [key] if with_key else [], instants)
    return "".join(
        "r" if repeat else "o" if older else "."
        for repeat, older in zip(found.repeats, found.older, strict=True)
    )


def test_nothing_to_choose() -> None:
    assert fates(["a", "b", "c"], ["x", "x", None]) == "..."


def test_the_later_version_is_kept() -> None:
    assert fates(["a", "b", "a"], ["1", "2", "3"], [LATE, EARLY, EARLY]) == "..o"
    assert fates(["a", "b", "a"], ["1", "2", "3"], [EARLY, EARLY, LATE]) == "o.."


def test_the_second_instant_stands_in_and_breaks_ties() -> None:
    assert fates(["a", "a"], ["1", "2"], [None, None], [LATE, EARLY]) == ".o"
    assert fates(["a", "a"], ["1", "2"], [LATE, LATE], [LATE, EARLY]) == ".o"
    assert fates(["a", "a"], ["1", "2"], [None, EARLY], [LATE, LATE]) == ".o"


def test_without_an_instant_the_later_row_is_kept() -> None:
    assert fates(["a", "a", "a"], ["1", "2", "3"]) == "oo."
    assert fates(["a", "a"], ["1", "2"], [EARLY, None]) == ".o"
    assert fates(["a", "a"], ["1", "2"], [EARLY, EARLY], [None, None]) == "o."


def test_rows_that_are_wholly_equal_are_repeats() -> None:
    assert fates(["a", "b", "a"], [None, "2", None]) == "r.."
    assert fates(["a", "a", "a"], ["1", "2", "1"], [EARLY, LATE, EARLY]) == "r.o"


def test_the_last_of_equal_rows_counts_as_its_place() -> None:
    assert fates(["a", "a", "a"], ["1", "2", "1"]) == "ro."


def test_null_and_text_are_not_equal() -> None:
    assert fates(["a", "a"], [None, "1"]) == "o."


def test_without_a_key_only_repeats_go() -> None:
    assert fates(["a", "a", "a"], ["1", "2", "1"], with_key=False) == "r.."
