"""What a source's table is, as data: columns, kinds, keys, versions.

The tables themselves stand in `sources/<source>/tables.py`. Nothing here reads a file or imports
dlt or Arrow, so that the orchestration can read the tables while it loads its definitions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "id",  # a Salesforce id: trimmed; 15 characters become the 18 of the same record
    "code",  # an identifier of another system: trimmed
    "text",  # kept as it is, blanks around it too
    "bool",
    "int",
    "number",  # decimal with 38 digits, 9 of them after the point
    "instant",  # UTC
    "date",
    "instant_or_date",  # text: `2026-01-05` or `2026-01-05T10:00:00.000000Z`
    "local_time",  # a timestamp of an unnamed zone
]


@dataclass(frozen=True)
class Column:
    """A column that is read, under the name that the source gives it.

    `name` of a JSON source is the path, `settings.title`. `allowed` lists the only values, compared
    trimmed and in any case. `blank_allowed` is False where a row without the value says nothing.
    `date_is_midnight`: a date alone in an instant column is 00:00 UTC of that day.
    `lookup_field`: the column that names the field whose value stands here (history tables).
    """

    name: str
    kind: Kind
    allowed: tuple[str, ...] = ()
    blank_allowed: bool = True
    date_is_midnight: bool = False
    lookup_field: str | None = None

    @property
    def raw(self) -> str:
        """The column's name in the raw table."""
        return raw_name(self.name)


@dataclass(frozen=True)
class Child:
    """A list inside a record that becomes a table of its own.

    `inherited` are the record's columns (by name) that each entry carries, under the names given.
    """

    name: str
    path: str
    inherited: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Table:
    """A raw table and the file it comes from, relative to the export folder.

    `key` names the columns that identify a record; without any, only equal records are one.
    `versions` name the instants by which the newest of two records of one key is known, the first
    one first; a column is used when the file has it, declared or not.
    """

    name: str
    file: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    required: bool = False
    children: tuple[Child, ...] = field(default=())

    @property
    def names(self) -> tuple[str, ...]:
        """The raw tables that this file fills: its own, then those of its lists."""
        return (self.name, *(child.name for child in self.children))


_REDUCED = str.maketrans("+-*@|", "x_xal")
_FOREIGN = re.compile(r"[^a-zA-Z\d_]+")
_BEFORE_WORD = re.compile("([^_])([A-Z][a-z]+)")
_BEFORE_CAPITAL = re.compile("([a-z0-9])([A-Z])")


def raw_name(name: str) -> str:
    """The name of a column in the raw tables: dlt's snake case.

    Written out because importing dlt takes seconds; a test compares it with dlt's own.
    """
    snake = _FOREIGN.sub("_", name.strip().translate(_REDUCED))
    snake = _BEFORE_CAPITAL.sub(r"\1_\2", _BEFORE_WORD.sub(r"\1_\2", snake)).lower()
    if re.match(r"\d", snake):
        snake = f"_{snake}"
    stripped = snake.rstrip("_")
    return re.sub("__+", "_", stripped + "x" * (len(snake) - len(stripped)))
