"""The published file: one DuckDB file with the schema `marts`, replaced whole and atomically.

What the tables must look like is `contract.py`'s; what is in them, dbt's. Here they are copied,
keyed, described and put in place, and nothing is computed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from publishing.contract import META, column_problems, contract
from sales_metrics.errors import SalesMetricsError
from sales_metrics.warehouse import connect

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

META_COMMENT = (
    "What this file is: one row for each published table, with the facts of the run on every row."
)
META_COLUMNS = {
    "table_name": ("varchar primary key", "Published table of the schema marts."),
    "table_rows": ("bigint not null", "Number of rows in that table."),
    "as_of": (
        "timestamp not null",
        "Instant (UTC) that the run looked from; later does not exist.",
    ),
    "run_id": (
        "varchar not null",
        "The run that made this file, as Dagster and the report name it.",
    ),
    "project_version": ("varchar not null", "Version of sales-metrics that made this file."),
    "corporate_currency": (
        "varchar",
        "ISO code of the currency all money is in; null where the CRM names none.",
    ),
}


@dataclass(frozen=True)
class Meta:
    """What a run says of itself in `marts.meta`; `as_of` carries its zone."""

    as_of: datetime
    run_id: str
    project_version: str


def publish(warehouse: Path, target: Path, meta: Meta) -> dict[str, int]:
    """Build the file beside `target` from the schema `marts` of `warehouse`, then rename it.

    Returns the rows of each published table. Whoever has the old file open keeps reading it; who
    opens anew reads the new one. Raises SalesMetricsError, and leaves the old file as it was, for
    anything in `marts` that the contract does not promise and for a key with duplicates or nulls.
    """
    if not warehouse.is_file():
        raise SalesMetricsError(f"There is no warehouse at {warehouse} to publish from.")
    target.parent.mkdir(parents=True, exist_ok=True)
    prefix = f"{target.name}.building-"
    _remove(target.parent, prefix)
    building = target.with_name(f"{prefix}{os.getpid()}")
    try:
        rows = _build(warehouse, building, meta)
        _sync(building)
        building.replace(target)
        _sync(target.parent)
    finally:
        _remove(target.parent, prefix)
    return rows


def _remove(folder: Path, prefix: str) -> None:
    """Delete half-built files (and their logs), a crashed run's too: runs do not overlap."""
    for path in folder.iterdir():
        if path.name.startswith(prefix):
            path.unlink()


