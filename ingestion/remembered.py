"""What is remembered of each table between runs, in the warehouse: `raw_<source>._reads`.

It is written in the transaction that changes the tables: rows and the cursor that belongs to them
are never apart, and a warehouse that was deleted is read in full again. The orchestration reads
here which fields are hidden; nothing imports dlt.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ingestion.tables import Table

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

READS = "_reads"


@dataclass(frozen=True)
class Remembered:
    """How a table was read last.

    `shape` stands for its declared columns: with other columns than today's a cursor is of no use,
    as older rows lack what was not asked for then. `cursor` is None where there is none to go on
    from. `hidden` are fields that the source did not show.
    """

    table: str
    read_from: str
    shape: str
    cursor: dict[str, Any] | None = None
    hidden: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        table: Table,
        read_from: str,
        cursor: dict[str, Any] | None = None,
        hidden: tuple[str, ...] = (),
    ) -> Remembered:
        """With the table's shape of today."""
        return cls(table.name, read_from, shape_of(table), cursor, hidden)


def shape_of(table: Table) -> str:
    """A digest of the declared columns, those of its lists too."""
    of_lists = [child.columns for child in table.children]
    columns = [[(column.raw, column.kind) for column in own] for own in (table.columns, *of_lists)]
    return sha256(json.dumps(columns).encode()).hexdigest()[:16]


def read_remembered(connection: duckdb.DuckDBPyConnection, source: str) -> dict[str, Remembered]:
    """What is remembered of a source, by table; nothing before its first load."""
    known = connection.execute(
        "select count(*) from duckdb_tables() where database_name = current_database()"
        " and schema_name = ? and table_name = ?",
        [f"raw_{source}", READS],
    ).fetchone()
    if known is None or known[0] == 0:
        return {}
    rows = connection.execute(
        f'select "table", read_from, shape, cursor, hidden from raw_{source}.{READS}'
    ).fetchall()
    return {
        table: Remembered(
            table,
            read_from,
            shape,
            json.loads(cursor) if cursor else None,
            tuple(json.loads(hidden)),
        )
        for table, read_from, shape, cursor, hidden in rows
    }


def remembered_rows(remembered: dict[str, Remembered]) -> pa.Table:
    """The same as rows of the table."""
    import pyarrow as pa

    rows = [remembered[name] for name in sorted(remembered)]
    return pa.table(
        {
            "table": pa.array([row.table for row in rows], pa.string()),
            "read_from": pa.array([row.read_from for row in rows], pa.string()),
            "shape": pa.array([row.shape for row in rows], pa.string()),
            "cursor": pa.array(
                [None if row.cursor is None else json.dumps(row.cursor) for row in rows],
                pa.string(),
            ),
            "hidden": pa.array([json.dumps(row.hidden) for row in rows], pa.string()),
        }
    )
