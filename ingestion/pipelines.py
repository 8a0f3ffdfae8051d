"""Source -> `raw_<source>` in the warehouse: the one place where dlt runs.

What a source is asked for is decided before (`reading.py`, `api_reading.py`), how it is handed to
dlt in `extraction.py`, what a record means in `arrow.py`; when a load runs, by whoever calls.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa

from ingestion.accounts import TableLoad
from ingestion.api_reading import ApiReading
from ingestion.changes import ApiSource
from ingestion.destination import AllAtOnce
from ingestion.extraction import Extraction, Progress
from ingestion.files import SOURCES, check_folder, record_ids
from ingestion.ids import CrmIds
from ingestion.joining import Joining
from ingestion.raw_tables import align_types, count_loaded
from ingestion.reading import ExportReading, NoReading, Reading
from ingestion.remembered import read_remembered
from sales_metrics.environment import environment
from sales_metrics.errors import SalesMetricsError
from sales_metrics.warehouse import DataDir, connect

__all__ = ["SOURCES", "TableLoad", "load_api", "load_nothing", "load_source"]

# In the environment because there it goes before every configuration file that dlt may find.
_DLT_SETTINGS = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "CRITICAL",
    # The load's id is added where rows join a table: adding it here would copy all files.
    "NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID": "false",
    # One object after the other, and one page after the other.
    "EXTRACT__NEXT_ITEM_MODE": "fifo",
    "LOAD__WORKERS": "1",
    # Else a copy of all rows stays in dlt's folder until the next run.
    "LOAD__DELETE_COMPLETED_JOBS": "true",
}


def load_source(
    source: str,
    folder: Path,
    data_dir: DataDir,
    *,
    exported: Collection[str] = SOURCES,
    progress: Progress | None = None,
) -> list[TableLoad]:
    """Replace all tables of `raw_<source>` by what the export folder holds, or none of them.

    `exported` are all sources that are read from the folder, which is checked for them. Files that
    are missing or empty give empty tables and a warning. Rows that cannot be typed go to the
    quarantine. `progress` is called with a line for each file read and for the load. Raises
    SalesMetricsError for a folder or file that cannot be read, and for records that are lost.
    """
    check_folder(folder, exported)
    return _load(
        ExportReading(source, folder, CrmIds(_known_ids(folder, exported))), data_dir, progress
    )


def load_api(
    source: str,
    read_from: str,
    api: ApiSource,
    data_dir: DataDir,
    *,
    now: datetime,
    export_folder: Path | None = None,
    progress: Progress | None = None,
) -> list[TableLoad]:
    """Bring `raw_<source>` up to date from an API, or leave it as it is.

    `read_from` names the API: what was read another way counts for nothing, and all is read anew.
    `export_folder` is Salesforce's, where that is read from files: for ids of 15 characters in
    other sources. Raises SalesMetricsError for what the API refuses, and for records that are lost.
    """
    ids = CrmIds(_known_ids(export_folder, SOURCES))
    spool = data_dir.dlt / source / "spool"
    return _load(ApiReading(source, read_from, api, now, ids, spool), data_dir, progress)


def load_nothing(
    source: str, warning: str, data_dir: DataDir, *, progress: Progress | None = None
) -> list[TableLoad]:
    """Leave all tables of a source that is off empty, with their types; `warning` is told."""
    return _load(NoReading(source, warning), data_dir, progress)


def _known_ids(folder: Path | None, exported: Collection[str]) -> Callable[[], Iterator[pa.Array]]:
    """The ids of the export's own records: Salesforce itself gives none that need them."""

    def known() -> Iterator[pa.Array]:
        if folder is not None and "salesforce" in exported:
            yield from record_ids(folder)

    return known


def _load(reading: Reading, data_dir: DataDir, progress: Progress | None) -> list[TableLoad]:
    """Read, write files, let all rows join their tables in one transaction, and count."""
    progress = progress or (lambda _line: None)
    source = reading.source
    data_dir.root.mkdir(parents=True, exist_ok=True)
    # Whatever a run that broke off left pending: it is read anew, from the same cursor.
    shutil.rmtree(data_dir.dlt / source, ignore_errors=True)
    # One connection is held throughout: opening the file anew for each of dlt's jobs takes longer
    # than most of the jobs.
    with (
        _closing(reading),
        _errors_for_people(source),
        connect(data_dir.warehouse) as warehouse,
        environment(_DLT_SETTINGS),
    ):
        before = read_remembered(warehouse, source)
        extraction = Extraction(reading, before, data_dir.quarantine, progress)
        joinings = {name: Joining(name) for name in extraction.names}
        destination = AllAtOnce(data_dir.warehouse, joinings)
        pipeline = dlt.pipeline(
            source,
            pipelines_dir=str(data_dir.dlt),
            destination=destination,
            dataset_name=f"raw_{source}",
        )
        pipeline.extract(extraction.as_dlt_source())
        joinings.update(extraction.joinings)
        pipeline.normalize()
        align_types(source, warehouse, extraction.schemas)
        rows = sum(load.loaded for load in extraction.loads.values())
        progress(f"{source}: loading {rows:,} rows into raw_{source}")
        # What typing needed is given back before DuckDB takes as much.
        pa.default_memory_pool().release_unused()
        info = _join(pipeline, destination)
        loads = list(extraction.loads.values())
        count_loaded(source, warehouse, loads, destination.joined, info.loads_ids[0])
    for load in loads:
        load.reconcile()
    return loads


def _join(pipeline: dlt.Pipeline, destination: AllAtOnce) -> Any:
    """Load; what went wrong while rows joined is raised as it was, not as dlt's text."""
    try:
        return pipeline.load()
    except Exception as problem:
        told = destination.problems[0] if destination.problems else problem
    raise told


@contextmanager
def _closing(reading: Reading) -> Iterator[None]:
    try:
        yield
    finally:
        reading.close()


@contextmanager
def _errors_for_people(source: str) -> Iterator[None]:
    """Dig our own sentence out of dlt's wrapping, or say in one what went wrong."""
    try:
        yield
    except Exception as problem:
        cause: BaseException | None = problem
        told = str(problem)
        met: set[int] = set()
        # dlt wraps an error in others; nothing keeps such a chain from closing.
        while cause is not None and id(cause) not in met:
            met.add(id(cause))
            if isinstance(cause, SalesMetricsError):
                raise cause from None
            # The first cause of all knows best, if it says anything.
            told = str(cause) or told
            cause = cause.__cause__ or cause.__context__
        raise SalesMetricsError(
            f"Loading {source} failed, its raw tables are as they were: {told}"
        ) from problem
