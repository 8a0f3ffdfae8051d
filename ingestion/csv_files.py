"""The first reader of CSV files: Arrow, every cell as text. What it means is not known here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from ingestion.records import Records
from ingestion.rows import Rejected, TextRows
from sales_metrics.errors import SalesMetricsError

_BLOCK = 8 << 20
# Pages are read by several threads, each in blocks that stay in the processor's cache.
_BLOCK_OF_BYTES = 1 << 20
_LARGEST_BLOCK = 1 << 30


def read_csv(path: Path, name: str, counted: Records) -> TextRows:
    """Read a file that the second reader has counted, blank cells as null.

    Raises SalesMetricsError when the two readers do not see the same records.
    """
    header = list(counted.header)
    cells, skipped = read_cells(path, len(header), has_nul=counted.nul_bytes > 0)
    first = [column[0].as_py() for column in cells.columns] if cells.num_rows else []
    rows = cells.slice(1)
    if [(cell or "").strip() for cell in first] != header or (
        rows.num_rows + skipped != counted.count or skipped != len(counted.ragged)
    ):
        raise SalesMetricsError(
            f"{name} ({path}): one reader found {rows.num_rows} whole and {skipped} broken "
            f"records, the other {counted.count - len(counted.ragged)} and {len(counted.ragged)}. "
            "Export the file again."
        )
    numbers = np.arange(1, counted.count + 1)
    rejected = []
    if counted.ragged:
        numbers = np.delete(numbers, [ragged.record - 1 for ragged in counted.ragged])
        rejected = [
            Rejected(r.record, "", r.text, f"has {r.cells} cells, the header {len(header)}")
            for r in counted.ragged
        ]
    return TextRows(header, list(rows.columns), numbers, counted.count, rejected)


def read_cells(
    path: Path, width: int, *, has_nul: bool, only: Sequence[int] | None = None
) -> tuple[pa.Table, int]:
    """All records of `width` cells as text, the header among them, and how many others there are.

    `only` picks columns by position.
    """
    if has_nul:
        return cells_of(path.read_bytes(), width, only=only)
    return _read(lambda: str(path), width, only, _BLOCK, use_threads=True)


def cells_of(
    content: bytes, width: int, *, only: Sequence[int] | None = None
) -> tuple[pa.Table, int]:
    """`read_cells` for bytes, NUL bytes left out; no bytes have no records."""
    if b"\0" in content:
        content = content.replace(b"\0", b"")
    if not content or content.isspace():
        names = [f"f{position}" for position in (only or range(width))]
        return pa.schema([(name, pa.string()) for name in names]).empty_table(), 0
    read, skipped = _read(
        lambda: pa.BufferReader(content), width, only, _BLOCK_OF_BYTES, use_threads=False
    )
    return read.combine_chunks(), skipped


def _read(
    source: Callable[[], Any],
    width: int,
    only: Sequence[int] | None,
    block: int,
    *,
    use_threads: bool,
) -> tuple[pa.Table, int]:
    names = [f"f{position}" for position in range(width)]
    options = pa_csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        include_columns=[names[position] for position in only] if only is not None else None,
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
    )
    while True:
        skipped = 0

        def skip(_row: Any) -> str:
            nonlocal skipped
            skipped += 1
            return "skip"

        try:
            return pa_csv.read_csv(
                source(),
                read_options=pa_csv.ReadOptions(
                    column_names=names, block_size=block, use_threads=use_threads
                ),
                parse_options=pa_csv.ParseOptions(
                    newlines_in_values=True, invalid_row_handler=skip
                ),
                convert_options=options,
            ), skipped
        except pa.ArrowInvalid as problem:
            # A record must fit into a block; larger blocks for all would cost parallel reading.
            if "straddling" not in str(problem) or block >= _LARGEST_BLOCK:
                raise
            block *= 4
