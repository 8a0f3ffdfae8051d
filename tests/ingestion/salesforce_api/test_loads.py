"""From the organisation into the warehouse: the rows that files give, whatever happens between."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingestion.pipelines import load_api, load_source
from ingestion.sample_company import write_sample_company
from ingestion.sources.salesforce.api import open_api
from ingestion.sources.salesforce.tables import TABLES
from sales_metrics.connections import SalesforceConnection
from sales_metrics.warehouse import DataDir, connect
from tests.ingestion.salesforce_api.conftest import PATIENCE
from tests.ingestion.servers.salesforce import SalesforceServer, minutes

Rows = dict[str, list[tuple[object, ...]]]
Load = Callable[..., None]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company") / "export"
    write_sample_company(folder, leads=80)
    return folder


@pytest.fixture
def load(org: SalesforceServer, connection: SalesforceConnection) -> Load:
    def run(data: DataDir) -> None:
        load_api("salesforce", "api", open_api(connection, patience=PATIENCE), data, now=org.now)

    return run


def rows(data: DataDir) -> Rows:
    """Every raw table, the declared columns only, in an order of its own."""
    found = {}
    with connect(data.warehouse, read_only=True) as warehouse:
        for table in TABLES:
            columns = ", ".join(f'"{column.raw}"' for column in table.columns)
            found[table.name] = warehouse.execute(
                f"select {columns} from raw_salesforce.{table.name} order by all"
            ).fetchall()
    return found


def types(data: DataDir) -> list[tuple[object, ...]]:
    with connect(data.warehouse, read_only=True) as warehouse:
        return warehouse.execute(
            "select table_name, column_name, data_type from information_schema.columns"
            " where table_schema = 'raw_salesforce' and not starts_with(table_name, '_')"
            " order by all"
        ).fetchall()


def test_the_same_records_make_the_same_tables_both_ways(
    org: SalesforceServer, load: Load, company: Path, tmp_path: Path
) -> None:
    for entity in org.entities.values():
        entity.records.clear()
    org.load_folder(company)
    org.clock = datetime(2026, 11, 20, 18, tzinfo=UTC)
    org.page_size = 70
    org.not_in_bulk |= {"OpportunityStage", "CurrencyType", "Opportunity"}
    by_api, by_file = DataDir(tmp_path / "api"), DataDir(tmp_path / "file")
    load(by_api)
    load_source("salesforce", company, by_file)
    found, expected = rows(by_api), rows(by_file)
    assert found == expected
    assert sum(map(len, expected.values())) > 1000
    assert types(by_api) == types(by_file)


def _work_goes_on(org: SalesforceServer) -> None:
    """Changes after the first load, on more than one page, with rows of every fate."""
    org.clock += minutes(60)
    for number in range(3, 8):
        org.put("Lead", f"00Q{number:012d}AAA", at=org.now - minutes(20), Status="Lost")
    org.delete("Opportunity", "006000000000001AAA")
    org.put("Task", "00T000000000001AAA", at=org.now - minutes(20), Subject="Call")
    org.clock += minutes(30)


def _load_killed_at(page: int, org: SalesforceServer, load: Callable[[], None]) -> bool:
    """Load in a process of its own, which is killed as it asks for a page; False: it ended."""
    process = os.fork()
    if process == 0:
        # Nothing of pytest may run in here, whatever happens.
        try:
            load()
        finally:
            os._exit(0)
    asked = 0

    def kill(_method: str, path: str) -> None:
        nonlocal asked
        asked += "/results" in path
        if asked == page:
            os.kill(process, signal.SIGKILL)

    org.before = kill
    _, status = os.waitpid(process, 0)
    org.before = lambda _method, _path: None
    return os.WIFSIGNALED(status)


def test_a_load_that_is_killed_at_any_page_leaves_nothing_and_loses_nothing(
    org: SalesforceServer, load: Load, tmp_path: Path
) -> None:
    org.page_size = 2
    for number in range(5):
        org.put("Lead", f"00Q{number:012d}AAA", Status="Open")
    data = DataDir(tmp_path / "data")
    kills = []
    for work_goes_on in (False, True):
        if work_goes_on:
            _work_goes_on(org)
        before = rows(data) if work_goes_on else None
        page = 1
        while _load_killed_at(page, org, lambda: load(data)):
            if before is not None:
                assert rows(data) == before
            page += 1
        kills.append(page - 1)
    # The user, three pages of leads, the deal; then the overlap too: four pages of leads, a task.
    assert kills == [5, 7]
    fresh = DataDir(tmp_path / "fresh")
    load(fresh)
    assert rows(data) == rows(fresh)
    assert len(rows(data)["lead"]) == 8


def test_what_is_gone_for_good_is_marked_after_a_week(
    org: SalesforceServer, load: Load, tmp_path: Path
) -> None:
    for number in range(5):
        org.put("Lead", f"00Q{number:012d}AAA")
    data = DataDir(tmp_path / "data")
    load(data)
    org.purge("Lead", "00Q000000000003AAA")
    for days in (6, 1):
        org.clock += timedelta(days=days)
        load(data)
    with connect(data.warehouse, read_only=True) as warehouse:
        gone = warehouse.execute("select id from raw_salesforce.lead where is_deleted").fetchall()
        count = warehouse.execute("select count(*) from raw_salesforce.lead").fetchall()
    assert (gone, count) == ([("00Q000000000003AAA",)], [(5,)])


def test_a_hidden_field_is_null_and_known_as_hidden(
    org: SalesforceServer, load: Load, tmp_path: Path
) -> None:
    org.put("Lead", "00Q000000000001AAA", Email="a@example.com")
    org.hide("Lead", "Email")
    data = DataDir(tmp_path / "data")
    load(data)
    with connect(data.warehouse, read_only=True) as warehouse:
        email = warehouse.execute("select email from raw_salesforce.lead").fetchall()
        hidden = warehouse.execute(
            "select hidden from raw_salesforce._reads where \"table\" = 'lead'"
        ).fetchall()
    assert email == [(None,)]
    assert hidden == [('["Email"]',)]
