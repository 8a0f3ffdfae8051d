"""The quarantine: rows that could not be typed, with the reason, one CSV a raw table."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from ingestion.rows import Rejected

COLUMNS = ("record", "column", "value", "reason")
_LONGEST_VALUE = 1000


def write_quarantine(folder: Path, source: str, table: str, rejected: Sequence[Rejected]) -> None:
    """Write `<source>_<table>.csv` for this run; without rejected rows there is no file."""
    path = folder / f"{source}_{table}.csv"
    if not rejected:
        path.unlink(missing_ok=True)
        return
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for cell in rejected:
            writer.writerow((cell.record, cell.column, cell.value[:_LONGEST_VALUE], cell.reason))
