"""A team at a server on this machine, and loads from it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from ingestion.sources.badger.api import open_api
from sales_metrics.connections import BadgerConnection
from tests.ingestion.servers.badger import BadgerServer
from tests.ingestion.servers.loading import HURRIED, Loading


@pytest.fixture
def team() -> Iterator[BadgerServer]:
    with BadgerServer() as server:
        yield server


@pytest.fixture
def connection(team: BadgerServer) -> BadgerConnection:
    return BadgerConnection(SecretStr(team.token), base_url=team.url)


@pytest.fixture
def badger(connection: BadgerConnection, tmp_path: Path) -> Loading:
    return Loading(
        "badger", "api", lambda: open_api(connection, patience=HURRIED), tmp_path / "data"
    )
