"""The contract of the published tables: `marts.yml` as data, and a database compared with it.

A model may add columns; it may not rename, drop or retype those of the contract. How the file is
built stands in `snapshot.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sales_metrics.warehouse import connect

CONTRACT_FILE = Path(__file__).with_name("marts.yml")

DUCKDB_TYPES = {
    "text": "VARCHAR",
    "int": "BIGINT",
    "double": "DOUBLE",
    "money": "DECIMAL(18,2)",
    "bool": "BOOLEAN",
    "at": "TIMESTAMP",
    "date": "DATE",
}

# Lives in the schema `activation`: it holds e-mail addresses and never goes out with the marts.
NEVER_PUBLISHED = frozenset({"reactivation_audience"})

# What the published file says of itself; written by snapshot.py, no model makes it.
META = "meta"


@dataclass(frozen=True)
class PublishedTable:
    """One table of the contract: its key (unique, never null) and its columns' DuckDB types."""

    key: tuple[str, ...]
    columns: dict[str, str]


@cache
def contract() -> dict[str, PublishedTable]:
    """Table name -> what the contract says of it, for every table that may be published."""
    import yaml

    entries = yaml.safe_load(CONTRACT_FILE.read_text(encoding="utf-8"))
    return {
        name: PublishedTable(
            key=tuple(entry["key"]),
            columns={column: DUCKDB_TYPES[kind] for column, kind in entry["columns"].items()},
        )
        for name, entry in entries.items()
        if name not in NEVER_PUBLISHED
    }


def column_problems(tables: Mapping[str, Mapping[str, str]]) -> list[str]:
    """What in `tables` (name -> column -> DuckDB type) differs from the contract, a line each.

    Only tables that are there are looked at: not every model of the contract exists yet.
    """
    problems = []
    for table in sorted(tables):
        promised = contract().get(table)
        if promised is None:
            problems.append(f"marts.{table} is in no entry of the contract")
            continue
        for column, kind in promised.columns.items():
            there = tables[table].get(column)
            if there is None:
                problems.append(f"marts.{table} has no column {column} ({kind})")
            elif there != kind:
                problems.append(f"marts.{table}.{column} is {there}, not {kind}")
    return problems


def compare_with_contract(path: Path) -> list[str]:
    """What in the published file at `path` differs from the contract, a line each; empty: nothing.

    Compared are names and types of columns, primary keys, and NOT NULL on the columns of a key.
    """
    with connect(path, read_only=True) as connection:
        columns = connection.execute(
            "select table_name, column_name, data_type, is_nullable from duckdb_columns() "
            "where schema_name = 'marts' and not internal and table_name <> ? "
            "order by table_name, column_index",
            [META],
        ).fetchall()
        keys = dict(
            connection.execute(
                "select table_name, constraint_column_names from duckdb_constraints() "
                "where schema_name = 'marts' and constraint_type = 'PRIMARY KEY'"
            ).fetchall()
        )
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind, _ in columns:
        tables.setdefault(table, {})[column] = kind
    nullable = {(table, column) for table, column, _, may_be_null in columns if may_be_null}

    problems = column_problems(tables)
    for table in sorted(tables.keys() & contract().keys()):
        key = contract()[table].key
        if tuple(keys.get(table, ())) != key:
            problems.append(f"marts.{table} has not the primary key ({', '.join(key)})")
        problems += [
            f"marts.{table}.{column} is part of the key and may be null"
            for column in key
            if (table, column) in nullable
        ]
    return problems
