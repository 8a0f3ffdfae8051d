"""Reading from an API: pages become extracts, and what was read of them becomes the cursor.

What a page holds is the source's business (`sources/<source>/`, by way of `changes.py`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.arrow import empty_extracts, extract_rows
from ingestion.changes import ApiSource, ExistingIds, ObjectRead, Page
from ingestion.columns import lay_out
from ingestion.files import tables_of
from ingestion.ids import CrmIds
from ingestion.joining import Joining
from ingestion.reading import ObjectLoad, replacing
from ingestion.remembered import Remembered, shape_of
from ingestion.rows import ChildRows, Extract, Rejected, TextRows
from ingestion.tables import Child, Table, raw_name
from sales_metrics.errors import SalesMetricsError


class ApiReading:
    """A source by its API. `spool` is a folder for what does not fit into memory."""

    def __init__(
        self, source: str, read_from: str, api: ApiSource, now: datetime, ids: CrmIds, spool: Path
    ) -> None:
        self.source = source
        self.read_from = read_from
        self._api = api
        self._now = now
        self._ids = ids
        self._spool = spool

    def objects(self, remembered: dict[str, Remembered]) -> list[ObjectLoad]:
        """The objects that the API wants to read, and tables that were never loaded this way."""
        shapes = {table.name: shape_of(table) for table in tables_of(self.source)}
        usable = {
            name: last
            for name, last in remembered.items()
            if last.read_from == self.read_from and last.shape == shapes.get(name)
        }
        cursors = {name: last.cursor for name, last in usable.items() if last.cursor is not None}
        objects = {
            read.table.name: self._object(read, usable.get(read.table.name))
            for read in self._api.reads(cursors, self._now)
        }
        for table in tables_of(self.source):
            if table.name not in objects and table.name not in usable:
                nothing = ObjectRead(table, "replace", lambda: iter(()), cursor=lambda: None)
                objects[table.name] = self._object(nothing, None)
        return list(objects.values())

    def close(self) -> None:
        """Let the source close what it has open."""
        self._api.close()

    def _object(self, read: ObjectRead, last: Remembered | None) -> ObjectLoad:
        name = str(Path(read.table.file).with_suffix(""))
        warnings: list[str] = []
        keeps = read.mode == "merge" and last is not None and last.cursor is not None
        return ObjectLoad(
            read.table,
            name,
            parts=partial(self._parts, replace(read.table, file=name), read, warnings),
            joinings=lambda: self._joinings(read, keeps=keeps),
            remember=partial(self._remember, read, name, last, warnings),
            warnings=warnings,
        )

    def _parts(
        self, table: Table, read: ObjectRead, warnings: list[str]
    ) -> Iterator[list[Extract]]:
        # Types for a table without rows, and the columns of one whose pages lack some.
        yield empty_extracts(table, file_present=True)
        pages = _checked(read.pages(), table.file)
        if table.key and table.children:
            # Of a record on two pages one version stays, and the list that came with it.
            pages = _as_one(list(pages))
        seen: set[str] = set()
        records = 0
        for page in pages:
            started = time.perf_counter()
            rows = page.rows
            rows.numbers = rows.numbers + records
            rows.rejected = [replace(cell, record=cell.record + records) for cell in rows.rejected]
            records += rows.records
            seen.update(rows.header)
            extracts = extract_rows(rows, table, self._ids)
            extracts[0].seconds = time.perf_counter() - started
            yield extracts
        # A page without a field says nothing; the object is judged as a whole.
        if seen:
            missing = [
                name
                for name in lay_out(list(seen), table.columns).missing
                if name not in read.hidden
            ]
            if missing:
                warnings.append(f"{table.file} has no field {', '.join(missing)}: read as empty")

    def _joinings(self, read: ObjectRead, *, keeps: bool) -> list[Joining]:
        table = read.table
        if not keeps and not table.key:
            return replacing(table)
        raw = {column.name: column.raw for column in table.columns}
        versions = tuple(_raw_of(table, version) for version in table.versions)
        existing = read.absent()
        own = Joining(
            table.name,
            keeps=keeps,
            key=tuple(raw[name] for name in table.key),
            versions=versions,
            existing_ids=None if existing is None else self._spooled(table, existing),
        )
        return [own, *(self._child_joining(table, child, keeps=keeps) for child in table.children)]

    @staticmethod
    def _child_joining(table: Table, child: Child, *, keeps: bool) -> Joining:
        """Entries go with their record, where they carry its key."""
        raw = {column.name: column.raw for column in table.columns}
        own = dict(child.inherited)
        if not keeps or not table.key or any(name not in own for name in table.key):
            return Joining(child.name, keeps=keeps)
        pairs = tuple((own[name], raw[name]) for name in table.key)
        return Joining(child.name, keeps=True, parent=table.name, parent_key=pairs)

    def _spooled(self, table: Table, existing: ExistingIds) -> Path:
        self._spool.mkdir(parents=True, exist_ok=True)
        path = self._spool / f"{table.name}_ids.parquet"
        with pq.ParquetWriter(path, pa.schema([("id", pa.string())])) as writer:
            for ids in existing.ids:
                writer.write_table(pa.table({"id": pa.chunked_array([ids], pa.string())}))
        return path

    def _remember(
        self,
        read: ObjectRead,
        name: str,
        last: Remembered | None,
        warnings: list[str],
        rejected: list[Rejected],
    ) -> Remembered:
        warnings += read.warnings
        # Where nothing is shown, the source has its own words for it.
        if read.hidden and len(read.hidden) < len(read.table.columns):
            warnings.append(
                f"{name} does not show {', '.join(read.hidden)}: empty, and no quality rule judges "
                "them. Give the user of the connection the right to read them"
            )
        cursor: dict[str, object] | None = read.cursor()
        if rejected:
            # Else these rows would be asked for only when they change.
            cursor = last.cursor if last else None
            warnings.append(
                f"{name} has rows in the quarantine: the next run begins where this one began"
            )
        return Remembered.of(read.table, self.read_from, cursor, tuple(read.hidden))


def _raw_of(table: Table, name: str) -> str:
    return next((column.raw for column in table.columns if column.name == name), raw_name(name))


def _checked(pages: Iterator[Page], name: str) -> Iterator[Page]:
    """The pages, each with as many records as the source said."""
    for page in pages:
        if page.expected is not None and page.expected != page.rows.records:
            raise SalesMetricsError(
                f"{name}: a page was to have {page.expected} records and has {page.rows.records}. "
                "Nothing was loaded; run again."
            )
        yield page


def _as_one(pages: list[Page]) -> Iterator[Page]:
    """All pages as one, columns that only some have filled up with nulls."""
    if len(pages) < 2:
        yield from pages
        return
    rows = [page.rows for page in pages]
    starts = np.cumsum([0, *(part.records for part in rows)])
    positions = np.cumsum([0, *(len(part.numbers) for part in rows)])
    header, columns = _stacked([(part.header, part.columns, len(part.numbers)) for part in rows])
    children = {}
    for path in rows[0].children:
        lists = [part.children[path] for part in rows]
        own_header, own_columns = _stacked(
            [(entry.header, entry.columns, len(entry.parents)) for entry in lists]
        )
        parents = [entry.parents + start for entry, start in zip(lists, positions, strict=False)]
        children[path] = ChildRows(own_header, own_columns, np.concatenate(parents))
    yield Page(
        TextRows(
            header,
            columns,
            np.concatenate(
                [part.numbers + start for part, start in zip(rows, starts, strict=False)]
            ),
            int(starts[-1]),
            [
                replace(cell, record=cell.record + int(start))
                for part, start in zip(rows, starts, strict=False)
                for cell in part.rejected
            ],
            children,
        )
    )


def _stacked(
    parts: list[tuple[list[str], list[pa.ChunkedArray], int]],
) -> tuple[list[str], list[pa.ChunkedArray]]:
    header = list(dict.fromkeys(name for names, _, _ in parts for name in names))
    columns = []
    for name in header:
        chunks: list[pa.Array] = []
        for names, cells, length in parts:
            if name in names:
                chunks += cells[names.index(name)].chunks
            else:
                chunks.append(pa.nulls(length, pa.string()))
        columns.append(pa.chunked_array(chunks, pa.string()))
    return header, columns
