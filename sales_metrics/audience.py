"""The reactivation audience as a CSV file for the mail tool.

Who is in it, and why others are not, is decided by the models; here it is read from the warehouse
and written so that a spreadsheet executes none of it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from sales_metrics.errors import SalesMetricsError
from sales_metrics.warehouse import connect

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COLUMNS = (
    "email",
    "segment",
    "prospect_id",
    "lost_from",
    "lost_reason",
    "industry",
    "channel",
    "amount_band",
    "flagged_by_rep_id",
)

# What a spreadsheet takes for a formula begins with one of these.
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")

SHOWN_SEGMENTS = 20


@dataclass(frozen=True)
class Audience:
    """What was written, and who was not: reason -> prospects, most of them first."""

    prospects: int
    segments: int
    left_out: dict[str, int]


def write_audience(warehouse: Path, out: Path, segments: Collection[str] = ()) -> Audience:
    """Write the audience, or those of its `segments`, to the CSV file `out`, whole or not at all.

    A `*` in a segment stands for anything. The file holds e-mail addresses: only its owner may read
    it. Raises SalesMetricsError where there is no audience yet, for a segment that nobody is in,
    and for a file that cannot be written.
    """
    rows, left_out = _read(warehouse)
    if segments:
        asked = _asked(segments, {row["segment"] for row in rows})
        chosen = [row for row in rows if row["segment"] in asked]
        if len(chosen) < len(rows):
            left_out["in another segment"] = len(rows) - len(chosen)
        rows = chosen
    _write(out, ([harmless(row[column]) for column in COLUMNS] for row in rows))
    return Audience(len(rows), len({row["segment"] for row in rows}), left_out)


def harmless(cell: str | None) -> str:
    """The cell as text that no spreadsheet executes."""
    text = cell or ""
    return f"'{text}" if text.startswith(FORMULA_BEGINS) else text


def _read(warehouse: Path) -> tuple[list[dict[str, Any]], dict[str, int]]:
    import duckdb

    if not warehouse.exists():
        raise SalesMetricsError(
            f"There is no warehouse at {warehouse} yet. Run `sales-metrics run` first."
        )
    try:
        with connect(warehouse, read_only=True) as connection:
            return _audience(connection), _left_out(connection)
    except duckdb.CatalogException as problem:
        raise SalesMetricsError(
            f"{warehouse} holds no audience yet. Run `sales-metrics run` first."
        ) from problem
    except duckdb.IOException as problem:
        raise SalesMetricsError(
            f"{warehouse} cannot be read now; a run may be writing it. Try again when it has ended."
        ) from problem


def _audience(connection: DuckDBPyConnection) -> list[dict[str, Any]]:
    found = connection.execute(
        f"select {', '.join(COLUMNS)} from activation.reactivation_audience"
        " order by segment, email, prospect_id"
    ).fetchall()
    return [dict(zip(COLUMNS, row, strict=True)) for row in found]


def _left_out(connection: DuckDBPyConnection) -> dict[str, int]:
    return dict(
        connection.execute(
            """
            select left_out_because, count(*) from intermediate.int_reactivation_candidates
            where left_out_because is not null
            group by 1
            order by 2 desc, 1
            """
        ).fetchall()
    )


def _asked(segments: Collection[str], known: Collection[str]) -> set[str]:
    """The known segments that are asked for."""
    asked: set[str] = set()
    for segment in segments:
        pattern = re.compile(".*".join(re.escape(part) for part in segment.split("*")), re.DOTALL)
        fitting = {name for name in known if pattern.fullmatch(name)}
        if not fitting:
            shown = sorted(known)[:SHOWN_SEGMENTS]
            more = f" and {len(known) - len(shown)} more" if len(known) > len(shown) else ""
            raise SalesMetricsError(
                f"Nobody to write to is in the segment '{segment}'. Segments are: "
                f"{'; '.join(shown) or 'none'}{more}."
            )
        asked |= fitting
    return asked


def _write(out: Path, rows: Iterable[list[str]]) -> None:
    try:
        with NamedTemporaryFile(
            "w", encoding="utf-8", newline="", dir=out.parent, suffix=".part", delete=False
        ) as part:
            writer = csv.writer(part, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(rows)
        Path(part.name).replace(out)
    except OSError as problem:
        raise SalesMetricsError(f"{out} cannot be written: {problem.strerror}.") from problem
