"""The first reader of JSON lines: objects to rows of text, nested objects flattened.

`settings.title` is one column; what is nested and not declared is kept as JSON text. Lists that are
declared as tables of their own become `ChildRows`. What the text means is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from ingestion.records import Records
from ingestion.rows import ChildRows, Rejected, TextRows
from ingestion.tables import Table

_BOM = b"\xef\xbb\xbf"


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


def read_json_lines(path: Path, table: Table, counted: Records) -> TextRows:
    """Read a file that the second reader has counted; a line that is no object is refused."""
    parents = {column.name.split(".")[0] for column in table.columns if "." in column.name}
    rows = _Cells()
    children = {child.path: _Cells() for child in table.children}
    child_parents: dict[str, list[int]] = {child.path: [] for child in table.children}
    numbers: list[int] = []
    rejected: list[Rejected] = []
    number = 0
    for number, line in enumerate(_lines(path, counted.nul_bytes > 0), start=1):
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError as problem:
            rejected.append(_refused(number, "", line, f"is no JSON: {problem.msg}"))
            continue
        if not isinstance(record, dict):
            rejected.append(_refused(number, "", line, "is no JSON object"))
            continue
        entries = {path: record.get(path) for path in children}
        odd = next((path for path, value in entries.items() if not _is_list_of_objects(value)), "")
        if odd:
            value = orjson.dumps(entries[odd])
            rejected.append(_refused(number, odd, value, "is no list of objects"))
            continue
        for child, values in entries.items():
            for entry in values or ():
                children[child].add(_flat(entry, frozenset()))
                child_parents[child].append(len(numbers))
        rows.add(_flat(record, parents))
        numbers.append(number)
    header, columns = rows.arrow()
    return TextRows(
        header,
        columns,
        np.array(numbers, np.int64),
        number,
        rejected,
        children={
            child: ChildRows(*cells.arrow(), np.array(child_parents[child], np.int64))
            for child, cells in children.items()
        },
    )


def _lines(path: Path, has_nul: bool) -> Iterator[bytes]:
    content = path.read_bytes().removeprefix(_BOM)
    if has_nul:
        content = content.replace(b"\0", b"")
    for line in content.split(b"\n"):
        if line := line.strip():
            yield line


def _refused(number: int, column: str, value: bytes, reason: str) -> Rejected:
    return Rejected(number, column, value.decode("utf-8"), reason)


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
