"""Which column of a file is which column of the raw table, and under which name unknown ones go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.tables import Column, raw_name

# dlt's own columns; a file's column of such a name would be lost.
_RESERVED = ("_dlt_load_id", "_dlt_id")


@dataclass(frozen=True)
class Layout:
    """`declared`: raw column -> position in the file (None where it is missing), in the tables'
    order; `unknown`: header -> raw column; `missing`: declared names that the file lacks."""

    declared: dict[str, int | None]
    unknown: dict[str, str]
    missing: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]


def lay_out(
    header: Sequence[str], columns: Sequence[Column], reserved: Sequence[str] = ()
) -> Layout:
    """Match a header (trimmed, no name twice) with the declared columns.

    The exact name goes first, then the name in any case. An unknown column whose raw name is taken,
    or `reserved`, gets `_2`, `_3` … and is listed in `renamed`.
    """
    positions = {name: position for position, name in enumerate(header)}
    folded: dict[str, int] = {}
    for position, name in enumerate(header):
        folded.setdefault(name.casefold(), position)
    exact = {column.name for column in columns} & positions.keys()
    declared: dict[str, int | None] = {}
    missing = []
    for column in columns:
        found = positions.get(column.name, folded.get(column.name.casefold()))
        if found is not None and column.name not in exact and header[found] in exact:
            found = None
        declared[column.raw] = found
        if found is None:
            missing.append(column.name)

    used = {position for position in declared.values() if position is not None}
    taken = {*declared, *_RESERVED, *reserved}
    unknown: dict[str, str] = {}
    renamed = []
    for position, name in enumerate(header):
        if position in used:
            continue
        wanted = raw = raw_name(name) or "x"
        number = 2
        while raw in taken:
            raw = f"{wanted}_{number}"
            number += 1
        if raw != wanted:
            renamed.append((name, raw))
        taken.add(raw)
        unknown[name] = raw
    return Layout(declared, unknown, tuple(missing), tuple(renamed))
