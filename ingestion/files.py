"""The export folder: what must be there, what is there, and each file read into its extracts."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.tables import Table
from sales_metrics.errors import SalesMetricsError

if TYPE_CHECKING:
    import pyarrow as pa

    from ingestion.ids import CrmIds
    from ingestion.records import Records
    from ingestion.rows import Extract, TextRows

SOURCES = ("salesforce", "mailchimp", "referrals", "badger")


def tables_of(source: str) -> tuple[Table, ...]:
    """The tables of a source, as data."""
    tables: tuple[Table, ...] = import_module(f"ingestion.sources.{source}.tables").TABLES
    return tables


def check_folder(folder: Path, exported: Collection[str] = SOURCES) -> None:
    """Raise SalesMetricsError unless the folder and the files it cannot do without can be read.

    `exported` are the sources that are read from it: those of others may lie there or not.
    """
    if not exported:
        return
    try:
        next(folder.iterdir(), None)
    except OSError as problem:
        raise SalesMetricsError(
            f"The export folder {folder} cannot be read: {problem.strerror}. "
            "Set SALES_EXPORT_DIR to a folder that can."
        ) from problem
    for source in exported:
        for table in tables_of(source):
            if not table.required:
                continue
            path = folder / table.file
            if not path.exists():
                raise SalesMetricsError(
                    f"{path} is missing: without {table.file} nothing can be measured."
                )
            try:
                path.open("rb").close()
            except OSError as problem:
                raise SalesMetricsError(f"{path} cannot be read: {problem.strerror}.") from problem


def unknown_files(folder: Path, source: str) -> list[str]:
    """Warnings for what lies in a source's folder and is not read; hidden files are no matter."""
    known = {Path(table.file).name for table in tables_of(source)}
    below = folder / source
    if not below.is_dir():
        return []
    return [
        f"{source}/{path.name} is not read: no table of this name is known"
        for path in sorted(below.iterdir())
        if path.name not in known and not path.name.startswith(".")
    ]


def read_file(
    folder: Path,
    table: Table,
    ids: CrmIds,
    count: Callable[[Path, str], Records],
    read: Callable[[Path, Records], TextRows],
) -> list[Extract]:
    """Read a file with both readers and type it; a missing or empty one gives empty tables.

    Returns the extracts in the order of `table.names`. Raises SalesMetricsError for a file that
    cannot be read as a whole, and when the two readers do not agree.
    """
    from ingestion.arrow import empty_extracts, extract_rows

    started = time.perf_counter()
    path = folder / table.file
    if not path.exists():
        return empty_extracts(
            table, file_present=False, warnings=[f"{table.file} is missing: read as empty"]
        )
    counted = count(path, table.file)
    if counted.is_empty:
        extracts = empty_extracts(table, file_present=True, warnings=[f"{table.file} is empty"])
    else:
        rows = read(path, counted)
        if rows.records != counted.count:
            raise SalesMetricsError(
                f"{table.file} ({path}): one reader found {rows.records} records, the other "
                f"{counted.count}. Export the file again."
            )
        extracts = extract_rows(rows, table, ids)
        if missing := extracts[0].missing_columns:
            warning = f"{table.file} has no column {', '.join(missing)}: read as empty"
            extracts[0].warnings.insert(0, warning)
    if counted.nul_bytes:
        extracts[0].warnings.append(f"{table.file}: {counted.nul_bytes} NUL bytes are left out")
    extracts[0].seconds = time.perf_counter() - started
    return extracts


def read_csv_file(folder: Path, table: Table, ids: CrmIds) -> list[Extract]:
    """`read_file` for CSV, which three of the sources write."""
    from ingestion.csv_files import read_csv
    from ingestion.records import count_csv

    return read_file(
        folder, table, ids, count_csv, lambda path, counted: read_csv(path, table.file, counted)
    )


def record_ids(folder: Path) -> Iterator[pa.Array]:
    """The ids of the records that Salesforce's files hold, a chunk at a time.

    A file that cannot be read is passed over: the load of that file says so.
    """
    import pyarrow as pa

    from ingestion.columns import lay_out
    from ingestion.csv_files import read_cells
    from ingestion.records import count_csv

    for table in tables_of("salesforce"):
        path = folder / table.file
        if table.key != ("Id",) or not path.exists():
            continue
        try:
            counted = count_csv(path, table.file)
            position = lay_out(counted.header, table.columns).declared["id"]
            if position is not None:
                width = len(counted.header)
                has_nul = counted.nul_bytes > 0
                cells, _ = read_cells(path, width, has_nul=has_nul, only=[position])
                yield from cells.column(0).chunks
        except (SalesMetricsError, pa.ArrowInvalid):
            continue
