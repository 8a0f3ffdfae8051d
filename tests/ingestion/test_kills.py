"""A load that is killed at any page, and started again: no row is lost, none is there twice."""

import itertools
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from ingestion.changes import ApiSource, Cursor, ObjectRead, Page, Visible
from ingestion.files import tables_of
from ingestion.http import HttpClient
from ingestion.pipelines import load_api
from ingestion.sources.mailchimp import api as mailchimp
from ingestion.sources.salesforce import api as salesforce
from sales_metrics.connections import MailchimpConnection, SalesforceConnection
from sales_metrics.errors import SalesMetricsError
from sales_metrics.warehouse import DataDir, connect
from tests.ingestion.servers.loading import HURRIED
from tests.ingestion.servers.mailchimp import MailchimpServer
from tests.ingestion.servers.salesforce import CLIENT_ID, CLIENT_SECRET, SalesforceServer

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)

Tables = dict[str, list[tuple[Any, ...]]]


class Killed(ApiSource):
    """A source whose reading breaks off before its page number `at`; it counts all pages."""

    def __init__(self, api: ApiSource, at: int) -> None:
        self._api = api
        self._at = at
        self.pages = 0

    def reads(self, remembered: Mapping[str, Cursor], now: datetime) -> Iterable[ObjectRead]:
        for read in self._api.reads(remembered, now):
            yield replace(read, pages=lambda read=read: self._until_killed(read))

    def _until_killed(self, read: ObjectRead) -> Iterator[Page]:
        for page in read.pages():
            if self.pages == self._at:
                raise RuntimeError("killed")
            self.pages += 1
            yield page

    def check(self) -> Iterable[Visible]:
        return ()

    def close(self) -> None:
        self._api.close()


def tables(data: DataDir, source: str) -> Tables:
    with connect(data.warehouse, read_only=True) as warehouse:
        return {
            name: warehouse.execute(
                f"select * exclude (_dlt_load_id) from raw_{source}.{name} order by all"
            ).fetchall()
            for table in tables_of(source)
            for name in table.names
        }


Load = Callable[[DataDir, int], int]


def by_page(source: str, open_api: Callable[[], ApiSource], now: datetime) -> Load:
    """A load that is killed before page number `at`; it returns how many pages there were."""

    def load(data: DataDir, at: int) -> int:
        killed = Killed(open_api(), at)
        load_api(source, "api", killed, data, now=now)
        return killed.pages

    return load


def by_request(
    source: str, open_api: Callable[[], ApiSource], now: datetime, patch: pytest.MonkeyPatch
) -> Load:
    """Likewise, before request number `at`."""
    send = HttpClient._send

    def load(data: DataDir, at: int) -> int:
        sent = itertools.count()

        def send_or_die(client: HttpClient, *arguments: Any, **others: Any) -> Any:
            if next(sent) == at:
                raise RuntimeError("killed")
            return send(client, *arguments, **others)

        with patch.context() as killing:
            killing.setattr(HttpClient, "_send", send_or_die)
            load_api(source, "api", open_api(), data, now=now)
        return next(sent)

    return load


def kill_everywhere(source: str, load: Load, base: DataDir | None, into: Path) -> int:
    """Kill everywhere and start again, from a warehouse or none; how often that was."""

    def fresh(name: str) -> DataDir:
        data = DataDir(into / name)
        if base is not None:
            shutil.copytree(base.root, data.root)
        return data

    unharmed = fresh("unharmed")
    places = load(unharmed, -1)
    expected = tables(unharmed, source)
    assert any(expected.values())
    for at in range(places):
        data = fresh(str(at))
        with pytest.raises(SalesMetricsError, match="killed"):
            load(data, at)
        if base is not None:
            assert tables(data, source) == tables(base, source), at
        load(data, -1)
        assert tables(data, source) == expected, at
        shutil.rmtree(data.root)
    return places


@pytest.fixture
def org() -> Iterator[SalesforceServer]:
    with SalesforceServer() as server:
        server.clock = MONDAY - timedelta(hours=1)
        server.page_size = 2
        # Fewer objects, each with pages: the others are not shown.
        server.missing = set(server.entities) - {"User", "Opportunity", "Lead", "LeadHistory"}
        server.put("User", "005000000000001AAA", Name="Rita")
        server.put("Opportunity", "006000000000001AAA", Name="First")
        for number in range(5):
            server.put("Lead", f"00Q{number:012d}AAA", Name=f"Lead {number}")
            server.put("LeadHistory", f"017{number:012d}AAA", Field="Status", NewValue="New")
        yield server


def connection_to(org: SalesforceServer) -> SalesforceConnection:
    return SalesforceConnection(
        org.url, CLIENT_ID, SecretStr(CLIENT_SECRET), base_url=org.url, sweep_days=1
    )


