"""The verb `check-connection`: what it shows of a source, and what it says where there is none."""

import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from sales_metrics.check_connection import show_connection
from sales_metrics.errors import SalesMetricsError
from sales_metrics.settings import Settings
from tests.ingestion.servers.badger import BadgerServer
from tests.ingestion.servers.salesforce import CLIENT_ID, CLIENT_SECRET, SalesforceServer


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SALES_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def console() -> Console:
    return Console(file=StringIO(), width=200)


def printed(console: Console) -> str:
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def settings(tmp_path: Path, **values: object) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path / "data", **values)  # type: ignore[call-arg, arg-type]


@pytest.fixture
def org() -> Iterator[SalesforceServer]:
    with SalesforceServer() as server:
        server.put("User", "005000000000001AAA", Name="Rita")
        yield server


def connected(tmp_path: Path, org: SalesforceServer, **values: object) -> Settings:
    return settings(
        tmp_path,
        **{
            "salesforce_source": "api",
            "salesforce_login_url": org.url,
            "salesforce_base_url": org.url,
            "salesforce_client_id": CLIENT_ID,
            "salesforce_client_secret": CLIENT_SECRET,
            **values,
        },
    )


def test_an_object_a_line_with_what_is_hidden_and_missing(
    tmp_path: Path, org: SalesforceServer, console: Console
) -> None:
    org.missing = {"CurrencyType"}
    org.hide("Lead", "Email", "Phone")
    assert not show_connection("salesforce", connected(tmp_path, org), console)
    lines = {
        line.split("│")[1].strip(): line for line in printed(console).splitlines() if "│" in line
    }
    assert "visible" in lines["User"]
    assert "Email, Phone" in lines["Lead"]
    assert "missing" in lines["CurrencyType"]
    assert not (tmp_path / "data").exists()


def test_a_field_that_a_rule_of_the_organisation_needs_is_wanted(
    tmp_path: Path, org: SalesforceServer, console: Console
) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "quality_rules.csv").write_text(
        "object,field,check,argument,weight,applies_when\nLead,Budget__c,filled,,1,Region__c=EU\n"
    )
    show_connection("salesforce", connected(tmp_path, org, seeds_dir=seeds), console)
    (lead,) = [line for line in printed(console).splitlines() if "│ Lead " in line]
    assert "Budget__c, Region__c" in lead


def test_a_refused_log_in_is_a_sentence_without_the_secret(
    tmp_path: Path, org: SalesforceServer, console: Console
) -> None:
    with pytest.raises(SalesMetricsError) as caught:
        show_connection(
            "salesforce", connected(tmp_path, org, salesforce_client_secret="hush-hush"), console
        )
    assert "hush" not in str(caught.value) + printed(console)


def test_a_source_that_shows_everything_is_complete(tmp_path: Path, console: Console) -> None:
    with BadgerServer() as server:
        assert isinstance(server, BadgerServer)
        given = settings(
            tmp_path, badger_source="api", badger_token=server.token, badger_base_url=server.url
        )
        assert show_connection("badger", given, console)
    assert "visible" in printed(console)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("sugar", "There is no source 'sugar'; there are salesforce, mailchimp"),
        ("mailchimp", "SALES_MAILCHIMP_SOURCE is export. Set it to api."),
        ("referrals", "SALES_REFERRALS_SOURCE is export. Set it to rewardful or referral_rock."),
    ],
)
def test_where_there_is_nothing_to_check(
    tmp_path: Path, console: Console, source: str, sentence: str
) -> None:
    with pytest.raises(SalesMetricsError, match=sentence):
        show_connection(source, settings(tmp_path), console)
