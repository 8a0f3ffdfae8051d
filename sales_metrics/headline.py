"""The headline of a run: the metrics that exist, in two quarters, read from the published file.

Nothing is computed here that the marts do not say but sums over reps. How it is printed is the
command's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sales_metrics.warehouse import connect

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NOTHING = "–"


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


def _sales_velocity(marts: DuckDBPyConnection, quarter: str) -> dict[str, str]:
    won, lost, win_rate, amount, currency = marts.execute(
        """
        select
            coalesce(sum(won), 0),
            coalesce(sum(lost), 0),
            sum(won) / nullif(sum(won) + sum(lost), 0),
            coalesce(sum(won_amount), 0),
            (select any_value(corporate_currency) from marts.meta)
        from marts.sales_velocity
        where quarter = ?
        """,
        [quarter],
    ).fetchone() or (0, 0, None, 0, None)
    return {
        "won / lost": f"{won:,} / {lost:,}",
        "win rate": NOTHING if win_rate is None else f"{win_rate:.1%}",
        "won amount": f"{amount:,.0f} {currency or ''}".rstrip(),
        "fastest closer": _leaders(
            marts, quarter, "fastest_rank", "printf('median %.1f days', median_won_cycle_days)"
        ),
        "largest contract": _leaders(
            marts, quarter, "largest_rank", "format('{:,}', cast(largest_won_amount as bigint))"
        ),
    }


def _leaders(marts: DuckDBPyConnection, quarter: str, rank: str, value: str) -> str:
    """The reps on rank 1, with their value."""
    found = marts.execute(
        f"""
        select coalesce(reps.rep_name, reps.rep_id), {value}
        from marts.sales_velocity as velocity
        inner join marts.dim_reps as reps on velocity.rep_id = reps.rep_id
        where velocity.quarter = ? and {rank} = 1
        order by 1
        """,
        [quarter],
    ).fetchall()
    if not found:
        return NOTHING
    return f"{', '.join(name for name, _ in found)} ({found[0][1]})"


# Mart -> the metric's name, and its measures in a quarter. A later metric adds a line.
METRICS: dict[str, tuple[str, Callable[[DuckDBPyConnection, str], dict[str, str]]]] = {
    "sales_velocity": ("Sales velocity", _sales_velocity),
}
