"""Tables cell by cell: keys, money, nulls, text and instants exactly, floats to 1e-9."""

import math
from typing import Any

from tests.recount.recount import KEYS
from tests.recount.values import Mart


def same(recounted: Any, built: Any) -> bool:
    if isinstance(recounted, float) and isinstance(built, float):
        # Around 0, where nothing is relative, what floating point leaves of equal values.
        return math.isclose(recounted, built, rel_tol=1e-9, abs_tol=1e-12)
    return type(recounted) is type(built) and recounted == built


def differences(table: str, recounted: Mart, built: Mart) -> list[str]:
    """What is not the same, a sentence each; [] if the tables are equal."""

    def by_key(rows: Mart) -> dict[tuple[Any, ...], dict[str, Any]]:
        return {tuple(row[column] for column in KEYS[table]): row for row in rows}

    ours, theirs = by_key(recounted), by_key(built)
    assert len(ours) == len(recounted), f"{table}: a key twice in the recount"
    found = [] if len(theirs) == len(built) else [f"{table}: a key twice in the warehouse"]
    found += [f"{table} {key}: only in the recount" for key in ours.keys() - theirs.keys()]
    found += [f"{table} {key}: only in the warehouse" for key in theirs.keys() - ours.keys()]
    for key in sorted(ours.keys() & theirs.keys()):
        found += [
            f"{table} {key}: {column} is {theirs[key].get(column)!r}, recounted {value!r}"
            for column, value in ours[key].items()
            if column not in theirs[key] or not same(value, theirs[key][column])
        ]
    return found
