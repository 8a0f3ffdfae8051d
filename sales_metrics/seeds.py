"""The seeds of a run: the defaults with the organisation's own laid over them, file by file.

dbt refuses two seeds of one name, so both are merged into one build folder, types checked. What the
seeds mean stands in `dbt_project/models/_seeds.yml`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from sales_metrics.errors import SalesMetricsError
from sales_metrics.warehouse import DBT_PROJECT

DEFAULT_SEEDS = DBT_PROJECT / "seeds"
PROPERTIES = DBT_PROJECT / "models" / "_seeds.yml"


@dataclass(frozen=True)
class Seed:
    """A seed as the properties file declares it: its columns' types, and the key that is unique."""

    name: str
    columns: dict[str, str]
    key: list[str]


def _boolean(text: str) -> None:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)


def _number(text: str) -> None:
    try:
        finite = Decimal(text).is_finite()
    except InvalidOperation as problem:
        raise ValueError(text) from problem
    if not finite:
        raise ValueError(text)


CHECKS: dict[str, tuple[Callable[[str], object], str]] = {
    "bigint": (int, "a whole number"),
    "double": (_number, "a number"),
    "decimal(18,2)": (_number, "a number"),
    "boolean": (_boolean, "true or false"),
    "date": (date.fromisoformat, "a date such as 2026-12-25"),
    "varchar": (str, "text"),
}


def declared_seeds() -> dict[str, Seed]:
    """Every default seed by name."""
    import yaml

    properties = yaml.safe_load(PROPERTIES.read_text(encoding="utf-8"))
    return {
        seed["name"]: Seed(
            seed["name"], seed["config"]["column_types"], seed["config"]["meta"]["key"]
        )
        for seed in properties["seeds"]
    }


def seed_file(own: Path | None, name: str) -> Path:
    """The file of the seed `name`: the organisation's in the folder `own`, else the default one."""
    replacing = own / f"{name}.csv" if own is not None else None
    if replacing is not None and replacing.exists():
        return replacing
    return DEFAULT_SEEDS / f"{name}.csv"


def merge_seeds(own: Path | None, build: Path) -> list[str]:
    """Write the default seeds, those in `own` replacing the ones of the same name, into `build`.

    Returns warnings (columns that a replaced seed leaves out, and which are then empty). Raises
    SalesMetricsError for a file or column that no default seed has, for a value of a wrong type,
    and for a key that is blank or repeated.
    """
    seeds = declared_seeds()
    for path in sorted(own.iterdir()) if own is not None else ():
        if path.suffix != ".csv" or path.stem not in seeds:
            known = ", ".join(f"{name}.csv" for name in sorted(seeds))
            raise SalesMetricsError(f"{path} replaces no default seed. Allowed are {known}.")

    warnings: list[str] = []
    build.mkdir(parents=True, exist_ok=True)
    for name, seed in seeds.items():
        path = seed_file(own, name)
        rows, left_out = _read(path, seed)
        if left_out:
            warnings.append(f"{path} has no column {', '.join(left_out)}: read as empty")
        with (build / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(seed.columns)
            writer.writerows(rows)
    return warnings


def _read(path: Path, seed: Seed) -> tuple[list[list[str]], list[str]]:
    """The rows of a seed in the declared order of columns, trimmed, and the columns left out."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            records = [record for record in csv.reader(file, strict=True) if record]
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise SalesMetricsError(f"{path} cannot be read as UTF-8 CSV: {problem}.") from problem
    header = [cell.strip() for cell in records[0]] if records else list(seed.columns)
    for column in header:
        if column not in seed.columns or header.count(column) > 1:
            known = ", ".join(seed.columns)
            raise SalesMetricsError(
                f"{path} has the column '{column}', unknown or repeated. Allowed are {known}."
            )
    rows = []
    seen: set[tuple[str, ...]] = set()
    for number, record in enumerate(records[1:], start=2):
        if len(record) != len(header):
            raise SalesMetricsError(
                f"{path}, record {number}: {len(record)} cells, but the header has {len(header)}."
            )
        cells = dict(zip(header, (cell.strip() for cell in record), strict=True))
        for column, cell in cells.items():
            _check(path, number, column, cell, seed.columns[column])
        key = tuple(cells.get(column, "") for column in seed.key)
        if key in seen or not any(key):
            raise SalesMetricsError(
                f"{path}, record {number}: {', '.join(seed.key)} is '{', '.join(key)}', "
                "blank or there already. Each must be there once."
            )
        seen.add(key)
        rows.append([cells.get(column, "") for column in seed.columns])
    return rows, [column for column in seed.columns if column not in header]


def _check(path: Path, number: int, column: str, cell: str, kind: str) -> None:
    check, allowed = CHECKS[kind]
    if cell == "":
        return
    try:
        check(cell)
    except ValueError as problem:
        raise SalesMetricsError(
            f"{path}, record {number}: {column} is '{cell}', but must be {allowed}."
        ) from problem
