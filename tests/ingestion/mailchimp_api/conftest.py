"""An account at a server on this machine, and loads from it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from ingestion.sources.mailchimp.api import open_api
from sales_metrics.connections import MailchimpConnection
from tests.ingestion.servers.loading import HURRIED, Loading
from tests.ingestion.servers.mailchimp import MailchimpServer


@pytest.fixture
def account() -> Iterator[MailchimpServer]:
    with MailchimpServer() as server:
        yield server


@pytest.fixture
def connection(account: MailchimpServer) -> MailchimpConnection:
    return MailchimpConnection(SecretStr(account.key), base_url=account.url)


@pytest.fixture
def mailchimp(connection: MailchimpConnection, tmp_path: Path) -> Loading:
    return Loading(
        "mailchimp", "api", lambda: open_api(connection, patience=HURRIED), tmp_path / "data"
    )
