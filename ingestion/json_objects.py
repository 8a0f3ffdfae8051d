"""JSON objects to rows of text, nested objects flattened.

`settings.title` is one column; what is nested and not declared is kept as JSON text. Lists that are
declared as tables of their own become `ChildRows`. Where the objects come from (lines of a file,
pages of an API) and what the text means is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from ingestion.rows import ChildRows, Rejected, TextRows
from ingestion.tables import Table


class ObjectRows:
    """Rows of one table that grow object by object."""

    def __init__(self, table: Table) -> None:
        self._parents = {
            column.name.split(".")[0] for column in table.columns if "." in column.name
        }
        self._rows = _Cells()
        self._children = {child.path: _Cells() for child in table.children}
        self._positions: dict[str, list[int]] = {child.path: [] for child in table.children}
        self._numbers: list[int] = []
        self.rejected: list[Rejected] = []

    def add(self, number: int, record: Any, text: bytes) -> None:
        """Add the record of that number; one that is no object is refused, with its `text`."""
        if not isinstance(record, dict):
            self.refuse(number, "", text, "is no JSON object")
            return
        entries = {path: record.get(path) for path in self._children}
        odd = next((path for path, value in entries.items() if not _is_list_of_objects(value)), "")
        if odd:
            self.refuse(number, odd, orjson.dumps(entries[odd]), "is no list of objects")
            return
        for path, values in entries.items():
            for entry in values or ():
                self._children[path].add(_flat(entry, frozenset()))
                self._positions[path].append(len(self._numbers))
        self._rows.add(_flat(record, self._parents))
        self._numbers.append(number)

    def refuse(self, number: int, column: str, value: bytes, reason: str) -> None:
        """Note a record that cannot become a row."""
        self.rejected.append(Rejected(number, column, value.decode("utf-8"), reason))

    def text_rows(self, records: int) -> TextRows:
        """The rows; `records` counts the refused ones too."""
        header, columns = self._rows.arrow()
        return TextRows(
            header,
            columns,
            np.array(self._numbers, np.int64),
            records,
            self.rejected,
            children={
                path: ChildRows(*cells.arrow(), np.array(self._positions[path], np.int64))
                for path, cells in self._children.items()
            },
        )


def object_rows(objects: Iterable[Any], table: Table) -> TextRows:
    """The rows of objects that have been parsed, numbered from 1."""
    rows = ObjectRows(table)
    number = 0
    for number, record in enumerate(objects, start=1):
        rows.add(number, record, b"" if isinstance(record, dict) else orjson.dumps(record))
    return rows.text_rows(number)


def only_declared(record: Any, table: Table) -> Any:
    """The object with what the table declares and nothing else; what is no object stays as it is.

    For sources whose objects hold more than is used, much of it about persons.
    """
    if not isinstance(record, dict):
        return record
    kept = _picked(record, [column.name for column in table.columns])
    for child in table.children:
        if child.path in record:
            entries, names = record[child.path], [column.name for column in child.columns]
            kept[child.path] = (
                [_picked(entry, names) if isinstance(entry, dict) else entry for entry in entries]
                if isinstance(entries, list)
                else entries
            )
    return kept


def _picked(record: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name in names:
        parent, _, field = name.partition(".")
        if parent not in record:
            continue
        value = record[parent]
        if field and isinstance(value, dict):
            within = kept.setdefault(parent, {})
            if field in value:
                within[field] = value[field]
        else:
            kept[parent] = value
    return kept


class _Cells:
    """Columns that grow as records name them; a record without one leaves null."""

    def __init__(self) -> None:
        self.columns: dict[str, list[str | None]] = {}
        self.rows = 0

    def add(self, record: dict[str, str | None]) -> None:
        columns = self.columns
        for name, value in record.items():
            column = columns.get(name)
            if column is None:
                column = columns[name] = [None] * self.rows
            column.append(value)
        self.rows += 1
        if len(record) < len(columns):
            for column in columns.values():
                if len(column) < self.rows:
                    column.append(None)

    def arrow(self) -> tuple[list[str], list[pa.ChunkedArray]]:
        return list(self.columns), [
            pa.chunked_array([pa.array(values, pa.string())]) for values in self.columns.values()
        ]


def _is_list_of_objects(value: Any) -> bool:
    return value is None or (
        isinstance(value, list) and all(isinstance(entry, dict) for entry in value)
    )


def _flat(
    record: dict[str, Any], parents: AbstractSet[str], prefix: str = ""
) -> dict[str, str | None]:
    """Cells by path; only `parents` (top-level) are opened, other nested values are JSON text."""
    cells: dict[str, str | None] = {}
    for name, value in record.items():
        if value.__class__ is str:
            text = value.replace("\0", "") if "\0" in value else value
            cells[prefix + name] = text or None
        elif value is None:
            if name not in parents:
                cells[prefix + name] = None
        elif isinstance(value, dict) and name in parents and not prefix:
            cells.update(_flat(value, parents, f"{name}."))
        else:
            # Numbers and true/false read the same in JSON and as text.
            cells[prefix + name] = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode("utf-8")
    return cells
