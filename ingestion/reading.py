"""What the load asks a source for: its tables, object by object, and how each is to join.

Reading from the export folder, and reading nothing, stand here; reading from an API in
`api_reading.py`. What dlt does with it is in `pipelines.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Protocol

from ingestion.arrow import empty_extracts
from ingestion.files import tables_of, unknown_files
from ingestion.ids import CrmIds
from ingestion.joining import Joining
from ingestion.remembered import Remembered
from ingestion.rows import Extract, Rejected
from ingestion.tables import Table


@dataclass
class ObjectLoad:
    """One object on its way: its extracts, those of one part (file or page) after the other.

    `file` is how reports call it. `joinings` and `remember` are asked for after the last part,
    `remember` with the rows that were refused.
    """

    table: Table
    file: str
    parts: Callable[[], Iterator[list[Extract]]]
    joinings: Callable[[], list[Joining]]
    remember: Callable[[list[Rejected]], Remembered]
    warnings: list[str] = field(default_factory=list)


class Reading(Protocol):
    """A way to read a source. `read_from` names it: what another way remembered is of no use."""

    source: str
    read_from: str

    def objects(self, remembered: dict[str, Remembered]) -> list[ObjectLoad]:
        """What is read in this run; tables that are left out stay as they are."""

    def close(self) -> None:
        """Called at the end, however it ends."""


class ExportReading:
    """All files of a source in the export folder; they are the tables."""

    read_from = "export"

    def __init__(self, source: str, folder: Path, ids: CrmIds) -> None:
        self.source = source
        self._folder = folder
        self._ids = ids

    def objects(self, remembered: dict[str, Remembered]) -> list[ObjectLoad]:
        """A file each."""
        objects = [_whole(table, self.read_from, self._read) for table in tables_of(self.source)]
        objects[0].warnings = unknown_files(self._folder, self.source)
        return objects

    def close(self) -> None:
        """Nothing is open."""

    def _read(self, table: Table) -> list[Extract]:
        export = import_module(f"ingestion.sources.{self.source}.export")
        extracts: list[Extract] = export.read(self._folder, table, self._ids)
        return extracts


class NoReading:
    """A source that is off: its tables are there, with their types and without rows."""

    read_from = "off"

    def __init__(self, source: str, warning: str) -> None:
        self.source = source
        self._warning = warning

    def objects(self, remembered: dict[str, Remembered]) -> list[ObjectLoad]:
        """Every table, empty."""
        nothing = partial(empty_extracts, file_present=False)
        objects = [_whole(table, self.read_from, nothing) for table in tables_of(self.source)]
        objects[0].warnings = [self._warning]
        return objects

    def close(self) -> None:
        """Nothing is open."""


def _whole(table: Table, read_from: str, read: Callable[[Table], list[Extract]]) -> ObjectLoad:
    """A table that is read at once, and is then all there is."""

    def parts() -> Iterator[list[Extract]]:
        yield read(table)

    return ObjectLoad(
        table,
        table.file,
        parts,
        joinings=lambda: replacing(table),
        remember=lambda _rejected: Remembered.of(table, read_from),
    )


def replacing(table: Table) -> list[Joining]:
    """The rows of a full sweep are the tables."""
    return [Joining(name) for name in table.names]
