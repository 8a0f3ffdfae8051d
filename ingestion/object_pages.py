"""Parsed objects, however they came, as pages for the load."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ingestion.changes import Page
from ingestion.json_objects import object_rows
from ingestion.tables import Table

# Typing a page costs a few milliseconds, however small it is.
ROWS_A_PAGE = 1000


def object_pages(objects: Iterable[Any], table: Table) -> Iterator[Page]:
    """The objects in their order; the answers of many small requests share a page."""
    gathered: list[Any] = []
    for thing in objects:
        gathered.append(thing)
        if len(gathered) == ROWS_A_PAGE:
            yield Page(object_rows(gathered, table))
            gathered = []
    if gathered:
        yield Page(object_rows(gathered, table))
