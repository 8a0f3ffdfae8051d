"""Of two records of one key, the newest; of equal records, one. Whole tables at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Superseded:
    """Masks of the rows that go: repeats of another row, and older versions of one."""

    repeats: np.ndarray
    older: np.ndarray


def newest(
    columns: Sequence[pa.ChunkedArray],
    key: Sequence[pa.ChunkedArray],
    versions: Sequence[pa.ChunkedArray],
) -> Superseded:
    """Find the rows that another row stands for.

    `columns` is all that makes two rows equal, `versions` are instants, the first that a row has
    counts, at equal ones the last of them, then the later row. Without a key only equal rows go.
    """
    rows = len(columns[0])
    repeats = np.zeros(rows, bool)
    older = np.zeros(rows, bool)
    suspects = np.flatnonzero(_shares_its_key(key or columns, rows))
    if len(suspects) == 0:
        return Superseded(repeats, older)

    # Rows that are equal in everything: the last one stands for all of them.
    wholly = _groups([column.take(pa.array(suspects)) for column in columns], len(suspects))
    last_of_group = np.zeros(wholly.max() + 1, np.int64)
    last_of_group[wholly] = np.arange(len(suspects))
    is_repeat = last_of_group[wholly] != np.arange(len(suspects))
    repeats[suspects[is_repeat]] = True

    if key:
        candidates = suspects[~is_repeat]
        keys = _groups([column.take(pa.array(candidates)) for column in key], len(candidates))
        instants = [_microseconds(column.take(pa.array(candidates))) for column in versions]
        first = _first_known(instants, len(candidates))
        last = instants[-1] if instants else first
        order = np.lexsort((np.arange(len(candidates)), last, first, keys))
        is_newest = np.append(keys[order][1:] != keys[order][:-1], True)
        older[candidates[order[~is_newest]]] = True
    return Superseded(repeats, older)


def _shares_its_key(key: Sequence[pa.ChunkedArray], rows: int) -> np.ndarray:
    groups = _groups(key, rows)
    if rows == 0:
        return np.zeros(0, bool)
    return np.bincount(groups)[groups] > 1


def _groups(columns: Sequence[pa.ChunkedArray], rows: int) -> np.ndarray:
    """A number for each row, the same for rows that are equal in all columns (null = null)."""
    groups = np.zeros(rows, np.int64)
    for column in columns:
        codes = _codes(column)
        count = int(codes.max()) + 1 if rows else 1
        # Renumbered each time: the product of two numbers of groups stays far below 2^63.
        groups = groups * count + codes if not groups.any() else _renumber(groups * count + codes)
    return groups


def _renumber(groups: np.ndarray) -> np.ndarray:
    return np.unique(groups, return_inverse=True)[1]


def _codes(column: pa.ChunkedArray) -> np.ndarray:
    encoded = pc.dictionary_encode(column, null_encoding="encode")
    parts = [chunk.indices.to_numpy(zero_copy_only=False) for chunk in encoded.chunks]
    return np.concatenate(parts).astype(np.int64) if parts else np.zeros(0, np.int64)


def _microseconds(column: pa.ChunkedArray) -> np.ndarray:
    """Instants as numbers, those that are missing before all others."""
    never = np.iinfo(np.int64).min
    return pc.fill_null(column.cast(pa.int64()), never).to_numpy()


def _first_known(instants: Sequence[np.ndarray], rows: int) -> np.ndarray:
    never = np.iinfo(np.int64).min
    known = np.full(rows, never)
    for values in reversed(instants):
        known = np.where(values == never, known, values)
    return known
