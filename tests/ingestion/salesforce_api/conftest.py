"""A local organisation, a connection to it, and what a run reads of each object."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from ingestion.changes import Cursor
from ingestion.http import Patience
from ingestion.sources.salesforce.api import open_api
from sales_metrics.connections import SalesforceConnection
from tests.ingestion.servers.salesforce import CLIENT_ID, CLIENT_SECRET, SalesforceServer

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PATIENCE = Patience(attempts=3, sleep=lambda _seconds: None)


@dataclass
class Outcome:
    """What one object became in one run."""

    mode: str
    rows: list[dict[str, str | None]]
    cursor: Cursor
    absent: set[str] | None
    hidden: list[str]
    warnings: list[str]

    @property
    def ids(self) -> list[str | None]:
        return sorted(row["Id"] or "" for row in self.rows)

    def row(self, record_id: str) -> dict[str, str | None]:
        (found,) = [row for row in self.rows if row["Id"] == record_id]
        return found


Run = Callable[..., dict[str, Outcome]]


@pytest.fixture
def org() -> Iterator[SalesforceServer]:
    """An organisation with a user and a deal, at noon."""
    with SalesforceServer() as server:
        server.clock = NOON
        server.put("User", "005000000000001AAA", Name="Rita", IsActive="true")
        server.put("Opportunity", "006000000000001AAA", Name="First", Amount="10")
        yield server


@pytest.fixture
def connection(org: SalesforceServer) -> SalesforceConnection:
    return SalesforceConnection(
        login_url=org.url, client_id=CLIENT_ID, client_secret=SecretStr(CLIENT_SECRET)
    )


@pytest.fixture
def run(org: SalesforceServer, connection: SalesforceConnection) -> Run:
    """Read everything, at the organisation's time: `run(cursors)` -> outcomes by table."""

    def read(
        remembered: Mapping[str, Cursor] | None = None,
        only: tuple[str, ...] = (),
        more_fields: Mapping[str, tuple[str, ...]] | None = None,
        **settings: Any,
    ) -> dict[str, Outcome]:
        api = open_api(
            replace(connection, **settings), patience=PATIENCE, more_fields=more_fields or {}
        )
        outcomes = {}
        try:
            for one in api.reads(remembered or {}, org.now):
                if only and one.table.name not in only:
                    continue
                rows = []
                for page in one.pages():
                    assert page.expected in (None, page.rows.records)
                    columns = [column.to_pylist() for column in page.rows.columns]
                    rows += [
                        dict(zip(page.rows.header, cells, strict=True))
                        for cells in zip(*columns, strict=True)
                    ]
                cursor = one.cursor()
                gone = one.absent()
                absent = None if gone is None else {i for ids in gone.ids for i in ids.to_pylist()}
                outcomes[one.table.name] = Outcome(
                    one.mode, rows, cursor, absent, one.hidden, one.warnings
                )
        finally:
            api.close()
        return outcomes

    return read


def cursors(outcomes: Mapping[str, Outcome]) -> dict[str, Cursor]:
    """What a load would remember."""
    return {name: outcome.cursor for name, outcome in outcomes.items()}
