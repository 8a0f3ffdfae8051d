"""The first reader of JSON lines: an object a line. What that becomes is in json_objects.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson

from ingestion.json_objects import ObjectRows
from ingestion.records import Records
from ingestion.rows import TextRows
from ingestion.tables import Table

_BOM = b"\xef\xbb\xbf"


def read_json_lines(path: Path, table: Table, counted: Records) -> TextRows:
    """Read a file that the second reader has counted; a line that is no object is refused."""
    rows = ObjectRows(table)
    number = 0
    for number, line in enumerate(_lines(path, counted.nul_bytes > 0), start=1):
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError as problem:
            rows.refuse(number, "", line, f"is no JSON: {problem.msg}")
            continue
        rows.add(number, record, line)
    return rows.text_rows(number)


def _lines(path: Path, has_nul: bool) -> Iterator[bytes]:
    content = path.read_bytes().removeprefix(_BOM)
    if has_nul:
        content = content.replace(b"\0", b"")
    for line in content.split(b"\n"):
        if line := line.strip():
            yield line
