"""Whole runs on tiny companies: an export folder, the command, and what it published."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock

from publishing.contract import contract

Rows = list[dict[str, Any]]


def write_table(path: Path, rows: Rows) -> None:
    """Write the rows as CSV; the header is all keys that occur."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = list(dict.fromkeys(key for row in rows for key in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="")
        writer.writeheader()
        writer.writerows(rows)


def write_salesforce(folder: Path, objects: dict[str, Rows]) -> Path:
    """Write each object's rows as `salesforce/<Object>.csv`."""
    for name, rows in objects.items():
        write_table(folder / "salesforce" / f"{name}.csv", rows)
    return folder


def write_seeds(folder: Path, seeds: dict[str, Rows]) -> None:
    """Write an organisation's own seeds, each as `<seed>.csv`."""
    for name, rows in seeds.items():
        write_table(folder / f"{name}.csv", rows)


def write_json_lines(folder: Path, objects: dict[str, Rows]) -> None:
    """Write each file's objects as `<file>.jsonl`, one a line."""
    for name, rows in objects.items():
        path = folder / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


@dataclass
class Company:
    """An export folder with the data folder of its runs."""

    export: Path
    data: Path
    settings: dict[str, str] = field(default_factory=dict)

    def run(self, script: Path | None = None, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run the whole job (or a script around it); the exit code is left to the test."""
        command = [str(script)] if script else ["-m", "sales_metrics", "run"]
        others = {key: value for key, value in os.environ.items() if not key.startswith("SALES_")}
        return subprocess.run(
            [sys.executable, *command],
            env=others
            | {"SALES_EXPORT_DIR": str(self.export), "SALES_DATA_DIR": str(self.data)}
            | self.settings
            | settings,
            capture_output=True,
            text=True,
            check=False,
        )

    def run_well(self, **settings: str) -> None:
        """Run the whole job, which has to succeed."""
        run = self.run(None, **settings)
        assert run.returncode == 0, run.stdout + run.stderr

    @property
    def published(self) -> Path:
        return self.data / "sales_metrics.duckdb"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The answer of the published file."""
        with duckdb.connect(str(self.published), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def one(self, query: str) -> tuple[Any, ...]:
        """The only row of the answer."""
        (row,) = self.rows(query)
        return row

    def table(self, name: str) -> Rows:
        """All rows of a published table, by its key: each with every column of the contract."""
        promised = contract()[name]
        columns = ", ".join(f'"{column}"' for column in promised.columns)
        query = f"select {columns} from marts.{name} order by {', '.join(promised.key)}"
        return [dict(zip(promised.columns, row, strict=True)) for row in self.rows(query)]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """An empty company for one test module."""
    root = tmp_path_factory.mktemp("company")
    return Company(root / "export", root / "data")


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this test session that all its workers see: what takes long is done once."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def once(folder: Path, name: str, work: Callable[[], None]) -> None:
    """Do what takes long once in a test session, for whichever test module asks for it first."""
    done = folder / f"{name}.done"
    with FileLock(folder / f"{name}.lock"):
        if not done.exists():
            work()
            done.touch()
