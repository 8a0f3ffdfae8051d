"""The command's errors: one sentence, exit code 1, a report; Dagster is not even started."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sales_metrics.run_lock import run_lock
from sales_metrics.warehouse import DataDir


def command(cwd: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    others = {key: value for key, value in os.environ.items() if not key.startswith("SALES_")}
    return subprocess.run(
        [sys.executable, "-m", "sales_metrics", *arguments],
        cwd=cwd,
        env=others | {"PYTHONPATH": str(Path(__file__).parents[2])} | settings,
        capture_output=True,
        text=True,
        check=False,
    )


def told(result: subprocess.CompletedProcess[str]) -> str:
    """The one line on stderr of a command that failed."""
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    return line


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    (folder / "salesforce").mkdir(parents=True)
    for name in ("User", "Opportunity"):
        (folder / "salesforce" / f"{name}.csv").write_text("Id\n")
    return folder


def test_a_missing_file_is_named_and_the_failed_run_reported(tmp_path: Path, export: Path) -> None:
    missing = export / "salesforce" / "Opportunity.csv"
    missing.unlink()
    result = command(tmp_path, "run", SALES_EXPORT_DIR="export", SALES_DATA_DIR="data")
    sentence = told(result)
    assert str(missing) in sentence
    report = json.loads((tmp_path / "data" / "run_report.json").read_text())
    assert (report["status"], report["error"], report["steps"]) == ("failed", sentence, [])
    assert report["export_folder"] == str(export)
    assert report["fictitious_company"] is False


def test_an_unknown_folder_is_named(tmp_path: Path) -> None:
    result = command(tmp_path, "run", SALES_EXPORT_DIR="nowhere", SALES_DATA_DIR="data")
    assert str(tmp_path / "nowhere") in told(result)


def test_a_wrong_setting_is_named_with_its_value_and_what_is_allowed(tmp_path: Path) -> None:
    sentence = told(command(tmp_path, "run", SALES_AS_OF="tomorrow", SALES_DATA_DIR="data"))
    for words in ("SALES_AS_OF", "'tomorrow'", "2026-09-30T18:00:00Z"):
        assert words in sentence
    assert not (tmp_path / "data").exists()


def test_check_tells_of_seeds_that_nobody_knows(tmp_path: Path, export: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "moods.csv").write_text("mood\n")
    settings = {"SALES_EXPORT_DIR": str(export), "SALES_SEEDS_DIR": str(own)}
    assert "moods.csv replaces no default seed" in told(command(tmp_path, "check", **settings))
    (own / "moods.csv").unlink()
    result = command(tmp_path, "check", **settings)
    assert result.returncode == 0, result.stderr
    assert str(export) in result.stdout
    assert not (tmp_path / "data").exists()


def test_a_second_run_in_the_same_folder_is_refused(tmp_path: Path, export: Path) -> None:
    with run_lock(DataDir(tmp_path / "data")):
        result = command(tmp_path, "run", SALES_EXPORT_DIR=str(export), SALES_DATA_DIR="data")
    assert f"Another run is using {tmp_path / 'data'}" in told(result)
    # The run that has the folder reports there, not the one that was refused.
    assert not (tmp_path / "data" / "run_report.json").exists()


def test_sample_writes_a_company_and_says_that_it_does_not_exist(tmp_path: Path) -> None:
    result = command(tmp_path, "sample", "--leads", "40", "--out", "company")
    assert result.returncode == 0, result.stderr
    assert "does not exist" in result.stdout
    assert (tmp_path / "company" / "salesforce" / "Lead.csv").is_file()


CONNECTED = {
    "SALES_SALESFORCE_SOURCE": "api",
    "SALES_SALESFORCE_CLIENT_ID": "id",
    "SALES_SALESFORCE_CLIENT_SECRET": "hush",
    "SALES_MAILCHIMP_SOURCE": "off",
    "SALES_BADGER_SOURCE": "off",
    "SALES_REFERRALS_SOURCE": "off",
}


def test_check_says_what_is_read_by_an_api(tmp_path: Path) -> None:
    result = command(tmp_path, "check", **CONNECTED)
    assert result.returncode == 0, result.stderr
    assert "Salesforce by API" in result.stdout
    assert "export folder" not in result.stdout


def test_a_missing_secret_stops_before_dagster_starts_and_none_is_told(tmp_path: Path) -> None:
    settings = CONNECTED | {"SALES_BADGER_SOURCE": "api", "SALES_DATA_DIR": "data"}
    result = command(tmp_path, "run", **settings)
    assert "SALES_BADGER_TOKEN is not set" in told(result)
    assert "hush" not in (tmp_path / "data" / "run_report.json").read_text()


def test_a_connection_that_is_refused_is_one_sentence(tmp_path: Path) -> None:
    settings = CONNECTED | {"SALES_SALESFORCE_SOURCE": "export"}
    sentence = told(command(tmp_path, "check-connection", "salesforce", **settings))
    assert "SALES_SALESFORCE_SOURCE is export" in sentence
