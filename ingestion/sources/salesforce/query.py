"""Reading an object between two instants, with the remedies for what a query may be refused for.

By the Bulk API, by REST where that does not serve; in halves where a query takes too long; with
another look at the object where a field is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ingestion.changes import Page
from ingestion.sources.salesforce.bulk import read_in_bulk
from ingestion.sources.salesforce.describe import Shape, describe
from ingestion.sources.salesforce.org import Org
from ingestion.sources.salesforce.refusals import (
    BulkUsedUpError,
    NotInBulkError,
    TooSlowError,
    UnknownFieldError,
)
from ingestion.sources.salesforce.rest import read_by_rest
from ingestion.sources.salesforce.soql import Window, one_of, select


@dataclass
class ObjectQuery:
    """How one object is read in this run; what turns out on the way is noted here.

    `hidden` grows when a field vanishes while the run goes on.
    """

    org: Org
    shape: Shape
    now: datetime
    hidden: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    by_rest: bool = False

    def __post_init__(self) -> None:
        self.hidden += self.shape.hidden

    def pages(self, window: Window, conditions: Sequence[str] = ()) -> Iterator[Page]:
        """All rows of a window, deleted ones too. A row may come twice; the later one is newer."""
        waiting = [window]
        while waiting:
            part = waiting.pop(0)
            try:
                yield from self._described_pages(part, conditions)
            except TooSlowError:
                halves = part.halves(self.now) if self.shape.cursor else None
                if halves is None:
                    raise
                waiting[:0] = halves

    def pages_of_ids(
        self, ids: Sequence[str], of: str = "Id", conditions: Sequence[str] = ()
    ) -> Iterator[Page]:
        """The rows whose field `of` is one of a few hundred ids, by REST."""
        fields = tuple(self.shape.fields)
        soql = select(self.shape.name, fields, [one_of(of, ids), *conditions])
        yield from read_by_rest(self.org, soql, fields)

    def _described_pages(self, window: Window, conditions: Sequence[str]) -> Iterator[Page]:
        try:
            yield from self._pages(window, conditions)
        except UnknownFieldError:
            before = self.shape
            found = describe(self.org, before.name, tuple(before.fields))
            if not isinstance(found, Shape) or not found.hidden:
                raise
            self.shape = Shape(
                before.name, found.fields, before.hidden + found.hidden, before.cursor
            )
            self.hidden += found.hidden
            self.warnings.append(
                f"Salesforce no longer shows {', '.join(found.hidden)} of {before.name}, since a "
                "moment ago: read without"
            )
            yield from self._pages(window, conditions)

    def _pages(self, window: Window, conditions: Sequence[str]) -> Iterator[Page]:
        fields = tuple(self.shape.fields)
        soql = select(self.shape.name, fields, [*window.conditions(self.shape.cursor), *conditions])
        if not self.by_rest and not self.org.bulk_exhausted:
            try:
                yield from read_in_bulk(self.org, soql, fields)
                return
            except NotInBulkError:
                self.by_rest = True
            except BulkUsedUpError as used_up:
                self.org.bulk_exhausted = True
                self.warnings.append(f"{used_up} What is left is read by REST, which takes longer")
        yield from read_by_rest(self.org, soql, fields)
