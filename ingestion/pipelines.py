"""Source -> `raw_<source>` in the warehouse: the one place where dlt runs.

What a file holds is decided before (`files.py`, `arrow.py`); when a load runs, by whoever calls.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import dlt
import duckdb
import pyarrow as pa
from dlt.common.schema.typing import TColumnSchema

from ingestion.destination import AllAtOnce
from ingestion.files import SOURCES, check_folder, record_ids, tables_of, unknown_files
from ingestion.ids import CrmIds
from ingestion.kinds import INSTANT, LOCAL, NUMBER
from ingestion.quarantine import write_quarantine
from ingestion.rows import Extract
from ingestion.tables import Column, Table
from sales_metrics.environment import environment
from sales_metrics.errors import SalesMetricsError
from sales_metrics.warehouse import DataDir, connect

__all__ = ["SOURCES", "TableLoad", "check_folder", "load_source"]

# In the environment because there it goes before every configuration file that dlt may find.
_DLT_SETTINGS = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "CRITICAL",
    "NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID": "true",
    # One file after the other: a list inside records comes from the file read just before.
    "EXTRACT__NEXT_ITEM_MODE": "fifo",
    "LOAD__WORKERS": "1",
    # Else a copy of all rows stays in dlt's folder until the next run.
    "LOAD__DELETE_COMPLETED_JOBS": "true",
}

_WAREHOUSE_TYPES = {
    pa.string(): "VARCHAR",
    pa.bool_(): "BOOLEAN",
    pa.int64(): "BIGINT",
    NUMBER: "DECIMAL(38,9)",
    INSTANT: "TIMESTAMP WITH TIME ZONE",
    pa.date32(): "DATE",
    LOCAL: "TIMESTAMP",
}


@dataclass
class TableLoad:
    """What became of the records of one file, or of one list inside its records.

    `loaded` is counted in the warehouse; `file` is relative to the export folder; `seconds` is the
    time for reading and typing; `unknown_columns` maps headers that no table declares to the raw
    columns that keep them.
    """

    source: str
    table: str
    file: Path
    file_present: bool
    records: int
    loaded: int
    quarantined: int
    exact_repeats: int
    older_versions: int
    seconds: float
    warnings: list[str] = field(default_factory=list)
    unknown_columns: dict[str, str] = field(default_factory=dict)

    def reconcile(self) -> None:
        """Raise SalesMetricsError unless every record of the file is accounted for."""
        accounted = self.loaded + self.quarantined + self.exact_repeats + self.older_versions
        if self.records != accounted:
            raise SalesMetricsError(
                f"{self.file} has {self.records} records for raw_{self.source}.{self.table}, but "
                f"{accounted} are accounted for: {self.loaded} loaded, {self.quarantined} "
                f"quarantined, {self.exact_repeats} exact repeats, {self.older_versions} older "
                "versions. Nothing that follows can be trusted; please report this as an error."
            )


def load_source(
    source: str,
    folder: Path,
    data_dir: DataDir,
    *,
    progress: Callable[[str], None] | None = None,
) -> list[TableLoad]:
    """Replace all tables of `raw_<source>` by what the export folder holds, or none of them.

    Files that are missing or empty give empty tables and a warning. Rows that cannot be typed go to
    the quarantine. `progress` is called with a line for each file read and for the load. Raises
    SalesMetricsError for a folder or file that cannot be read, and for records that are lost.
    """
    check_folder(folder)
    progress = progress or (lambda _line: None)
    reading = _Reading(source, folder, data_dir, progress)
    data_dir.root.mkdir(parents=True, exist_ok=True)
    # Whatever a run that broke off left pending: the files are read anew.
    shutil.rmtree(data_dir.dlt / source, ignore_errors=True)
    # One connection is held throughout: opening the file anew for each of dlt's jobs takes longer
    # than most of the jobs.
    with (
        _errors_for_people(source),
        connect(data_dir.warehouse) as warehouse,
        environment(_DLT_SETTINGS),
    ):
        _drop_staging(source, warehouse)
        pipeline = dlt.pipeline(
            source,
            pipelines_dir=str(data_dir.dlt),
            destination=AllAtOnce(data_dir.warehouse, reading.names),
            dataset_name=f"raw_{source}",
        )
        pipeline.extract(reading.as_dlt_source())
        pipeline.normalize()
        _align_types(source, warehouse, reading.schemas)
        rows = sum(load.loaded for load in reading.loads)
        progress(f"{source}: loading {rows:,} rows into raw_{source}")
        pipeline.load()
        _drop_staging(source, warehouse)
        _count_loaded(source, warehouse, reading.loads)
    for load in reading.loads:
        load.reconcile()
    return reading.loads


class _Reading:
    """A source's files, read one after the other as dlt asks for them.

    `loads` has an account for each raw table that was read, `schemas` its columns.
    """

    def __init__(
        self, source: str, folder: Path, data_dir: DataDir, progress: Callable[[str], None]
    ) -> None:
        self.source = source
        self.folder = folder
        self.quarantine = data_dir.quarantine
        self.progress = progress
        self.tables = tables_of(source)
        self.names = [name for table in self.tables for name in table.names]
        self.loads: list[TableLoad] = []
        self.schemas: dict[str, pa.Schema] = {}
        self._ids = CrmIds(lambda: record_ids(folder))
        self._lists: dict[str, Extract] = {}

    def as_dlt_source(self) -> Any:
        """One resource for each raw table. Types come from Arrow, down to tables without rows."""
        resources = []
        for table in self.tables:
            resources.append(self._resource(table.name, table.columns, partial(self._read, table)))
            for child in table.children:
                taken = partial(self._lists.pop, child.name)
                resources.append(self._resource(child.name, child.columns, taken))
        return dlt.source(lambda: resources, name=self.source)()

    def _resource(
        self, name: str, columns: Sequence[Column], extract: Callable[[], Extract]
    ) -> Any:
        def rows() -> Iterator[pa.Table]:
            yield self._account(extract())

        # The one type that dlt does not take from Arrow: without this it would become UTC.
        local: TColumnSchema = {"data_type": "timestamp", "timezone": False, "precision": 6}
        hints = {column.raw: local for column in columns if column.kind == "local_time"}
        return dlt.resource(rows, name=name, write_disposition="replace", columns=hints)

    def _read(self, table: Table) -> Extract:
        export = import_module(f"ingestion.sources.{self.source}.export")
        extract, *lists = export.read(self.folder, table, self._ids)
        self._lists |= {child.table: child for child in lists}
        write_quarantine(self.quarantine, self.source, table.name, extract.rejected)
        self.progress(f"{table.file}: {extract.records:,} records")
        return extract

    def _account(self, extract: Extract) -> pa.Table:
        load = TableLoad(
            self.source,
            extract.table,
            Path(extract.file),
            extract.file_present,
            records=extract.records,
            loaded=extract.rows.num_rows,
            quarantined=extract.quarantined,
            exact_repeats=extract.exact_repeats,
            older_versions=extract.older_versions,
            seconds=extract.seconds,
            warnings=list(extract.warnings),
            unknown_columns=extract.unknown_columns,
        )
        # Here as well as after the load: what does not add up is not even tried.
        load.reconcile()
        if not self.loads:
            load.warnings += unknown_files(self.folder, self.source)
        self.loads.append(load)
        self.schemas[extract.table] = extract.rows.schema
        return extract.rows


@contextmanager
def _errors_for_people(source: str) -> Iterator[None]:
    """Dig our own sentence out of dlt's wrapping, or say in one what went wrong."""
    try:
        yield
    except Exception as problem:
        cause: BaseException = problem
        while not isinstance(cause, SalesMetricsError):
            inner = cause.__cause__ or cause.__context__
            if inner is None:
                raise SalesMetricsError(
                    f"Loading {source} failed, its raw tables are as they were: {cause}"
                ) from problem
            cause = inner
        raise cause from None


