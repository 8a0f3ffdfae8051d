"""Rows of text -> typed Arrow tables, and the account of every record that is not among them.

Untypable rows go to the quarantine, older versions and repeats are left out, every declared column
is there with its type. Reading files (`csv_files.py`, `json_lines.py`) and loading
(`pipelines.py`) are elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.columns import Layout, lay_out
from ingestion.ids import CrmIds
from ingestion.kinds import INSTANT, TYPES, reason, trim, typed
from ingestion.rows import ChildRows, Extract, Rejected, TextRows
from ingestion.shapes import usual_values
from ingestion.tables import Child, Column, Table
from ingestion.versions import newest

# Where a record ended up.
_LOADED, _QUARANTINED, _REPEAT, _OLDER = range(4)


def empty_extracts(
    table: Table, *, file_present: bool, warnings: Sequence[str] = ()
) -> list[Extract]:
    """What a file that is missing or empty becomes: its tables, typed, without rows."""
    schemas = {table.name: [(column.raw, column.kind) for column in table.columns]}
    for child in table.children:
        inherited = {column.name: column.kind for column in table.columns}
        schemas[child.name] = [(name, inherited[of]) for of, name in child.inherited]
        schemas[child.name] += [(column.raw, column.kind) for column in child.columns]
    extracts = [
        Extract(
            name,
            table.file,
            pa.schema([(column, TYPES[kind]) for column, kind in columns]).empty_table(),
            file_present,
            records=0,
        )
        for name, columns in schemas.items()
    ]
    extracts[0].warnings += warnings
    return extracts


def extract_rows(rows: TextRows, table: Table, ids: CrmIds) -> list[Extract]:
    """The table of a file and those of its lists, ready to load, in the order of `table.names`."""
    columns = dict(zip(rows.header, rows.columns, strict=True))
    lists = {path: columns.pop(path) for path in rows.children if path in columns}
    header, cells = list(columns), list(columns.values())
    layout = lay_out(header, table.columns)
    body, rejected = _type_columns(table.columns, layout, header, cells, rows.numbers, ids)
    rejected += _blank_keys(table, body, rows.numbers)

    entries: dict[str, tuple[pa.Table, Layout]] = {}
    for child in table.children:
        found = rows.children[child.path]
        own = lay_out(found.header, child.columns, [name for _, name in child.inherited])
        of_records = rows.numbers[found.parents]
        typed_entries, bad = _type_columns(
            child.columns, own, found.header, found.columns, of_records, ids, f"{child.path}[]."
        )
        rejected += bad
        entries[child.path] = typed_entries, own

    rejected = [*rows.rejected, *rejected]
    fates = np.full(len(rows.numbers), _LOADED)
    fates[np.isin(rows.numbers, [cell.record for cell in rejected])] = _QUARANTINED
    _choose_versions(fates, table, body, layout, list(lists.values()))
    extract = Extract(
        table.name,
        table.file,
        _kept(body, fates == _LOADED),
        file_present=True,
        records=rows.records,
        quarantined=len({cell.record for cell in rejected}),
        exact_repeats=int((fates == _REPEAT).sum()),
        older_versions=int((fates == _OLDER).sum()),
        rejected=sorted(rejected, key=lambda cell: cell.record),
        warnings=[
            f"{table.file}: column '{name}' is kept as '{raw}', as its name is taken"
            for name, raw in layout.renamed
        ],
        missing_columns=_missing(table, layout, header, lists),
        unknown_columns=layout.unknown,
    )
    children = [
        _child_extract(table, child, rows.children[child.path], *entries[child.path], body, fates)
        for child in table.children
    ]
    return [extract, *children]


def _type_columns(
    columns: Sequence[Column],
    layout: Layout,
    header: Sequence[str],
    cells: Sequence[pa.ChunkedArray],
    numbers: np.ndarray,
    ids: CrmIds,
    path: str = "",
) -> tuple[pa.Table, list[Rejected]]:
    """All declared columns typed and the unknown ones as text, and the cells that did not fit.

    `path` stands before the names of columns in the quarantine.
    """
    rejected: list[Rejected] = []
    arrays: dict[str, pa.ChunkedArray] = {}
    positions = {column.name: layout.declared[column.raw] for column in columns}
    for column in columns:
        position = positions[column.name]
        if position is None:
            arrays[column.raw] = pa.chunked_array([pa.nulls(len(numbers), TYPES[column.kind])])
            continue
        fields = positions.get(column.lookup_field) if column.lookup_field else None
        chunks = []
        start = 0
        for text in cells[position].chunks:
            values, trimmed = _type_chunk(text, column, ids)
            if fields is not None:
                of_rows = cells[fields].slice(start, len(text)).combine_chunks()
                values = ids.complete_lookups(values, of_rows)
            of_records = numbers[start : start + len(text)]
            rejected += _rejected(column, path + column.name, text, trimmed, values, of_records)
            chunks.append(values)
            start += len(text)
        arrays[column.raw] = pa.chunked_array(chunks, TYPES[column.kind])
    for name, raw in layout.unknown.items():
        arrays[raw] = cells[header.index(name)]
    return pa.table(arrays), rejected


def _type_chunk(text: pa.Array, column: Column, ids: CrmIds) -> tuple[pa.Array, pa.Array]:
    """The values, and the text that they were read from (blank = null)."""
    if column.kind == "text" and not column.allowed:
        return text, text
    usual = usual_values(text, column)
    if usual is not None:
        return usual, text
    trimmed = trim(text)
    values = typed(trimmed, column)
    return ids.complete(values) if column.kind == "id" else values, trimmed


def _rejected(
    column: Column,
    name: str,
    text: pa.Array,
    trimmed: pa.Array,
    values: pa.Array,
    numbers: np.ndarray,
) -> list[Rejected]:
    rejected = []
    if values.null_count > trimmed.null_count:
        bad = pc.and_(pc.is_valid(trimmed), pc.is_null(values))
        of_records = numbers[bad.to_numpy(zero_copy_only=False)].tolist()
        for number, value in zip(of_records, pc.filter(text, bad).to_pylist(), strict=True):
            rejected.append(Rejected(number, name, value, reason(column, value.strip())))
    if not column.blank_allowed and trimmed.null_count:
        blank = pc.is_null(trimmed).to_numpy(zero_copy_only=False)
        why = f"is blank, but must be one of {', '.join(column.allowed)}"
        rejected += [Rejected(number, name, "", why) for number in numbers[blank].tolist()]
    return rejected


def _blank_keys(table: Table, body: pa.Table, numbers: np.ndarray) -> list[Rejected]:
    rejected = []
    for column in table.columns:
        if column.name in table.key and body[column.raw].null_count:
            blank = pc.is_null(body[column.raw]).to_numpy()
            why = "is blank, but tells records apart"
            rejected += [Rejected(number, column.name, "", why) for number in numbers[blank]]
    return rejected


def _choose_versions(
    fates: np.ndarray,
    table: Table,
    body: pa.Table,
    layout: Layout,
    lists: Sequence[pa.ChunkedArray],
) -> None:
    """Mark older versions and repeats among the rows that could be typed."""
    typable = fates == _LOADED
    everything = [_kept(column, typable) for column in (*body.columns, *lists)]
    key = [_kept(body[column.raw], typable) for column in table.columns if column.name in table.key]
    versions = [_kept(column, typable) for column in _version_columns(table, body, layout)]
    kept = newest(everything, key, versions)
    rows = np.flatnonzero(typable)
    fates[rows[kept.repeats]] = _REPEAT
    fates[rows[kept.older]] = _OLDER


def _kept(rows: Any, mask: np.ndarray) -> Any:
    """The rows of a table or column that the mask has; most often all, which copies nothing."""
    return rows if mask.all() else rows.filter(pa.array(mask))


def _version_columns(table: Table, body: pa.Table, layout: Layout) -> list[pa.ChunkedArray]:
    """The instants that tell versions apart, also where the file has them and no table does."""
    columns = []
    unknown = {name.casefold(): raw for name, raw in layout.unknown.items()}
    for name in table.versions:
        raw = next((column.raw for column in table.columns if column.name == name), None)
        raw = raw or unknown.get(name.casefold())
        if raw is None:
            continue
        instants = body[raw]
        if instants.type != INSTANT:
            as_instant = Column(name, "instant", date_is_midnight=True)
            chunks = [typed(trim(text), as_instant) for text in instants.chunks]
            instants = pa.chunked_array(chunks, INSTANT)
        columns.append(instants)
    return columns


def _missing(
    table: Table, layout: Layout, header: Sequence[str], lists: dict[str, pa.ChunkedArray]
) -> tuple[str, ...]:
    # A file of JSON lines without any object has no columns that could be missing.
    if not header:
        return ()
    return (*layout.missing, *(c.path for c in table.children if c.path not in lists))


def _child_extract(
    table: Table,
    child: Child,
    found: ChildRows,
    entries: pa.Table,
    layout: Layout,
    body: pa.Table,
    fates: np.ndarray,
) -> Extract:
    of_entries = fates[found.parents]
    loaded = of_entries == _LOADED
    parents = pa.array(found.parents[loaded])
    raw = {column.name: column.raw for column in table.columns}
    columns = {name: body[raw[of]].take(parents) for of, name in child.inherited}
    kept = entries.filter(pa.array(loaded))
    columns |= {name: kept[name] for name in kept.column_names}
    return Extract(
        child.name,
        table.file,
        pa.table(columns),
        file_present=True,
        records=len(found.parents),
        quarantined=int((of_entries == _QUARANTINED).sum()),
        exact_repeats=int((of_entries == _REPEAT).sum()),
        older_versions=int((of_entries == _OLDER).sum()),
        warnings=[
            f"{table.file}, {child.path}: '{name}' is kept as '{raw_name}', as its name is taken"
            for name, raw_name in layout.renamed
        ],
        unknown_columns=layout.unknown,
    )