def change(org: SalesforceServer) -> None:
    """Leads come, change, go softly and go for good; history is added."""
    org.clock = TUESDAY - timedelta(hours=1)
    org.put("Lead", f"00Q{1:012d}AAA", Name="changed")
    org.delete("Lead", f"00Q{2:012d}AAA")
    org.purge("Lead", f"00Q{3:012d}AAA")
    for number in range(5, 8):
        org.put("Lead", f"00Q{number:012d}AAA", Name=f"Lead {number}")
        org.put("LeadHistory", f"017{number:012d}AAA", Field="Status", NewValue="Open")


def test_salesforce_killed_at_each_page_of_a_first_load(
    org: SalesforceServer, tmp_path: Path
) -> None:
    def open_api() -> ApiSource:
        return salesforce.open_api(connection_to(org), patience=HURRIED)

    load = by_page("salesforce", open_api, MONDAY)
    assert kill_everywhere("salesforce", load, None, tmp_path) >= 8


def test_salesforce_killed_at_each_page_of_a_later_load(
    org: SalesforceServer, tmp_path: Path
) -> None:
    def open_api() -> ApiSource:
        return salesforce.open_api(connection_to(org), patience=HURRIED)

    base = DataDir(tmp_path / "monday")
    load_api("salesforce", "api", open_api(), base, now=MONDAY)
    change(org)
    org.clock = TUESDAY
    load = by_page("salesforce", open_api, TUESDAY)
    assert kill_everywhere("salesforce", load, base, tmp_path / "runs") >= 4


def test_mailchimp_killed_at_each_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.sources.mailchimp.paging.PAGE_SIZE", 2)
    people = [f"p{number}@example.com" for number in range(5)]
    with MailchimpServer() as server:
        assert isinstance(server, MailchimpServer)
        for address in people:
            server.join(address, "subscribed", "tag")
        first = server.send(1, "2026-02-20T10:00:00+00:00", *people)
        server.act(first, people[0], "open", "2026-02-20T11:00:00+00:00")
        connection = MailchimpConnection(SecretStr(server.key), server.url)

        def open_api() -> ApiSource:
            return mailchimp.open_api(connection, patience=HURRIED)

        base = DataDir(tmp_path / "monday")
        load_api("mailchimp", "api", open_api(), base, now=MONDAY)
        second = server.send(2, "2026-03-02T20:00:00+00:00", *people[:3])
        for campaign in (first, second):
            server.act(campaign, people[1], "open", "2026-03-02T21:00:00+00:00")
            server.act(campaign, people[1], "click", "2026-03-02T21:00:00+00:00")
        load = by_request("mailchimp", open_api, TUESDAY, monkeypatch)
        assert kill_everywhere("mailchimp", load, base, tmp_path / "runs") >= 8


LOAD = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from pydantic import SecretStr
from ingestion import destination
from ingestion.http import Patience
from ingestion.pipelines import load_api
from ingestion.sources.salesforce.api import open_api
from sales_metrics.connections import SalesforceConnection
from sales_metrics.warehouse import DataDir

url, client, secret, folder, now, table = sys.argv[1:]
join = destination.join

def join_or_die(connection, schema, joining, *rest):
    joined = join(connection, schema, joining, *rest)
    if joining.table == table:
        os.kill(os.getpid(), signal.SIGKILL)
    return joined

destination.join = join_or_die
connection = SalesforceConnection(url, client, SecretStr(secret), base_url=url, sweep_days=1)
api = open_api(connection, patience=Patience(sleep=lambda _: None))
load_api("salesforce", "api", api, DataDir(Path(folder)), now=datetime.fromisoformat(now))
"""


def start(org: SalesforceServer, data: DataDir, table: str = "") -> subprocess.Popen[bytes]:
    arguments = [org.url, CLIENT_ID, CLIENT_SECRET, str(data.root), TUESDAY.isoformat(), table]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen([sys.executable, "-c", LOAD, *arguments], env=environment)


@pytest.mark.parametrize("at", ["second page of leads", "lead", "_reads"])
def test_a_process_that_is_really_killed(org: SalesforceServer, tmp_path: Path, at: str) -> None:
    """By the system, at a page or in the middle of the transaction that changes all tables."""
    base = DataDir(tmp_path / "monday")
    connection = connection_to(org)
    load_api(
        "salesforce", "api", salesforce.open_api(connection, patience=HURRIED), base, now=MONDAY
    )
    change(org)
    org.clock = TUESDAY
    before = tables(base, "salesforce")
    unharmed, data = DataDir(tmp_path / "unharmed"), DataDir(tmp_path / "data")
    for folder in (unharmed, data):
        shutil.copytree(base.root, folder.root)
    load_api(
        "salesforce",
        "api",
        salesforce.open_api(connection, patience=HURRIED),
        unharmed,
        now=TUESDAY,
    )

    process = start(org, data, table=at)
    if " " in at:
        pages = 0

        def kill(_method: str, path: str) -> None:
            nonlocal pages
            pages += "/results" in path
            if pages == 2 and process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait()

        org.before = kill
    assert process.wait(timeout=60) == -signal.SIGKILL
    org.before = lambda _method, _path: None
    assert tables(data, "salesforce") == before
    assert start(org, data).wait(timeout=60) == 0
    assert tables(data, "salesforce") == tables(unharmed, "salesforce")
