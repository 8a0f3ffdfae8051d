"""What a sales manager reads at the end of a run: five metrics, their leaders, the weakest link.

Read from the published file, nothing is computed here. The longer list of measures for those who
work on the data is `headline.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sales_metrics.warehouse import connect

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NOTHING = "–"

LINKS = {
    "leads_answered_in_time": "leads answered in time",
    "leads_qualified": "leads qualified",
    "opportunities_won": "opportunities won",
    "prospects_saved": "lost prospects saved",
    "customers_referred": "customers who refer others",
}


@dataclass(frozen=True)
class Line:
    """A metric of the running quarter: the company's value, the quarter's before, who leads."""

    metric: str
    value: str
    before: str
    leader: str


@dataclass(frozen=True)
class Summary:
    """The running quarter's five lines, and a sentence on the last closed quarter."""

    quarter: str
    lines: tuple[Line, ...]
    weakest_link: str


def _count(value: float) -> str:
    return f"{value:,.0f}"


def _duration(value: float) -> str:
    """Seconds as a person says them: 45 min, 3.2 h, 2.1 days."""
    waited = timedelta(seconds=value)
    if waited < timedelta(hours=1):
        return f"{waited / timedelta(minutes=1):,.0f} min"
    if waited < timedelta(days=1):
        return f"{waited / timedelta(hours=1):,.1f} h"
    return f"{waited / timedelta(days=1):,.1f} days"


def _money_a_day(value: float) -> str:
    return f"{value:,.0f} a day"


def _score(value: float) -> str:
    return f"{value:.1f} of 100"


# What it is called -> the scorecard's metric, and how its value is said.
METRICS: dict[str, tuple[str, Callable[[float], str]]] = {
    "Saved leads": ("saved_leads", _count),
    "Lead response time (median)": ("median_rep_response_seconds", _duration),
    "Sales velocity": ("velocity_per_day", _money_a_day),
    "Referrals earned": ("referrals_earned", _count),
    "CRM quality": ("quality_score", _score),
}


def read_summary(published: Path) -> Summary:
    """The summary of the published file at `published`."""
    with connect(published, read_only=True) as marts:
        (quarter, currency) = _one(
            marts,
            """
            select
                (
                    select quarter from marts.dim_quarters
                    where start_date <= (select any_value(as_of) from marts.meta)
                    order by start_date desc limit 1
                ),
                coalesce((select any_value(corporate_currency) from marts.meta), '')
            """,
        )
        lines = tuple(
            _line(marts, quarter, _named(name, currency), metric, say)
            for name, (metric, say) in METRICS.items()
        )
        return Summary(quarter, lines, _weakest_link(marts, currency))


def _named(metric: str, currency: str) -> str:
    """Money is named with its currency, where the export names one."""
    return f"{metric}, {currency}" if currency and METRICS[metric][1] is _money_a_day else metric


def _line(
    marts: DuckDBPyConnection,
    quarter: str,
    name: str,
    metric: str,
    say: Callable[[float], str],
) -> Line:
    value, before = _one(
        marts,
        """
        select any_value(value), any_value(previous_value) from marts.metric_totals
        where quarter = ? and team = 'all' and metric = ?
        """,
        quarter,
        metric,
    )
    leaders = marts.execute(
        """
        select coalesce(reps.rep_name, reps.rep_id), scorecard.value
        from marts.sales_scorecard as scorecard
        inner join marts.dim_reps as reps on scorecard.rep_id = reps.rep_id
        where scorecard.quarter = ? and scorecard.metric = ? and scorecard.rank = 1
        order by 1
        """,
        [quarter, metric],
    ).fetchall()
    leader = NOTHING
    if leaders:
        leader = f"{', '.join(rep for rep, _ in leaders)} ({say(leaders[0][1])})"
    return Line(
        name,
        NOTHING if value is None else say(value),
        NOTHING if before is None else say(before),
        leader,
    )


def _weakest_link(marts: DuckDBPyConnection, currency: str) -> str:
    (quarter,) = _one(
        marts, "select max_by(quarter, start_date) from marts.dim_quarters where is_closed"
    )
    if quarter is None:
        return "No quarter is closed yet, so no link of the funnel can be called the weakest."
    found = marts.execute(
        """
        select link, hits, n, rate, reference_rate, amount_at_stake from marts.weakest_link
        where quarter = ? and is_weakest
        """,
        [quarter],
    ).fetchone()
    if found is None:
        return (
            f"{quarter} has no weakest link: none with 20 cases or more and a price fell short of "
            "its target or of its own best year."
        )
    link, hits, n, rate, reference, amount = found
    at_stake = f"{amount:,.0f} {currency}".rstrip()
    return (
        f"The weakest link of {quarter} is {LINKS[link]}: {hits:,} of {n:,} ({rate:.1%}) where "
        f"{reference:.1%} could be reached. About {at_stake} is at stake."
    )


def _one(marts: DuckDBPyConnection, query: str, *values: str) -> tuple[Any, ...]:
    """The only row of a query."""
    (row,) = marts.execute(query, list(values)).fetchall()
    return tuple(row)
