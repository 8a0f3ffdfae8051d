"""Section 6's scorecard and totals, counted again.

The scorecard is made of the rep × quarter tables, the totals of the facts (`figures.py`).
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

from tests.recount.figures import CLOCKS, RATES, SCORECARD, Figures, Members, everybody
from tests.recount.rules import Company
from tests.recount.values import Mart, median, number, quarter_before, ranks

# Metric → the table that has it, and the column of its rank there.
SOURCES = {
    "saved_leads": ("saved_leads", "rank"),
    "median_rep_response_seconds": ("lead_response_time", "rank"),
    "velocity_per_day": ("sales_velocity", None),
    "median_won_cycle_days": ("sales_velocity", "fastest_rank"),
    "largest_won_amount": ("sales_velocity", "largest_rank"),
    "referrals_earned": ("referrals_earned", "rank"),
    "quality_score": ("data_enrichment", "rank"),
}
VELOCITY = "velocity_per_day"
WHOLE_COMPANY = "all"


class Scorecard:
    """The mart `sales_scorecard` of a company; `tables` are its rep × quarter tables by name."""

    def __init__(self, company: Company, tables: Mapping[str, Mart]) -> None:
        self.company = company
        self.tables = tables

    @cached_property
    def _values(self) -> dict[tuple[str, str, str], dict[str, Any]]:
        """Metric, quarter and rep → the row of the table that has a value."""
        return {
            (metric, row["quarter"], row["rep_id"]): row
            for metric, (table, _) in SOURCES.items()
            for row in self.tables[table]
            if row[metric] is not None
        }

    def _value(self, metric: str, quarter: str, rep: str) -> float | None:
        row = self._values.get((metric, quarter, rep))
        return None if row is None else float(row[metric])

    def _velocity_ranks(self, quarter: str) -> dict[str, int]:
        volume = self.company.minimum_volume(VELOCITY, self.company.setting.minimum_volume)
        in_race = {
            rep: Fraction(str(row[VELOCITY]))
            for (metric, its_quarter, rep), row in self._values.items()
            if metric == VELOCITY
            and its_quarter == quarter
            and row["won"] + row["lost"] >= volume
            and self.company.is_active_rep(rep)
        }
        return ranks(in_race, smallest_first=False)

    def _rank(self, metric: str, quarter: str, rep: str) -> int | None:
        column = SOURCES[metric][1]
        if column is None:
            return self._velocity_ranks(quarter).get(rep)
        rank: int | None = self._values[metric, quarter, rep][column]
        return rank

    def _team_median(self, metric: str, quarter: str) -> float | None:
        values = [
            Fraction(float(row[metric]))
            for (its_metric, its_quarter, _), row in self._values.items()
            if (its_metric, its_quarter) == (metric, quarter)
        ]
        return number(median(values))

    def sales_scorecard(self) -> Mart:
        rows: Mart = []
        for metric, quarter, rep in self._values:
            row = self._values[metric, quarter, rep]
            before = quarter_before(quarter, self.company.setting.fiscal_year_start_month)
            is_mean = metric == VELOCITY
            rows.append(
                {
                    "quarter": quarter,
                    "rep_id": rep,
                    "metric": metric,
                    "value": float(row[metric]),
                    "numerator": float(row["won_amount"]) if is_mean else None,
                    "denominator": row["mean_won_cycle_days"] if is_mean else None,
                    "rank": self._rank(metric, quarter, rep),
                    "team_median": self._team_median(metric, quarter),
                    "previous_value": self._value(metric, before, rep),
                    "up_is_good": metric not in CLOCKS,
                }
            )
        return rows


class Totals:
    """The mart `metric_totals` of a company."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self.company = figures.company

    @cached_property
    def teams(self) -> dict[str, Members]:
        """The whole company, and the reports of every manager."""
        reports: dict[str, set[str]] = {}
        for rep, user in self.company.reps.items():
            manager = user["ManagerId"]
            if manager is not None:
                reports.setdefault(manager, set()).add(rep)
        return {WHOLE_COMPANY: everybody, **{it: _among(reps) for it, reps in reports.items()}}

    def metric_totals(self) -> Mart:
        return [
            row
            for team, members in self.teams.items()
            for metric in (*SCORECARD, *RATES)
            for row in self._rows(team, members, metric)
        ]

    def _rows(self, team: str, members: Members, metric: str) -> Mart:
        found = {}
        for quarter in self.figures.quarters:
            figure = self.figures.of(metric, quarter, members)
            if figure is not None:
                found[quarter] = figure
        rows: Mart = []
        for quarter, figure in found.items():
            before = found.get(
                quarter_before(quarter, self.company.setting.fiscal_year_start_month)
            )
            rows.append(
                {
                    "quarter": quarter,
                    "team": team,
                    "metric": metric,
                    **figure.cells(),
                    "previous_value": None if before is None else number(before.value),
                    "up_is_good": metric not in CLOCKS,
                }
            )
        return rows


def _among(reps: set[str]) -> Members:
    return lambda rep: rep in reps
