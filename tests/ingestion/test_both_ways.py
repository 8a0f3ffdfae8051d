"""The same company from files and from the vendors' APIs: equal tables, cell by cell.

The servers are those of `servers/`: they imitate what the vendors' documentation describes.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from ingestion.changes import ApiSource
from ingestion.files import tables_of
from ingestion.pipelines import load_api, load_source
from ingestion.sample_company import write_sample_company
from ingestion.sources.badger import api as badger
from ingestion.sources.mailchimp import api as mailchimp
from ingestion.sources.referrals import referral_rock, rewardful
from ingestion.sources.salesforce import api as salesforce
from sales_metrics.connections import (
    BadgerConnection,
    MailchimpConnection,
    ReferralRockConnection,
    RewardfulConnection,
    SalesforceConnection,
)
from sales_metrics.warehouse import DataDir, connect
from tests.ingestion.servers.badger import BadgerServer
from tests.ingestion.servers.loading import HURRIED
from tests.ingestion.servers.mailchimp import MailchimpServer
from tests.ingestion.servers.referral_rock import ReferralRockServer, as_referral_rock_knows
from tests.ingestion.servers.rewardful import RewardfulServer, as_rewardful_knows
from tests.ingestion.servers.salesforce import CLIENT_ID, CLIENT_SECRET, SalesforceServer

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)

Table = tuple[list[tuple[str, str]], list[tuple[Any, ...]]]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "company"
    write_sample_company(folder, leads=150)
    return folder


@pytest.fixture
def salesforce_api(export: Path) -> Iterator[Callable[[], ApiSource]]:
    with SalesforceServer() as server:
        server.clock = NOW
        server.page_size = 100
        server.load_folder(export)
        connection = SalesforceConnection(server.url, CLIENT_ID, SecretStr(CLIENT_SECRET))
        yield lambda: salesforce.open_api(connection, patience=HURRIED)


@pytest.fixture
def mailchimp_api(export: Path) -> Iterator[Callable[[], ApiSource]]:
    server = MailchimpServer()
    server.take_over(export)
    with server:
        connection = MailchimpConnection(SecretStr(server.key), server.url)
        yield lambda: mailchimp.open_api(connection, patience=HURRIED)


@pytest.fixture
def badger_api(export: Path) -> Iterator[Callable[[], ApiSource]]:
    server = BadgerServer()
    server.take_over(export)
    with server:
        connection = BadgerConnection(SecretStr(server.token), server.url)
        yield lambda: badger.open_api(connection, patience=HURRIED)


@pytest.fixture
def rewardful_api(export: Path) -> Iterator[Callable[[], ApiSource]]:
    as_rewardful_knows(export)
    server = RewardfulServer()
    server.take_over(export)
    with server:
        connection = RewardfulConnection(SecretStr(server.secret), server.url)
        yield lambda: rewardful.open_api(connection, patience=HURRIED)


@pytest.fixture
def referral_rock_api(export: Path) -> Iterator[Callable[[], ApiSource]]:
    as_referral_rock_knows(export)
    server = ReferralRockServer()
    server.take_over(export)
    with server:
        connection = ReferralRockConnection(
            SecretStr(server.public), SecretStr(server.private), server.url
        )
        yield lambda: referral_rock.open_api(connection, patience=HURRIED)


def table_of(data: DataDir, source: str, name: str) -> Table:
    """Columns with their types, and rows in an order of their own; dlt's load id is no part."""
    with connect(data.warehouse, read_only=True) as warehouse:
        columns = warehouse.execute(
            "select column_name, data_type from duckdb_columns()"
            " where schema_name = ? and table_name = ? and column_name <> '_dlt_load_id'"
            " order by column_name",
            [f"raw_{source}", name],
        ).fetchall()
        listed = ", ".join(f'"{column}"' for column, _ in columns)
        rows = warehouse.execute(f"select {listed} from raw_{source}.{name} order by all")
        return columns, rows.fetchall()


@pytest.mark.parametrize(
    ("source", "way"),
    [
        ("salesforce", "salesforce_api"),
        ("mailchimp", "mailchimp_api"),
        ("badger", "badger_api"),
        ("referrals", "rewardful_api"),
        ("referrals", "referral_rock_api"),
    ],
)
def test_an_api_and_its_export_give_equal_tables(
    source: str, way: str, request: pytest.FixtureRequest, export: Path, tmp_path: Path
) -> None:
    open_api = request.getfixturevalue(way)
    by_files, by_api = DataDir(tmp_path / "files"), DataDir(tmp_path / "api")
    load_source(source, export, by_files)
    for _ in range(2):
        # Once in full, then what has changed since: nothing.
        load_api(source, way, open_api(), by_api, now=NOW, export_folder=export)
        for table in tables_of(source):
            for name in table.names:
                expected = table_of(by_files, source, name)
                assert table_of(by_api, source, name) == expected, name
                assert expected[1] or name in ("currency_type",), name
