"""The headline of a run: the metrics that exist, in two quarters, read from the published file.

What it says of a metric is in `headline_measures.py`; how it is printed is the command's.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sales_metrics.headline_measures import METRICS
from sales_metrics.warehouse import connect

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Line:
    """One measure of a metric: what it is called, and its value in each quarter of the headline."""

    metric: str
    measure: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Headline:
    """`quarters` are the columns, the running one first; each line has a value for each."""

    quarters: tuple[str, ...]
    lines: tuple[Line, ...]


def read_headline(published: Path) -> Headline:
    """The running quarter and the last closed one, for every metric whose mart is published."""
    with connect(published, read_only=True) as marts:
        quarters = _quarters(marts)
        tables = {
            name for (name,) in marts.execute("select table_name from duckdb_tables()").fetchall()
        }
        labels = tuple(
            f"{quarter} (running)" if running else quarter for quarter, running in quarters
        )
        lines: list[Line] = []
        for table, (metric, measures) in METRICS.items():
            if table in tables:
                by_quarter = [measures(marts, quarter) for quarter, _ in quarters]
                lines += [
                    Line(metric, measure, tuple(values[measure] for values in by_quarter))
                    for measure in by_quarter[0]
                ]
        return Headline(labels, tuple(lines))


def _quarters(marts: DuckDBPyConnection) -> list[tuple[str, bool]]:
    """The quarter that as_of is in, and the last that is closed if there is one."""
    return marts.execute(
        """
        select quarter, not is_closed
        from marts.dim_quarters
        where start_date <= (select any_value(as_of) from marts.meta)
        order by start_date desc
        limit 2
        """
    ).fetchall()
