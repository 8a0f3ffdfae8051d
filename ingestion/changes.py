"""What an API source hands to the load: pages of text, object by object, and what to remember.

How a page is fetched belongs to `sources/<source>/`; how it is typed, to `arrow.py`; how pages
become tables, and when a cursor counts as remembered, to `pipelines.py` and what stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import pyarrow as pa

    from ingestion.rows import TextRows
    from ingestion.tables import Table

# What a source needs to go on where it stopped, for one object; JSON and nothing else.
Cursor = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """Rows as they came, with the number that the source said there would be, if it says."""

    rows: TextRows
    expected: int | None = None


@dataclass(frozen=True)
class ExistingIds:
    """Every id (18 characters) that is alive at the source, now that the pages are read.

    Rows of other ids are marked as deleted, never dropped.
    """

    ids: Iterable[pa.Array]


@dataclass
class ObjectRead:
    """One object of one source in one run.

    `replace` is a full sweep: its rows are the table. `merge` is what changed: of each key the
    newest row stays; of a table without a key, rows that are equal in all columns are one (as
    often as the source has them). Without a remembered cursor a read is a full sweep, whatever
    `mode` says. `pages` is called once; what it raises stops the load of the whole source.
    After the last page `cursor`, `absent`, `hidden` and `warnings` are asked for.
    """

    table: Table
    mode: Literal["replace", "merge"]
    pages: Callable[[], Iterator[Page]]
    # Becomes what is remembered with the rows' own transaction, or never. An object that has
    # rows in the quarantine keeps its old cursor, so that they are read again.
    # None: nothing to go on from, so that the next read is a full sweep too.
    cursor: Callable[[], Cursor | None] = dict
    # The ids of a sweep for hard deletes, in the runs that make one.
    absent: Callable[[], ExistingIds | None] = lambda: None
    # Declared fields that the source does not show: null in the table, and no rule judges them.
    hidden: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Visible:
    """What a connection shows of one object, found by reading one row of it.

    `missing`: the organisation has no such object. `refused`: it has, but this user may not read
    it. `hidden` names the wanted fields that are not shown, `detail` the source's own words.
    """

    object: str
    state: Literal["visible", "missing", "refused"]
    hidden: tuple[str, ...] = ()
    detail: str = ""


class ApiSource(Protocol):
    """A source that is asked over HTTP.

    Each `sources/<source>/` has a module with `open_api(connection, **options) -> ApiSource`
    that reaches nothing before it is asked something.
    """

    def reads(self, remembered: Mapping[str, Cursor], now: datetime) -> Iterable[ObjectRead]:
        """The objects to read, in order; `remembered` has the cursors by table name.

        A table that is left out stays as it is; on a first load it is made, without rows.
        """

    def check(self) -> Iterable[Visible]:
        """Read one row of each object."""

    def close(self) -> None:
        """Called when all is read or something failed: connections, jobs that are left."""
