"""Salesforce by its API: what is read of each object in a run, and what is remembered of it.

How an object is asked is `query.py`'s; which objects and fields there are, `tables.py`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from ingestion.changes import Cursor, ExistingIds, ObjectRead, Page, Visible
from ingestion.http import Patience
from ingestion.sources.salesforce.api_tables import (
    DELETED,
    EMAIL_MESSAGE,
    EMAIL_RELATION,
    INCOMING,
    READ_WHOLE,
    RELATION_FIELDS,
    WHO_ID,
    api_name,
    fields_of,
)
from ingestion.sources.salesforce.describe import Shape, Unseen, describe
from ingestion.sources.salesforce.emails import can_be_related, pages_with_who
from ingestion.sources.salesforce.org import Org
from ingestion.sources.salesforce.query import ObjectQuery
from ingestion.sources.salesforce.rest import read_by_rest
from ingestion.sources.salesforce.soql import Window, select
from ingestion.sources.salesforce.tables import TABLES
from ingestion.tables import Table
from sales_metrics.connections import SalesforceConnection
from sales_metrics.errors import SalesMetricsError

# Rows appear when their transaction ends, with the time when it began: what was changed within the
# last minutes is left to the next run, and some time before the cursor is read again.
SETTLING = timedelta(minutes=5)
OVERLAP = timedelta(minutes=10)


def open_api(
    connection: SalesforceConnection,
    *,
    patience: Patience | None = None,
    more_fields: Mapping[str, Collection[str]] | None = None,
) -> SalesforceApi:
    """The source; nothing is asked yet.

    `more_fields` are read besides those of the tables, by the object's name, where they are shown.
    """
    return SalesforceApi(connection, patience or Patience(), more_fields or {})


class SalesforceApi:
    """One organisation, object by object."""

    name = "salesforce"

    def __init__(
        self,
        connection: SalesforceConnection,
        patience: Patience,
        more_fields: Mapping[str, Collection[str]],
    ) -> None:
        self._org = Org(connection, patience)
        self._sweep_every = timedelta(days=connection.sweep_days)
        self._more_fields = more_fields

    def close(self) -> None:
        """Close the connections; jobs are removed where they were made."""
        self._org.close()

    def reads(self, remembered: Mapping[str, Cursor], now: datetime) -> Iterator[ObjectRead]:
        """The objects in the tables' order, each described just before it is read."""
        now = self._org.not_after(now.astimezone(UTC)).replace(microsecond=0)
        for table in TABLES:
            cursor = remembered.get(table.name)
            shape = describe(self._org, api_name(table), self._wanted(table))
            if isinstance(shape, Unseen):
                yield self._unseen(table, shape, cursor)
            else:
                yield self._read(table, shape, cursor, now)

    def check(self) -> Iterator[Visible]:
        """Read one row of each object."""
        for table in TABLES:
            name = api_name(table)
            shape = describe(self._org, name, self._wanted(table))
            if isinstance(shape, Unseen):
                yield Visible(name, shape.state, detail=shape.detail)
                continue
            hidden = [*shape.hidden]
            try:
                if name == EMAIL_MESSAGE and self._relations(now=datetime.now(UTC)) is None:
                    hidden.append(WHO_ID)
                soql = f"{select(name, tuple(shape.fields))} LIMIT 1"
                for _ in read_by_rest(self._org, soql, tuple(shape.fields)):
                    pass
            except SalesMetricsError as problem:
                yield Visible(name, "refused", tuple(hidden), str(problem))
            else:
                yield Visible(name, "visible", tuple(hidden))

    def _wanted(self, table: Table) -> list[str]:
        return [*fields_of(table), *sorted(self._more_fields.get(api_name(table), ()))]

    def _unseen(self, table: Table, unseen: Unseen, cursor: Cursor | None) -> ObjectRead:
        """An object that is not shown: what was loaded of it before stays."""
        if table.required:
            raise SalesMetricsError(
                f"Salesforce does not show the object {unseen.name} ({unseen.detail}): without it "
                "nothing can be measured. Give the user of the app the permission to read it."
            )
        state = "stays as it was loaded last" if cursor is not None else "is read as empty"
        return ObjectRead(
            table,
            mode="replace" if cursor is None else "merge",
            pages=lambda: iter(()),
            cursor=lambda: cursor,
            hidden=[column.name for column in table.columns],
            warnings=[f"Salesforce does not show {unseen.name} ({unseen.detail}): it {state}"],
        )

    def _read(self, table: Table, shape: Shape, cursor: Cursor | None, now: datetime) -> ObjectRead:
        query = ObjectQuery(self._org, shape, now)
        if table.key[0] not in shape.fields:
            raise SalesMetricsError(
                f"Salesforce does not show {shape.name}.{table.key[0]}, by which its records are "
                "told apart: give the user of the app the permission to read it."
            )
        relations = None
        fields = dict(shape.fields)
        if shape.name == EMAIL_MESSAGE:
            relations = self._relations(now) if INCOMING in fields else None
            if relations is None:
                query.hidden.append(WHO_ID)
            else:
                fields[WHO_ID] = "reference"

        why_whole = _why_whole(shape, fields, cursor)
        until = now - SETTLING
        window, sweeps, swept = Window(), False, now
        if cursor is not None and why_whole is None:
            last = datetime.fromisoformat(cursor["until"])
            # A clock that was put back must not take the cursor with it.
            until = max(until, last)
            window = Window(last - OVERLAP, until)
            swept = datetime.fromisoformat(cursor["swept"])
            sweeps = DELETED in shape.fields and now - swept >= self._sweep_every
            swept = now if sweeps else swept
        if cursor is not None and why_whole:
            query.warnings.append(f"{table.file}: read whole, for {why_whole}")

        def pages() -> Iterator[Page]:
            if relations is None:
                return query.pages(window)
            return pages_with_who(query, relations, window)

        def remember() -> Cursor:
            return {
                "field": shape.cursor,
                "until": until.isoformat(),
                "swept": swept.isoformat(),
                "fields": {name: kind for name, kind in fields.items() if name not in query.hidden},
            }

        return ObjectRead(
            table,
            mode="replace" if window == Window() else "merge",
            pages=pages,
            cursor=remember,
            absent=lambda: ExistingIds(self._live_ids(shape, now)) if sweeps else None,
            hidden=query.hidden,
            warnings=query.warnings,
        )

    def _relations(self, now: datetime) -> ObjectQuery | None:
        shape = describe(self._org, EMAIL_RELATION, RELATION_FIELDS)
        if isinstance(shape, Unseen):
            return None
        relations = ObjectQuery(self._org, shape, now)
        return relations if can_be_related(relations) else None

    def _live_ids(self, shape: Shape, now: datetime) -> Iterator[pa.Array]:
        """The ids of all records that are not deleted, archived activities among them."""
        only_id = Shape(shape.name, {"Id": "id"}, (), shape.cursor)
        for page in ObjectQuery(self._org, only_id, now).pages(Window(), [f"{DELETED} = false"]):
            yield from page.rows.columns[0].chunks


def _why_whole(shape: Shape, fields: Mapping[str, Any], cursor: Cursor | None) -> str | None:
    """Why the changes alone would not do; blank where that is nothing to be told."""
    if cursor is None or shape.name in READ_WHOLE:
        return ""
    if shape.cursor is None:
        return "no field says what has changed"
    if cursor.get("field") != shape.cursor:
        return f"changes are now found by {shape.cursor}"
    before = cursor.get("fields", {})
    if new := sorted(fields.keys() - before.keys()):
        return f"{', '.join(new)} was not read before"
    if changed := sorted(name for name, kind in fields.items() if before[name] != kind):
        return f"{', '.join(changed)} has another type now"
    return None
