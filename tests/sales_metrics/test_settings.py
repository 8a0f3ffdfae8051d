"""Settings: what is read from where, and what a wrong value says."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from sales_metrics import settings as settings_module
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
