from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from ingestion.sources.salesforce.auth import Login, audience
from sales_metrics.connections import SalesforceConnection
from sales_metrics.errors import SalesMetricsError
from tests.ingestion.salesforce_api.conftest import PATIENCE, Run
from tests.ingestion.servers.salesforce import (
    CLIENT_SECRET,
    REFRESH_TOKEN,
    USERNAME,
    SalesforceServer,
)


@pytest.fixture
def key_file(tmp_path: Path, org: SalesforceServer) -> Path:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    org.jwt_public_key = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    path = tmp_path / "server.key"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def grants(org: SalesforceServer) -> list[str]:
    return [login["grant_type"] for login in org.logins]


def test_client_credentials(org: SalesforceServer, run: Run) -> None:
    assert run()["user"].ids == ["005000000000001AAA"]
    assert grants(org) == ["client_credentials"]


def test_refresh_token(org: SalesforceServer, run: Run) -> None:
    assert run(refresh_token=SecretStr(REFRESH_TOKEN))["user"].ids == ["005000000000001AAA"]
    assert grants(org) == ["refresh_token"]


def test_jwt_bearer(org: SalesforceServer, run: Run, key_file: Path) -> None:
    outcome = run(client_secret=None, jwt_key_file=key_file, username=USERNAME)
    assert outcome["user"].ids == ["005000000000001AAA"]
    assert grants(org) == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]


def test_the_audience_is_salesforces_common_log_in() -> None:
    assert audience("https://acme.my.salesforce.com") == "https://login.salesforce.com"
    assert audience("https://acme--test.sandbox.my.salesforce.com") == "https://test.salesforce.com"
    assert audience("https://test.salesforce.com/") == "https://test.salesforce.com"
    assert audience("https://acme.force.com/partners/") == "https://acme.force.com/partners"


def test_a_refused_log_in_says_what_to_check_and_no_secret(run: Run) -> None:
    with pytest.raises(SalesMetricsError) as refused:
        run(client_secret=SecretStr("wrong-secret"))
    assert "invalid_client: invalid client credentials" in str(refused.value)
    assert "SALES_SALESFORCE_CLIENT_SECRET" in str(refused.value)
    assert "wrong-secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"client_secret": None}, "Salesforce has no way in: set"),
        ({"jwt_key_file": Path("/no/key"), "username": "a"}, r"JWT_KEY_FILE \(/no/key\) cannot be"),
        ({"jwt_key_file": Path(__file__), "username": "a"}, "is no private RSA key"),
        ({"jwt_key_file": Path(__file__)}, "SALES_SALESFORCE_USERNAME is not set"),
        ({"api_version": "new"}, "SALES_SALESFORCE_API_VERSION is 'new'"),
        ({"login_url": "http://example.com"}, "plain http is only for this machine"),
    ],
)
def test_settings_that_are_no_way_in(run: Run, settings: dict, sentence: str) -> None:
    with pytest.raises(SalesMetricsError, match=sentence):
        run(**settings)


def test_an_expired_token_is_replaced_once_for_each_request(
    org: SalesforceServer, run: Run
) -> None:
    org.requests_per_token = 7
    for number in range(40):
        org.put("Lead", f"00Q{number:012d}AAA")
    org.page_size = 3
    assert len(run()["lead"].ids) == 40
    assert len(org.logins) > 3


def test_threads_that_are_refused_the_same_token_share_the_next(
    org: SalesforceServer, connection: SalesforceConnection
) -> None:
    login = Login(connection, PATIENCE)
    refused = dict(login.headers())
    for _ in range(3):
        assert login.renew(refused)
    assert login.headers() != refused
    assert len(org.logins) == 2


def test_a_token_that_is_refused_again_stops_the_run(org: SalesforceServer, run: Run) -> None:
    org.requests_per_token = 0
    with pytest.raises(SalesMetricsError, match="INVALID_SESSION_ID"):
        run()
    assert len(org.logins) == 2


def test_no_secret_in_what_is_printed(connection: SalesforceConnection) -> None:
    shown = repr(replace(connection, refresh_token=SecretStr(REFRESH_TOKEN)))
    assert CLIENT_SECRET not in shown
    assert REFRESH_TOKEN not in shown