def _sync(path: Path) -> None:
    """Force a file, or a folder's names, on to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _build(warehouse: Path, building: Path, meta: Meta) -> dict[str, int]:
    with connect(building) as connection:
        connection.execute(f"attach {_text(str(warehouse))} as warehouse (read_only)")
        tables = _tables(connection)
        connection.execute("create schema marts")
        rows = {table: _copy(connection, table, ddl) for table, ddl in tables.items()}
        _describe(connection)
        _write_meta(connection, rows, meta)
        connection.execute("detach warehouse")
        connection.execute("checkpoint")
    return rows


def _tables(connection: DuckDBPyConnection) -> dict[str, str]:
    """Table -> its DDL in the warehouse, by name; all of them as the contract wants them."""
    for (view,) in connection.execute(
        "select view_name from duckdb_views() "
        "where database_name = 'warehouse' and schema_name = 'marts' order by 1"
    ).fetchall():
        raise SalesMetricsError(
            f"marts.{view} is a view, and only tables are published: "
            "make its model a table, or drop the view."
        )
    ddl: dict[str, str] = dict(
        connection.execute(
            "select table_name, sql from duckdb_tables() "
            "where database_name = 'warehouse' and schema_name = 'marts' order by 1"
        ).fetchall()
    )
    if not ddl:
        raise SalesMetricsError("The warehouse has no table in the schema marts to publish.")
    columns: dict[str, dict[str, str]] = {table: {} for table in ddl}
    for table, column, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where database_name = 'warehouse' and schema_name = 'marts'"
    ).fetchall():
        columns[table][column] = kind
    problems = column_problems(columns)
    if problems:
        raise SalesMetricsError(
            f"Not published, because the marts differ from publishing/marts.yml: "
            f"{'; '.join(problems)}."
        )
    return ddl


def _copy(connection: DuckDBPyConnection, table: str, ddl: str) -> int:
    """Create one table with its key, fill it in the order of the key, and count it."""
    key = contract()[table].key
    source = f"warehouse.marts.{_name(table)}"
    columns = ", ".join(_name(column) for column in key)
    _check_key(connection, table, key)
    connection.execute(ddl)
    connection.execute(f"insert into marts.{_name(table)} from {source} order by {columns}")
    connection.execute(f"alter table marts.{_name(table)} add primary key ({columns})")
    return _count(connection, f"select count(*) from marts.{_name(table)}")


def _check_key(connection: DuckDBPyConnection, table: str, key: tuple[str, ...]) -> None:
    source = f"warehouse.marts.{_name(table)}"
    for column in key:
        nulls = _count(connection, f"select count(*) from {source} where {_name(column)} is null")
        if nulls:
            raise SalesMetricsError(
                f"marts.{table}.{column} is null (rows: {nulls}), but part of the key "
                f"({', '.join(key)}): nothing is published, the file of the last run stays."
            )
    columns = ", ".join(_name(column) for column in key)
    duplicate = connection.execute(
        f"select {columns}, count(*) from {source} group by {columns} having count(*) > 1 "
        f"order by {columns} limit 1"
    ).fetchone()
    if duplicate:
        row = ", ".join(
            f"{column} = {value}" for column, value in zip(key, duplicate, strict=False)
        )
        raise SalesMetricsError(
            f"marts.{table} has {duplicate[-1]} rows with {row}, but its key ({', '.join(key)}) "
            f"must be unique: nothing is published, the file of the last run stays."
        )


def _describe(connection: DuckDBPyConnection) -> None:
    """Replay the comments of tables and columns: a copied DDL does not carry them."""
    for table, comment in connection.execute(
        "select table_name, comment from duckdb_tables() "
        "where database_name = 'warehouse' and schema_name = 'marts' and comment is not null"
    ).fetchall():
        connection.execute(f"comment on table marts.{_name(table)} is {_text(comment)}")
    for table, column, comment in connection.execute(
        "select table_name, column_name, comment from duckdb_columns() "
        "where database_name = 'warehouse' and schema_name = 'marts' and comment is not null"
    ).fetchall():
        connection.execute(
            f"comment on column marts.{_name(table)}.{_name(column)} is {_text(comment)}"
        )


def _write_meta(connection: DuckDBPyConnection, rows: dict[str, int], meta: Meta) -> None:
    table = f"marts.{META}"
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in META_COLUMNS.items())
    connection.execute(f"create table {table} ({columns})")
    currency = _corporate_currency(connection)
    as_of = meta.as_of.astimezone(UTC).replace(tzinfo=None)
    connection.executemany(
        f"insert into {table} values (?, ?, ?, ?, ?, ?)",
        [
            (name, count, as_of, meta.run_id, meta.project_version, currency)
            for name, count in sorted(rows.items())
        ],
    )
    connection.execute(f"comment on table {table} is {_text(META_COMMENT)}")
    for name, (_, comment) in META_COLUMNS.items():
        connection.execute(f"comment on column {table}.{name} is {_text(comment)}")


def _corporate_currency(connection: DuckDBPyConnection) -> str | None:
    there = _count(
        connection,
        "select count(*) from duckdb_tables() where database_name = 'warehouse' "
        "and schema_name = 'raw_salesforce' and table_name = 'currency_type'",
    )
    if not there:
        return None
    found = connection.execute(
        "select min(iso_code) from warehouse.raw_salesforce.currency_type where is_corporate"
    ).fetchone()
    assert found is not None  # an aggregate without groups has one row
    code: str | None = found[0]
    return code


def _count(connection: DuckDBPyConnection, query: str) -> int:
    found = connection.execute(query).fetchone()
    assert found is not None  # a count has one row
    return int(found[0])


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(literal: str) -> str:
    return "'" + literal.replace("'", "''") + "'"
