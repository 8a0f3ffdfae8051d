"""What passes between reading and loading: rows as text, rows refused, and what a file became."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


@dataclass(frozen=True)
class Rejected:
    """A cell that stops its record; 1 is the first record after the header (JSON: the first line).

    `column` is blank where the record as a whole is at fault, `value` then its text.
    """

    record: int
    column: str
    value: str
    reason: str


@dataclass
class TextRows:
    """A file as the first reader sees it: every cell text or null, under the header's own names.

    `numbers` holds the record number of each row; `records` counts the refused ones too.
    `children` has, for each list inside the records (by path), its entries in the same form, with
    `parents`, the positions of their records among the rows.
    """

    header: list[str]
    columns: list[pa.ChunkedArray]
    numbers: np.ndarray
    records: int
    rejected: list[Rejected] = field(default_factory=list)
    children: dict[str, ChildRows] = field(default_factory=dict)


@dataclass
class ChildRows:
    """The entries of a list inside the records, cells as text; `parents` are positions of rows."""

    header: list[str]
    columns: list[pa.ChunkedArray]
    parents: np.ndarray


@dataclass
class Extract:
    """A raw table, ready to load, and the account of where every record of its file went."""

    table: str
    file: str
    rows: pa.Table
    file_present: bool
    records: int
    quarantined: int = 0
    exact_repeats: int = 0
    older_versions: int = 0
    rejected: Sequence[Rejected] = ()
    warnings: list[str] = field(default_factory=list)
    # Declared columns and lists that the file lacks, by the source's names.
    missing_columns: tuple[str, ...] = ()
    # Header -> raw column, of those that no table declares.
    unknown_columns: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
