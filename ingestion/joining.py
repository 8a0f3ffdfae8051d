"""How the rows of a load join those of a raw table, as SQL on DuckDB.

One transaction around the joinings of all tables is the destination's; what is read, and whether it
is a table or its changes, is decided before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sales_metrics.errors import SalesMetricsError

if TYPE_CHECKING:
    import duckdb

LOAD_ID = "_dlt_load_id"

# So many records may vanish between two sweeps without a doubt, whatever their share.
_MANY = 100


@dataclass(frozen=True)
class Joining:
    """What is to become of a raw table; names of columns are raw ones.

    Without `keeps` the new rows are the table. With it, and with a `key`, they take the place of
    rows of their key; a `parent` is a table whose new rows take away what hangs on them, by pairs
    of columns (own, parent's); without both, rows are added as often as they are not there yet.
    `versions` are instants: of two new rows of one key the newer stays, at equal ones the later.
    `existing_ids` is a parquet file: rows of other ids are marked as deleted.
    """

    table: str
    keeps: bool = False
    key: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    parent: str = ""
    parent_key: tuple[tuple[str, str], ...] = ()
    existing_ids: Path | None = None


@dataclass(frozen=True)
class Joined:
    """What became of the new rows, beside those that are in the table now, and of old ones."""

    older_versions: int = 0
    already_there: int = 0
    marked_deleted: int = 0


def join(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    joining: Joining,
    files: Mapping[str, Sequence[Path]],
    load_id: str,
) -> Joined:
    """Let the rows of the parquet files (by table) join; the caller's transaction is around it."""
    target = f"{_name(schema)}.{_name(joining.table)}"
    new = _parquet(files[joining.table])
    connection.execute(f"alter table {target} add column if not exists {LOAD_ID} varchar")
    older = already = 0
    if not joining.keeps:
        connection.execute(f"delete from {target}")
    if joining.key:
        older = _repeated_keys(connection, joining.key, new)
        if older:
            new = _newest(connection, joining, files[joining.table])
        if joining.keeps:
            _delete_matched(connection, target, new, [(column, column) for column in joining.key])
    elif joining.keeps and joining.parent:
        parents = _parquet(files[joining.parent])
        _delete_matched(connection, target, parents, joining.parent_key)
    elif joining.keeps:
        columns = _columns_of(connection, new)
        staged = _count(connection, new)
        listed = ", ".join(map(_name, columns))
        # As often as the source has a row, so often it is here: reading an overlap adds nothing.
        new = f"(select {listed} from {new} except all select {listed} from {target})"
        already = staged - _count(connection, new)
    connection.execute(
        f"insert into {target} by name select *, {_text(load_id)} as {LOAD_ID} from {new}"
    )
    marked = 0
    if joining.existing_ids is not None:
        marked = _mark_deleted(connection, target, joining)
    return Joined(older, already, marked)


def _delete_matched(
    connection: duckdb.DuckDBPyConnection,
    target: str,
    new: str,
    pairs: Iterable[tuple[str, str]],
) -> None:
    same = " and ".join(f"old.{_name(own)} = new.{_name(other)}" for own, other in pairs)
    connection.execute(
        f"delete from {target} as old where exists (select 1 from {new} as new where {same})"
    )


def _repeated_keys(connection: duckdb.DuckDBPyConnection, key: Sequence[str], new: str) -> int:
    """How many rows are too many for one row a key."""
    listed = ", ".join(map(_name, key))
    distinct = f"(select distinct {listed} from {new})"
    return _count(connection, new) - _count(connection, distinct)


def _newest(connection: duckdb.DuckDBPyConnection, joining: Joining, files: Sequence[Path]) -> str:
    """The new rows, of each key the newest: the rule of `versions.py`, over all pages."""
    columns = _columns_of(connection, _parquet(files))
    # An undeclared instant is text; what it does not say in ISO tells no version.
    instants = [
        f"try_cast({_name(column)} as timestamptz)"
        for column in joining.versions
        if column in columns
    ]
    # Rows stand in a file in the order of their pages. dlt begins another file only where columns
    # change after many rows, and which file came first nobody knows: any order, but always one.
    order = ["filename desc", "file_row_number desc"]
    if instants:
        known = [f"coalesce({', '.join(instants)})", instants[-1]]
        order = [*(f"{instant} desc nulls last" for instant in known), *order]
    listed = ", ".join(map(_name, columns))
    keys = ", ".join(map(_name, joining.key))
    return (
        f"(select {listed} from {_parquet(files, ', filename = true, file_row_number = true')}"
        " qualify row_number() over "
        f"(partition by {keys} order by {', '.join(order)}) = 1)"
    )


def _mark_deleted(connection: duckdb.DuckDBPyConnection, target: str, joining: Joining) -> int:
    assert joining.existing_ids is not None
    existing = _parquet([joining.existing_ids])
    alive = "is_deleted is distinct from true"
    known = f"select 1 from {existing} as known where known.id = old.{_name(joining.key[0])}"
    gone = f"{alive} and not exists ({known})"
    there = _count(connection, f"{target} where {alive}")
    missing = _count(connection, f"{target} as old where {gone}")
    if missing > _MANY and missing > there / 2:
        raise SalesMetricsError(
            f"{joining.table}: {missing:,} of {there:,} records are no longer shown. Nothing was "
            "loaded, for it looks as if the user of the connection had lost the right to view all "
            "data: give it back and run again. If the records are really gone, delete the "
            "warehouse file: the next run reads everything anew."
        )
    connection.execute(f"update {target} as old set is_deleted = true where {gone}")
    return missing


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"select count(*) from {relation}").fetchone()
    assert row is not None
    return int(row[0])


def _columns_of(connection: duckdb.DuckDBPyConnection, relation: str) -> list[str]:
    return [
        str(row[0]) for row in connection.execute(f"describe select * from {relation}").fetchall()
    ]


def _parquet(files: Sequence[Path], options: str = "") -> str:
    return f"read_parquet([{_texts(files)}], union_by_name = true{options})"


def _texts(files: Sequence[Path]) -> str:
    return ", ".join(_text(str(path)) for path in files)


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
