"""Which way each source is read, and what does not go together."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingestion import chosen
from ingestion.chosen import check_sources, exported, load_chosen
from ingestion.files import SOURCES
from sales_metrics.errors import SalesMetricsError
from sales_metrics.settings import Settings
from sales_metrics.warehouse import DataDir
from tests.ingestion.conftest import Query
from tests.ingestion.pages import PagedApi, page

NOW = datetime(2026, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SALES_")]:
        monkeypatch.delenv(name)


def settings(data: DataDir, **values: object) -> Settings:
    return Settings(_env_file=None, data_dir=data.root, **values)  # type: ignore[call-arg, arg-type]


CONNECTED = {
    "salesforce_source": "api",
    "salesforce_client_id": "id",
    "salesforce_client_secret": "hush",
}
OFF = {"mailchimp_source": "off", "badger_source": "off", "referrals_source": "off"}


def test_by_default_all_is_read_from_the_sample_company(data: DataDir) -> None:
    given = settings(data)
    assert exported(given) == SOURCES
    assert given.reads_sample_company


def test_the_sample_company_does_not_stand_beside_a_real_one(data: DataDir, folder: Path) -> None:
    given = settings(data, **CONNECTED)
    sentence = "Salesforce is read by its API, but SALES_MAILCHIMP_SOURCE and .*sample company"
    with pytest.raises(SalesMetricsError, match=sentence):
        check_sources(given)
    assert not given.reads_sample_company
    check_sources(settings(data, **CONNECTED, **OFF))
    check_sources(settings(data, **CONNECTED, export_dir=folder))


def test_only_what_is_read_from_the_folder_has_to_be_there(data: DataDir, folder: Path) -> None:
    (folder / "salesforce" / "User.csv").unlink()
    with pytest.raises(SalesMetricsError, match=r"User.csv is missing"):
        check_sources(settings(data, export_dir=folder))
    check_sources(settings(data, **CONNECTED, export_dir=folder))
    with pytest.raises(SalesMetricsError, match="cannot be read"):
        check_sources(settings(data, **CONNECTED, export_dir=folder / "nowhere"))
    check_sources(settings(data, **CONNECTED, **OFF, export_dir=folder / "nowhere"))


def test_a_missing_secret_is_named_before_anything_runs(data: DataDir) -> None:
    with pytest.raises(SalesMetricsError, match="SALES_SALESFORCE_CLIENT_ID is not set"):
        check_sources(settings(data, **OFF, salesforce_source="api"))


def test_each_source_is_read_its_own_way(
    data: DataDir, folder: Path, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "badger").mkdir()
    (folder / "badger" / "check_ins.csv").write_text("check_in_id\n1\n")
    given = settings(
        data,
        export_dir=folder,
        mailchimp_source="off",
        referrals_source="rewardful",
        rewardful_api_secret="hush",
    )
    api = PagedApi("referrals")
    api.give("rewards", page({"reward_id": "r", "status": "void"}))
    monkeypatch.setattr("ingestion.sources.referrals.rewardful.open_api", lambda _connection: api)
    load_chosen("badger", given, now=NOW)
    (first, *_) = load_chosen("mailchimp", given, now=NOW)
    load_chosen("referrals", given, now=NOW)
    assert query("select check_in_id from raw_badger.check_ins") == [("1",)]
    assert query("select reward_id from raw_referrals.rewards") == [("r",)]
    assert query("select count(*) from raw_mailchimp.members") == [(0,)]
    assert first.warnings == [
        "Mailchimp is off (SALES_MAILCHIMP_SOURCE): what is measured with it is empty"
    ]
    ways = query(
        "select distinct read_from from raw_badger._reads union all"
        " select distinct read_from from raw_mailchimp._reads union all"
        " select distinct read_from from raw_referrals._reads"
    )
    assert ways == [("export",), ("off",), ("rewardful",)]


def test_salesforce_is_asked_for_the_fields_that_rules_name(
    data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(
        "ingestion.sources.salesforce.api.open_api",
        lambda _connection, more_fields: asked.append(more_fields) or PagedApi("salesforce"),
    )
    chosen.open_api("salesforce", settings(data, **CONNECTED), {"Lead": ["Budget__c"]})
    assert asked == [{"Lead": ["Budget__c"]}]
