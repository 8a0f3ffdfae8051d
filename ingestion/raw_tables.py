"""The raw tables as they are in the warehouse: their types before a load, their rows after it."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from ingestion.accounts import TableLoad
from ingestion.joining import LOAD_ID, Joined
from ingestion.kinds import INSTANT, LOCAL, NUMBER

_WAREHOUSE_TYPES = {
    pa.string(): "VARCHAR",
    pa.bool_(): "BOOLEAN",
    pa.int64(): "BIGINT",
    NUMBER: "DECIMAL(38,9)",
    INSTANT: "TIMESTAMP WITH TIME ZONE",
    pa.date32(): "DATE",
    LOCAL: "TIMESTAMP",
}


def align_types(
    source: str, warehouse: duckdb.DuckDBPyConnection, schemas: dict[str, pa.Schema]
) -> None:
    """Give columns that an earlier version of the tables typed otherwise today's type.

    dlt would keep the old type and cast into it, or fail.
    """
    existing = warehouse.execute(
        "select table_name, column_name, data_type from information_schema.columns"
        " where table_schema = ?",
        [f"raw_{source}"],
    ).fetchall()
    for table, column, old in existing:
        schema = schemas.get(table)
        if schema is None or column not in schema.names:
            continue
        new = _WAREHOUSE_TYPES[schema.field(column).type]
        if new != old:
            warehouse.execute(
                f'alter table raw_{source}."{table}" alter "{column}" set data type {new}'
                f' using try_cast("{column}"::varchar as {new})'
            )


def count_loaded(
    source: str,
    warehouse: duckdb.DuckDBPyConnection,
    loads: list[TableLoad],
    joined: dict[str, Joined],
    load_id: str,
) -> None:
    """Count what is in the warehouse now, and account for what joining found."""
    for load in loads:
        counts = warehouse.execute(
            f'select count(*), count(*) filter ({LOAD_ID} = ?) from raw_{source}."{load.table}"',
            [load_id],
        ).fetchone()
        load.rows, load.loaded = counts if counts else (0, 0)
        found = joined[load.table]
        load.older_versions += found.older_versions
        load.exact_repeats += found.already_there
        if found.marked_deleted:
            load.warnings.append(
                f"{load.file}: {found.marked_deleted:,} records no longer exist there and are "
                "marked as deleted"
            )
