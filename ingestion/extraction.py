"""A reading as dlt sees it: a resource for each object, and the account of all that passes by.

What is read stands in `reading.py` and `api_reading.py`, how dlt is run in `pipelines.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa
from dlt.common.schema.typing import TColumnSchema

from ingestion.accounts import TableLoad
from ingestion.joining import Joining
from ingestion.quarantine import write_quarantine
from ingestion.reading import ObjectLoad, Reading
from ingestion.remembered import READS, Remembered, remembered_rows
from ingestion.rows import Extract, Rejected
from ingestion.tables import Table

# Small pages are put together: each change of columns and each write begins something new.
_ROWS_AT_ONCE = 100_000

Progress = Callable[[str], None]


class Extraction:
    """A reading's objects, read one after the other as dlt asks for them.

    `loads` has an account for each raw table that was read, `schemas` its columns, `joinings` how
    its rows are to join.
    """

    def __init__(
        self,
        reading: Reading,
        before: dict[str, Remembered],
        quarantine: Path,
        progress: Progress,
    ) -> None:
        self.source = reading.source
        self.loads: dict[str, TableLoad] = {}
        self.schemas: dict[str, pa.Schema] = {}
        self.joinings: dict[str, Joining] = {}
        self._objects = reading.objects(before)
        self._quarantine = quarantine
        self._progress = progress
        # Of tables that are not read now, as long as they were read in the same way.
        self._remembered = {
            name: last for name, last in before.items() if last.read_from == reading.read_from
        }

    @property
    def names(self) -> list[str]:
        """Every table that this load writes."""
        return [name for found in self._objects for name in found.table.names] + [READS]

    def as_dlt_source(self) -> Any:
        """One resource for each object, and what is remembered of all at the end.

        Types come from Arrow, down to tables without rows.
        """
        resources = [self._resource(found) for found in self._objects]
        resources.append(self._resource_of_reads())
        return dlt.source(lambda: resources, name=self.source)()

    def _resource(self, found: ObjectLoad) -> Any:
        def parts() -> Iterator[Any]:
            yield from self._read(found)

        return dlt.resource(parts, name=found.table.name, columns=_hints(found.table))

    def _read(self, found: ObjectLoad) -> Iterator[Any]:
        rejected: list[Rejected] = []
        waiting: dict[str, list[pa.Table]] = {name: [] for name in found.table.names}
        for extracts in found.parts():
            rejected += extracts[0].rejected
            for extract in extracts:
                self._account(extract, found)
                waiting[extract.table].append(extract.rows)
                if sum(rows.num_rows for rows in waiting[extract.table]) >= _ROWS_AT_ONCE:
                    yield _handed_over(extract.table, waiting)
            records = self.loads[found.table.name].records
            self._progress(f"{found.file}: {records:,} records")
        for name, rows in waiting.items():
            if rows:
                yield _handed_over(name, waiting)
        write_quarantine(self._quarantine, self.source, found.table.name, rejected)
        self._remembered[found.table.name] = found.remember(rejected)
        self.joinings |= {joining.table: joining for joining in found.joinings()}
        self.loads[found.table.name].warnings += found.warnings
        for name in found.table.names:
            # Here as well as after the load: what does not add up is not even tried.
            self.loads[name].reconcile()

    def _resource_of_reads(self) -> Any:
        def rows() -> Iterator[pa.Table]:
            yield remembered_rows(self._remembered)

        return dlt.resource(rows, name=READS)

    def _account(self, extract: Extract, found: ObjectLoad) -> None:
        """Add a part to the account of its table."""
        load = self.loads.setdefault(
            extract.table,
            TableLoad(
                self.source,
                extract.table,
                Path(found.file),
                extract.file_present,
                *(0, 0, 0, 0, 0),
                seconds=0.0,
            ),
        )
        load.records += extract.records
        load.loaded += extract.rows.num_rows
        load.quarantined += extract.quarantined
        load.exact_repeats += extract.exact_repeats
        load.older_versions += extract.older_versions
        load.seconds += extract.seconds
        load.warnings += [text for text in extract.warnings if text not in load.warnings]
        load.unknown_columns |= extract.unknown_columns
        schema = self.schemas.get(extract.table)
        self.schemas[extract.table] = (
            pa.unify_schemas([schema, extract.rows.schema]) if schema else extract.rows.schema
        )


def _handed_over(name: str, waiting: dict[str, list[pa.Table]]) -> Any:
    """The rows of a table that wait, for dlt; columns that only some of them have filled up."""
    rows = pa.concat_tables(waiting[name], promote_options="default")
    waiting[name] = []
    return dlt.mark.with_table_name(rows, name)


def _hints(table: Table) -> dict[str, TColumnSchema]:
    """The one type that dlt does not take from Arrow: without this it would become UTC."""
    local: TColumnSchema = {"data_type": "timestamp", "timezone": False, "precision": 6}
    return {column.raw: local for column in table.columns if column.kind == "local_time"}
