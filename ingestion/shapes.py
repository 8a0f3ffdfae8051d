"""Columns in which every cell has the one form that exports are full of: recognised by their bytes.

An id of 18 characters, `2026-01-05T10:00:00.000Z`, `2026-01-05`, `true`. Such a column needs no
trimming and no patterns, which are most of the work. What the values are otherwise is `kinds.py`'s;
here and there the same text gives the same values, and a test holds the two against each other.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.kinds import INSTANT
from ingestion.tables import Column

_ALPHANUMERIC = np.array([chr(code).isascii() and chr(code).isalnum() for code in range(256)])
_ID_LENGTH = 18

# The lowest and the highest byte of each place. The year's first is no zero: there is no year 0000.
_DATE_FORM = (b"1000-00-00", b"2999-19-39")
_INSTANT_FORM = (b"1000-00-00T00:00:00.000Z", b"2999-19-39T29:59:59.999Z")


def usual_values(text: pa.Array, column: Column) -> pa.Array | None:
    """The values of a column in which all cells have the usual form; None for every other."""
    if column.allowed or column.date_is_midnight or not pa.types.is_string(text.type):
        return None
    if column.kind == "id":
        cells = _cells(text, _ID_LENGTH)
        return text if cells is not None and _ALPHANUMERIC[cells].all() else None
    if column.kind == "instant":
        return _cast(text, _INSTANT_FORM, INSTANT)
    if column.kind == "date":
        return _cast(text, _DATE_FORM, pa.date32())
    if column.kind == "bool":
        known = set(pc.unique(text).to_pylist()) <= {"true", "false", None}
        return pc.equal(text, "true") if known else None
    return None


def _cast(text: pa.Array, form: tuple[bytes, bytes], to: pa.DataType) -> pa.Array | None:
    low, high = (np.frombuffer(bound, np.uint8) for bound in form)
    cells = _cells(text, len(low))
    if cells is None or not ((cells >= low) & (cells <= high)).all():
        return None
    try:
        return text.cast(to)
    except pa.ArrowInvalid:
        # A day or an hour that does not exist.
        return None


def _cells(text: pa.Array, width: int) -> np.ndarray | None:
    """The bytes of the cells that are not null, one row each, if all are so long."""
    _, offsets_buffer, data = text.buffers()
    start, length = text.offset, len(text)
    if length == 0 or data is None:
        return None
    offsets = np.frombuffer(offsets_buffer, np.int32)[start : start + length + 1]
    lengths = np.diff(offsets)
    if text.null_count:
        # Null takes no bytes, or the cells would not stand one behind the other.
        expected = np.where(text.is_valid().to_numpy(zero_copy_only=False), width, 0)
        if not np.array_equal(lengths, expected):
            return None
    elif not (lengths == width).all():
        return None
    cells = np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]]
    return cells.reshape(-1, width)
