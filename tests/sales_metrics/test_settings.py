"""Settings: what is read from where, and what a wrong value says."""

import traceback
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from sales_metrics import settings as settings_module
from sales_metrics.connections import SalesforceConnection, connection_to
from sales_metrics.errors import SalesMetricsError
from sales_metrics.settings import ALLOWED, SAMPLE_COMPANY_AS_OF, Settings, load_settings
from sales_metrics.variables import Variables
from sales_metrics.warehouse import DBT_PROJECT


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ALLOWED:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / ".env")
    monkeypatch.setattr(settings_module, "DLT_CONFIG", tmp_path / "config.toml")
    monkeypatch.setattr(settings_module, "DLT_SECRETS", tmp_path / "secrets.toml")
    monkeypatch.chdir(tmp_path)


def test_without_settings_the_sample_company_is_read_on_its_last_day(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.export_folder == tmp_path / "data" / "sample_company"
    assert settings.reads_sample_company
    assert settings.as_of_for(datetime(2030, 1, 1, tzinfo=UTC)) == SAMPLE_COMPANY_AS_OF


def test_another_company_is_read_as_of_the_start_of_the_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SALES_EXPORT_DIR", "export")
    start = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
    settings = load_settings()
    assert settings.export_folder == tmp_path / "export"
    assert not settings.reads_sample_company
    assert settings.as_of_for(start) == start


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2018-01-15T00:00:00Z", datetime(2018, 1, 15, tzinfo=UTC)),
        ("2018-01-15T00:00:00", datetime(2018, 1, 15, tzinfo=UTC)),
        ("2018-01-15T02:30:00+02:30", datetime(2018, 1, 15, tzinfo=UTC)),
        ("2018-01-15 00:00:00.250", datetime(2018, 1, 15, 0, 0, 0, 250000, tzinfo=UTC)),
    ],
)
def test_as_of_is_utc_where_no_zone_is_given(
    monkeypatch: pytest.MonkeyPatch, text: str, instant: datetime
) -> None:
    monkeypatch.setenv("SALES_AS_OF", text)
    assert load_settings().as_of == instant


def test_the_environment_goes_before_env_file_and_that_before_dlts_config(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text('[sources.export]\nfolder = "from_dlt"\n')
    assert load_settings().export_folder == tmp_path / "from_dlt"
    (tmp_path / ".env").write_text("SALES_EXPORT_DIR=from_file\n")
    assert load_settings().export_folder == tmp_path / "from_file"
    monkeypatch.setenv("SALES_EXPORT_DIR", "from_environment")
    assert load_settings().export_folder == tmp_path / "from_environment"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SALES_AS_OF", "yesterday", ["'yesterday'", "ISO timestamp"]),
        ("SALES_VARS", "{", ["'{'", "a JSON object"]),
        ("SALES_VARS", "[1]", ["[1]", "a JSON object"]),
        ("SALES_VARS", '{"org_zone": "UTC"}', ["org_zone", "org_time_zone"]),
        ("SALES_VARS", '{"org_time_zone": "Mars/Base"}', ["'Mars/Base'", "Europe/Berlin"]),
        ("SALES_VARS", '{"fiscal_year_start_month": 13}', ["13", "fiscal_year_start_month", "12"]),
        ("SALES_VARS", '{"minimum_volume": "5"}', ["'5'", "minimum_volume", "integer"]),
        ("SALES_VARS", '{"auto_reply_pattern": "("}', ["'('", "auto_reply_pattern"]),
        ("SALES_SEEDS_DIR", "nowhere", ["nowhere", "a folder with CSV files"]),
        ("SALES_MAILCHIMP_SOURCE", "API", ["'API'", "export, api or off"]),
        ("SALES_REFERRALS_SOURCE", "api", ["'api'", "rewardful"]),
        ("SALES_SALESFORCE_SOURCE", "off", ["'off'", "nothing can be measured"]),
        ("SALES_SALESFORCE_API_VERSION", "v62", ["'v62'", "62.0"]),
        ("SALES_SALESFORCE_API_SHARE", "80", ["'80'", "0.8"]),
        ("SALES_SALESFORCE_SWEEP_DAYS", "0", ["'0'", "from 1"]),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: list[str]
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SalesMetricsError) as caught:
        load_settings()
    message = str(caught.value)
    assert message.startswith(f"{name} is ")
    assert message.endswith(f"Allowed is {ALLOWED[name]}.")
    for words in said:
        assert words in message


def test_only_variables_that_are_set_override_the_models_defaults(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SALES_VARS", '{"org_time_zone": "Europe/Berlin", "reopen_grace_days": 3}')
    assert load_settings().vars.overrides() == {
        "org_time_zone": "Europe/Berlin",
        "reopen_grace_days": 3,
    }


def test_the_variables_are_those_of_the_dbt_project_and_its_defaults_are_allowed() -> None:
    defaults = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text())["vars"]
    assert set(defaults) == set(Variables.model_fields)
    assert Variables.model_validate(defaults).overrides() == defaults


def test_every_setting_says_what_is_allowed() -> None:
    assert {f"SALES_{name.upper()}" for name in Settings.model_fields} == set(ALLOWED)


