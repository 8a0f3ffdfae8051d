"""Mailchimp's collections, page by page, several pages at once, every object once.

Which collections are read, and which of them again, is decided in `api.py`. Documented behaviour
used: `count` (at most 1000) and `offset`, `total_items`, `fields`, at most ten connections at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ingestion.http import Answer, HttpClient
from ingestion.in_order import in_order
from ingestion.sources.mailchimp.api_tables import Resource
from ingestion.sources.mailchimp.client import CONNECTIONS, readable
from sales_metrics.errors import SalesMetricsError

PAGE_SIZE = 1000
# How often a collection is gone through whose objects moved between pages meanwhile.
_SWEEPS = 3
_ACCEPTED = (200, 403, 404)


@dataclass(frozen=True)
class Place:
    """A path at which objects of a resource are."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Page:
    objects: list[Any]
    total: int
    is_gone: bool = False


class Collections:
    """Reads the collections of an account; what is odd about them goes to the `warnings` given."""

    def __init__(self, client: HttpClient, pool: Executor) -> None:
        self._client = client
        self._pool = pool

    def objects(
        self, resource: Resource, places: Iterable[Place], warnings: list[str]
    ) -> Iterator[list[Any]]:
        """The objects of all places, a page at a time, in the order of the places.

        An object that comes again, because the pages moved while they were read, is left out; a
        collection of which some never came is gone through again, and at last warned of.
        """
        asked = list(places)
        calls = (partial(self._page, resource, place, 0) for place in asked)
        for place, first in zip(asked, in_order(self._pool, calls, CONNECTIONS), strict=True):
            yield from self._sweep(resource, place, first, warnings)

    def first(self, resource: Resource, place: Place) -> list[Any]:
        """At most one object."""
        return self._page(resource, place, 0, count=1).objects

    def _sweep(
        self, resource: Resource, place: Place, first: _Page, warnings: list[str]
    ) -> Iterator[list[Any]]:
        met: set[str] = set()
        unnamed = 0
        for sweep in range(_SWEEPS):
            total = first.total
            for page in self._pages(resource, place, first):
                if page.is_gone:
                    warnings.append(f"Mailchimp has no {place.path} any more: it is not read")
                    return
                fresh = []
                for thing in page.objects:
                    name = thing.get(resource.identity) if isinstance(thing, dict) else None
                    if not isinstance(name, str) or not name.strip():
                        # It goes to the quarantine, once.
                        unnamed += sweep == 0
                        fresh += [thing] if sweep == 0 else []
                        continue
                    if name not in met:
                        fresh.append(thing)
                    met.add(name)
                # Fewer than before: what went made the others move up, over a page's edge perhaps.
                total = max(total, page.total)
                yield fresh
            if len(met) + unnamed >= total:
                return
            if sweep < _SWEEPS - 1:
                first = self._page(resource, place, 0)
        warnings.append(
            f"Mailchimp says that {place.path} has {total:,} entries, but gave "
            f"{len(met) + unnamed:,}, {_SWEEPS} times: the others are not loaded"
        )

    def _pages(self, resource: Resource, place: Place, first: _Page) -> Iterator[_Page]:
        yield first
        # Should a page hold fewer than were asked for, that is the size of all.
        size = len(first.objects)
        if size == 0:
            return
        offsets = range(size, first.total, size)
        rest = (partial(self._page, resource, place, offset, size) for offset in offsets)
        last = first
        for page in in_order(self._pool, rest, CONNECTIONS):
            last = page
            yield page
        # What was added meanwhile stands behind the last page that was there.
        offset = offsets[-1] + size if offsets else size
        while len(last.objects) == size and (offset < last.total or size == PAGE_SIZE):
            last = self._page(resource, place, offset, size)
            offset += size
            yield last

    def _page(
        self, resource: Resource, place: Place, offset: int, count: int | None = None
    ) -> _Page:
        def read(answer: Answer) -> _Page:
            if readable(answer, self._client).status == 404:
                return _Page([], 0, is_gone=True)
            content = answer.json()
            objects = content.get(resource.items) if isinstance(content, dict) else None
            if not isinstance(objects, list):
                raise SalesMetricsError(
                    f"Mailchimp answered {place.path} without '{resource.items}', "
                    "which its API is documented to give: nothing is loaded."
                )
            return _Page(objects, int(content.get("total_items") or 0))

        params = {
            "count": count or PAGE_SIZE,
            "offset": offset,
            "fields": resource.fields,
            **resource.sorting,
            **place.params,
        }
        page: _Page = self._client.request(
            "GET", place.path, params=params, accepted=_ACCEPTED, read=read
        )
        return page
