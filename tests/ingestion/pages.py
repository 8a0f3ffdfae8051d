"""An API source that exists only here: pages from a list, to see what the load makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from ingestion.changes import Cursor, ExistingIds, ObjectRead, Page, Visible
from ingestion.files import tables_of
from ingestion.pipelines import TableLoad, load_api
from ingestion.rows import ChildRows, TextRows
from sales_metrics.warehouse import DataDir

NOW = datetime(2026, 9, 30, 12, tzinfo=UTC)

Row = dict[str, Any]


def page(*rows: Row, lists: str = "", expected: int | None = None) -> Page:
    """Rows of text; `lists` names the cell that holds entries."""
    entries = [(number, entry) for number, row in enumerate(rows) for entry in row.get(lists, ())]
    plain = [{name: value for name, value in row.items() if name != lists} for row in rows]
    header, columns = _cells(plain)
    children = {}
    if lists:
        parents = np.array([number for number, _ in entries], np.int64)
        children[lists] = ChildRows(*_cells([entry for _, entry in entries]), parents)
        texts = [str(row[lists]) if lists in row else None for row in rows]
        header, columns = [*header, lists], [*columns, pa.chunked_array([pa.array(texts)])]
    numbers = np.arange(1, len(rows) + 1)
    return Page(TextRows(header, columns, numbers, len(rows), children=children), expected)


def _cells(rows: list[Row]) -> tuple[list[str], list[pa.ChunkedArray]]:
    header = list(dict.fromkeys(name for row in rows for name in row))
    columns = [pa.array([row.get(name) for row in rows], pa.string()) for name in header]
    return header, [pa.chunked_array([column]) for column in columns]


@dataclass
class PagedApi:
    """What it will give in the next run, by table; `remembered` is what it was told last."""

    source: str
    reads_next: dict[str, ObjectRead] = field(default_factory=dict)
    remembered: Mapping[str, Cursor] | None = None
    closed: int = 0

    def give(
        self,
        table: str,
        *pages: Page,
        mode: str = "merge",
        cursor: Cursor | None = None,
        ids: Iterable[str] | None = None,
        **others: Any,
    ) -> None:
        """Have a table's pages read in the next run."""
        found = next(known for known in tables_of(self.source) if known.name == table)
        existing = None if ids is None else ExistingIds([pa.array(list(ids))])

        def fresh() -> Iterator[Page]:
            for given in pages:
                rows = replace(given.rows, numbers=given.rows.numbers.copy())
                yield Page(rows, given.expected)

        self.reads_next[table] = ObjectRead(
            found,
            mode,  # type: ignore[arg-type]
            fresh,
            cursor=lambda: cursor if cursor is not None else {"run": 1},
            absent=lambda: existing,
            **others,
        )

    def reads(self, remembered: Mapping[str, Cursor], now: datetime) -> Iterable[ObjectRead]:
        """What was given."""
        self.remembered = dict(remembered)
        return self.reads_next.values()

    def check(self) -> Iterable[Visible]:
        """Nothing."""
        return ()

    def close(self) -> None:
        """Counted."""
        self.closed += 1

    def load(self, data: DataDir, read_from: str = "api", **others: Any) -> dict[str, TableLoad]:
        """Load once, and forget what was given."""
        loads = load_api(self.source, read_from, self, data, now=NOW, **others)
        self.reads_next = {}
        return {load.table: load for load in loads}


Load = Callable[..., dict[str, TableLoad]]
