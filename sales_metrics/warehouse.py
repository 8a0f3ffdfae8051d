"""Where everything a run writes lives, and how the warehouse is opened.

Every path under `SALES_DATA_DIR` is named here and nowhere else. What is in the files belongs to
the packages that write them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

PROJECT_ROOT = Path(__file__).resolve().parent.parent
DBT_PROJECT = PROJECT_ROOT / "dbt_project"


@dataclass(frozen=True)
class DataDir:
    """The folder `SALES_DATA_DIR`: everything a run writes, by name."""

    root: Path

    @property
    def warehouse(self) -> Path:
        """The work database; may be deleted at any time."""
        return self.root / "warehouse.duckdb"

    @property
    def history(self) -> Path:
        """What must survive: quality snapshots, awards, adjustments. Back this file up."""
        return self.root / "history.duckdb"

    @property
    def published(self) -> Path:
        """What BI tools read; replaced whole, atomically."""
        return self.root / "sales_metrics.duckdb"

    @property
    def run_report(self) -> Path:
        """The newest run, as JSON."""
        return self.root / "run_report.json"

    @property
    def quarantine(self) -> Path:
        """Rows that could not be typed, one CSV per raw table."""
        return self.root / "quarantine"

    @property
    def dbt_project(self) -> Path:
        """The dbt project of this run: a copy with the organisation's own seeds in it."""
        return self.root / "dbt" / "project"

    @property
    def sample_company(self) -> Path:
        """The export folder of the company that does not exist."""
        return self.root / "sample_company"

    @property
    def dlt(self) -> Path:
        """dlt's working state."""
        return self.root / "dlt"

    @property
    def dbt(self) -> Path:
        """dbt's target and log folders."""
        return self.root / "dbt"

    @property
    def dagster(self) -> Path:
        """Dagster's home: runs, events, schedules."""
        return self.root / "dagster"

    @property
    def expectations(self) -> Path:
        """Great Expectations' own results, a folder per run."""
        return self.root / "expectations"

    @property
    def runs(self) -> Path:
        """The sections of each run's report, a folder per run."""
        return self.root / "runs"


@contextmanager
def connect(path: Path, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB file in UTC and close it again: DuckDB allows one writing process at a time."""
    import duckdb

    connection = duckdb.connect(str(path), read_only=read_only)
    try:
        connection.execute("set TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()
