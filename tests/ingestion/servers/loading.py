"""Loads from a server on this machine into a warehouse of its own, run after run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ingestion.accounts import TableLoad
from ingestion.changes import ApiSource
from ingestion.http import Patience
from ingestion.pipelines import load_api
from sales_metrics.warehouse import DataDir, connect

# As patient as in life, and without waiting.
HURRIED = Patience(sleep=lambda _seconds: None)


@dataclass
class Loading:
    """A source, and a warehouse that is kept between runs."""

    source: str
    read_from: str
    open_api: Callable[[], ApiSource]
    folder: Path

    def run(self, now: datetime) -> dict[str, TableLoad]:
        """One load; the accounts by table."""
        data = DataDir(self.folder)
        loads = load_api(self.source, self.read_from, self.open_api(), data, now=now)
        return {load.table: load for load in loads}

    def rows(self, table: str, columns: str = "*", order: str = "all") -> list[tuple[Any, ...]]:
        """What is in the raw table."""
        with connect(DataDir(self.folder).warehouse) as warehouse:
            return warehouse.execute(
                f"select {columns} from raw_{self.source}.{table} order by {order}"
            ).fetchall()

    def columns(self, table: str) -> list[str]:
        """The raw table's columns, without dlt's own."""
        with connect(DataDir(self.folder).warehouse) as warehouse:
            found = warehouse.execute(
                "select column_name from information_schema.columns"
                " where table_schema = ? and table_name = ? order by ordinal_position",
                [f"raw_{self.source}", table],
            ).fetchall()
        return [name for (name,) in found if not name.startswith("_dlt")]

    def quarantine(self, table: str) -> str:
        """The quarantine's file for a table; empty where there is none."""
        path = DataDir(self.folder).quarantine / f"{self.source}_{table}.csv"
        return path.read_text() if path.exists() else ""
