"""The second reader: how many records a file has, by other code than the one that loads them.

What a load reports is measured against these counts. Nothing here knows Arrow, types or tables,
and nothing of the loading code is used here.
"""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sales_metrics.errors import SalesMetricsError

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Ragged:
    """A record whose number of cells is not the header's; 1 is the first after the header."""

    record: int
    cells: int
    text: str


@dataclass(frozen=True)
class Records:
    """What a file holds: header (trimmed; none for JSON lines), records, and what was odd."""

    header: tuple[str, ...]
    count: int
    ragged: tuple[Ragged, ...]
    nul_bytes: int
    is_empty: bool


def count_csv(path: Path, name: str) -> Records:
    """Count the records of a CSV file (RFC 4180, UTF-8); blank lines are none.

    `name` is how messages call the file. Raises SalesMetricsError for an unreadable file, another
    encoding, a quote that is never closed, and a header that is blank or repeated.
    """
    nul_bytes = _count_nul_bytes(path, name)
    with _rows(path, name, nul_bytes) as rows:
        header = next((tuple(cell.strip() for cell in row) for row in rows if row), None)
        if header is None:
            return Records((), 0, (), nul_bytes, is_empty=True)
        _check_header(header, name)
        lengths = Counter(map(len, rows))
    lengths.pop(0, None)
    ragged: tuple[Ragged, ...] = ()
    if lengths.keys() - {len(header)}:
        ragged = tuple(_find_ragged(path, name, nul_bytes, len(header)))
    return Records(header, lengths.total(), ragged, nul_bytes, is_empty=False)


def count_json_lines(path: Path, name: str) -> Records:
    """Count the lines of a JSON lines file that are not blank. Raises likewise."""
    nul_bytes = _count_nul_bytes(path, name)
    count = 0
    with _text(path, name, newline="\n") as file:
        for line in file:
            if line.replace("\0", "").strip(" \t\r\n\v\f"):
                count += 1
    return Records((), count, (), nul_bytes, is_empty=count == 0)


@contextmanager
def _text(path: Path, name: str, newline: str) -> Iterator[io.TextIOWrapper]:
    try:
        with path.open(encoding="utf-8-sig", newline=newline) as file:
            yield file
    except UnicodeDecodeError as problem:
        raise SalesMetricsError(
            f"{name} ({path}) is not UTF-8 (line {_first_undecodable_line(path)}): "
            "export it again in UTF-8."
        ) from problem
    except OSError as problem:
        raise SalesMetricsError(f"{path} cannot be read: {problem.strerror}.") from problem


@contextmanager
def _rows(path: Path, name: str, nul_bytes: int) -> Iterator[Iterator[list[str]]]:
    csv.field_size_limit(sys.maxsize)
    with _text(path, name, newline="") as file:
        lines = (line.replace("\0", "") for line in file) if nul_bytes else file
        try:
            yield csv.reader(lines, strict=True)
        except csv.Error as problem:
            raise SalesMetricsError(_broken_record(path, name, str(problem))) from problem


def _find_ragged(path: Path, name: str, nul_bytes: int, width: int) -> Iterator[Ragged]:
    number = -1
    with _rows(path, name, nul_bytes) as rows:
        for row in rows:
            number += bool(row)
            if row and number > 0 and len(row) != width:
                text = io.StringIO()
                csv.writer(text, lineterminator="").writerow(row)
                yield Ragged(number, len(row), text.getvalue())


def _broken_record(path: Path, name: str, problem: str) -> str:
    """Say which record cannot be read: read again, this time remembering where each one begins."""
    number, first_line = 0, 1
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader((line.replace("\0", "") for line in file), strict=True)
        try:
            for row in reader:
                number += bool(row)
                first_line = reader.line_num + 1
        except csv.Error:
            pass
    where = f"record {number}" if number else "the header"
    if problem == "unexpected end of data":
        problem = "a quote is opened and never closed"
    return f"{name} ({path}), {where}, from line {first_line}: {problem}. Export the file again."


def _check_header(header: tuple[str, ...], name: str) -> None:
    for position, cell in enumerate(header, start=1):
        if cell == "":
            raise SalesMetricsError(f"{name}: column {position} of the header has no name.")
        if header.count(cell) > 1:
            raise SalesMetricsError(f"{name}: the header names the column '{cell}' twice.")


def _count_nul_bytes(path: Path, name: str) -> int:
    """Count NUL bytes; a file that begins like UTF-16 is refused."""
    count = 0
    try:
        with path.open("rb") as file:
            start = file.read(1024)
            if _looks_like_utf_16(start):
                raise SalesMetricsError(
                    f"{name} ({path}) is not UTF-8 but looks like UTF-16: export it again in UTF-8."
                )
            while start:
                count += start.count(0)
                start = file.read(1 << 20)
    except OSError as problem:
        raise SalesMetricsError(f"{path} cannot be read: {problem.strerror}.") from problem
    return count


def _looks_like_utf_16(start: bytes) -> bool:
    """A mark of its own, or (in Latin letters) every other byte a NUL."""
    sample = start[:32]
    every_other = (sample[::2], sample[1::2])
    return start.startswith(_UTF_16) or (
        len(sample) >= 4 and any(not half.strip(b"\0") for half in every_other)
    )


def _first_undecodable_line(path: Path) -> int:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 0