def test_secrets_may_stand_in_dlts_file_and_are_never_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secrets.toml").write_text(
        '[sources.mailchimp]\napi_key = "hush-us1"\nsource = "api"\nunknown = 1\n'
        '[sources.referral_rock]\nprivate_key = " hush2\\n"\n'
    )
    settings = load_settings()
    assert settings.reads_from("mailchimp") == "api"
    assert settings.mailchimp_api_key is not None
    assert settings.mailchimp_api_key.get_secret_value() == "hush-us1"
    assert settings.referral_rock_private_key is not None
    assert settings.referral_rock_private_key.get_secret_value() == "hush2"
    assert "hush" not in repr(settings) + str(settings) + settings.model_dump_json()
    monkeypatch.setenv("SALES_MAILCHIMP_API_KEY", "other-us1")
    key = load_settings().mailchimp_api_key
    assert key is not None
    assert key.get_secret_value() == "other-us1"


def chain(problem: BaseException) -> str:
    """All that a log would print of an error."""
    return "".join(traceback.format_exception(problem))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[sources.badger]\ntoken = hush\n", "no valid TOML \\(line 2, column 9\\)"),
        ("[sources.badger]\ntoken = 4711\n", "SALES_BADGER_TOKEN cannot be used"),
        ('[sources.badger]\ntoken = ["hush"]\n', "SALES_BADGER_TOKEN cannot be used"),
        ('[sources.badger]\ntoken = "hu\\nsh"\n', "SALES_BADGER_TOKEN .* no secret has"),
        ('[sources.badger]\ntoken = "hüsh"\n', "SALES_BADGER_TOKEN .* no secret has"),
    ],
)
def test_a_secret_that_cannot_be_used_is_named_and_not_shown(
    tmp_path: Path, content: str, said: str
) -> None:
    (tmp_path / "secrets.toml").write_text(content, encoding="utf-8")
    with pytest.raises(SalesMetricsError, match=said) as caught:
        load_settings()
    for secret in ("hush", "4711", "hüsh", "hu\\nsh", "hu\nsh"):
        assert secret not in chain(caught.value)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://login.salesforce.com", "plain http is only for this machine"),
        ("http://127.0.0.1.example.com", "plain http"),
        ("http://10.0.0.1", "plain http"),
        ("ftp://example.com", "begins with https://"),
        ("example.com", "begins with https://"),
        ("https://", "begins with https://"),
        ("https://a:hush@example.com", "user name or a password"),
        ("https://example.com?key=hush", "host or path"),
        ("https://example.com:port", "begins with https://"),
    ],
)
def test_addresses_that_a_secret_may_not_be_sent_to(
    monkeypatch: pytest.MonkeyPatch, address: str, said: str
) -> None:
    monkeypatch.setenv("SALES_BADGER_BASE_URL", address)
    with pytest.raises(SalesMetricsError, match=f"SALES_BADGER_BASE_URL .*{said}") as caught:
        load_settings()
    assert "hush" not in chain(caught.value)


@pytest.mark.parametrize(
    "address",
    ["https://eu.example.com/v1/", "http://localhost:80", "http://127.0.0.2", "http://[::1]:8"],
)
def test_addresses_that_it_may_be_sent_to(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("SALES_BADGER_BASE_URL", address)
    assert load_settings().badger_base_url == address.rstrip("/")


@pytest.mark.parametrize(
    ("platform", "given", "missing"),
    [
        ("salesforce", {}, "SALES_SALESFORCE_CLIENT_ID is not set"),
        ("salesforce", {"client_id": "i"}, "CLIENT_SECRET, .*JWT_KEY_FILE or .*REFRESH_TOKEN is"),
        ("salesforce", {"client_id": "i", "jwt_key_file": "k"}, "SALES_SALESFORCE_USERNAME is"),
        ("mailchimp", {}, "SALES_MAILCHIMP_API_KEY is not set"),
        ("rewardful", {}, "SALES_REWARDFUL_API_SECRET is not set"),
        ("referral_rock", {"public_key": "p"}, "SALES_REFERRAL_ROCK_PRIVATE_KEY is not set"),
        ("badger", {}, "SALES_BADGER_TOKEN is not set"),
    ],
)
def test_a_connection_names_the_setting_that_it_lacks(
    monkeypatch: pytest.MonkeyPatch, platform: str, given: dict[str, str], missing: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"SALES_{platform}_{name}".upper(), value)
    with pytest.raises(SalesMetricsError, match=missing):
        connection_to(platform, load_settings())


@pytest.mark.parametrize(
    "given",
    [
        {"refresh_token": "hush"},
        {"client_secret": "hush"},
        {"jwt_key_file": "key.pem", "username": "reader@example.com", "client_secret": "hush"},
    ],
)
def test_a_connection_shows_no_secret(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    for name, value in {"client_id": "i", **given}.items():
        monkeypatch.setenv(f"SALES_SALESFORCE_{name}".upper(), value)
    connection = connection_to("salesforce", load_settings())
    assert isinstance(connection, SalesforceConnection)
    assert connection.client_id == "i"
    assert "hush" not in repr(connection)