def _drop_staging(source: str, warehouse: duckdb.DuckDBPyConnection) -> None:
    """Drop dlt's staging tables: rows twice over, and perhaps of yesterday's types."""
    warehouse.execute(f"drop schema if exists raw_{source}_staging cascade")


def _align_types(
    source: str, warehouse: duckdb.DuckDBPyConnection, schemas: dict[str, pa.Schema]
) -> None:
    """Give columns that an earlier version of the tables typed otherwise today's type.

    dlt would keep the old type and cast into it, or fail.
    """
    existing = warehouse.execute(
        "select table_name, column_name, data_type from information_schema.columns"
        " where table_schema = ?",
        [f"raw_{source}"],
    ).fetchall()
    for table, column, old in existing:
        schema = schemas.get(table)
        if schema is None or column not in schema.names:
            continue
        new = _WAREHOUSE_TYPES[schema.field(column).type]
        if new != old:
            warehouse.execute(
                f'alter table raw_{source}."{table}" alter "{column}" set data type {new}'
                f' using try_cast("{column}"::varchar as {new})'
            )


def _count_loaded(
    source: str, warehouse: duckdb.DuckDBPyConnection, loads: list[TableLoad]
) -> None:
    for load in loads:
        count = warehouse.execute(f'select count(*) from raw_{source}."{load.table}"').fetchone()
        load.loaded = count[0] if count else 0
