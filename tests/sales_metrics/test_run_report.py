"""The run report: written as steps end, whole at the end, kept for the last runs."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sales_metrics import __version__
from sales_metrics.errors import SalesMetricsError
from sales_metrics.run_report import (
    KEPT_RUNS,
    FileAccount,
    Quarantined,
    RunReport,
    Section,
    read_run_report,
)
from sales_metrics.warehouse import DataDir

AS_OF = datetime(2026, 11, 20, 18, tzinfo=UTC)


def begun(data: DataDir, run_id: str = "run-1") -> RunReport:
    report = RunReport(data, run_id)
    report.begin(as_of=AS_OF, export_folder=Path("/export"), fictitious_company=True)
    return report


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    return DataDir(tmp_path / "data")


def test_a_run_that_ends_well_reports_what_its_steps_found(data: DataDir) -> None:
    report = begun(data)
    with report.step("ingest_salesforce") as section:
        section.rows = 4
        section.warnings.append("no Event.csv")
        section.accounting.append(FileAccount("salesforce/Lead.csv", "lead", 7, 4, 1, 1, 1))
        section.quarantine.append(Quarantined("salesforce/Lead.csv", "lead", 1, "/q.csv"))
    with report.step("publish_marts") as section:
        section.published = {"dim_reps": 3}
        section.warnings.append("no Event.csv")
    report.succeed()

    said = json.loads(data.run_report.read_text())
    assert said == read_run_report(data)
    assert (said["status"], said["error"], said["run_id"]) == ("success", None, "run-1")
    assert said["as_of"] == "2026-11-20T18:00:00Z"
    assert said["project_version"] == __version__
    assert said["fictitious_company"] is True
    assert [(step["step"], step["rows"]) for step in said["steps"]] == [
        ("ingest_salesforce", 4),
        ("publish_marts", 0),
    ]
    assert all(step["seconds"] >= 0 for step in said["steps"])
    assert said["warnings"] == ["no Event.csv"]
    assert said["accounting"] == [
        {
            "file": "salesforce/Lead.csv",
            "table": "lead",
            "records": 7,
            "loaded": 4,
            "quarantined": 1,
            "exact_repeats": 1,
            "older_versions": 1,
        }
    ]
    assert said["quarantine"] == [
        {"file": "salesforce/Lead.csv", "table": "lead", "rows": 1, "path": "/q.csv"}
    ]
    assert said["published"] == {"dim_reps": 3}


def test_a_step_that_fails_names_the_error_and_keeps_what_it_had_found(data: DataDir) -> None:
    report = begun(data)

    def fail(section: Section) -> None:
        section.warnings.append("seen before")
        raise SalesMetricsError("Lead status 'Foo' is unknown.")

    with pytest.raises(SalesMetricsError), report.step("dbt_models") as section:
        fail(section)
    report.fail("what Dagster makes of it")

    said = read_run_report(data)
    assert said is not None
    assert (said["status"], said["error"]) == ("failed", "Lead status 'Foo' is unknown.")
    assert said["warnings"] == ["seen before"]
    assert report.failed()


def test_an_error_that_is_not_for_people_is_told_with_its_type(data: DataDir) -> None:
    report = begun(data)
    with pytest.raises(KeyError), report.step("dbt_models"):
        raise KeyError("x")
    assert report.fail("unused")["error"] == "KeyError: 'x'"


def test_an_error_outside_the_steps_is_told_as_it_is(data: DataDir) -> None:
    report = begun(data)
    with report.step("ingest_badger"):
        pass
    assert report.fail("The disk is full.")["error"] == "The disk is full."


def test_a_run_is_done_when_all_its_steps_have_ended_well(data: DataDir) -> None:
    report = begun(data)
    with report.step("one"):
        pass
    assert report.has_done({"one"})
    assert not report.has_done({"one", "two"})
    with pytest.raises(ValueError, match="no"), report.step("two"):
        raise ValueError("no")
    assert not report.has_done({"one", "two"})


def test_failed_is_about_this_run_alone(data: DataDir) -> None:
    first, second = begun(data, "run-1"), begun(data, "run-2")
    assert not first.failed()
    first.fail("no")
    assert first.failed()
    assert not second.failed()
    second.succeed()
    assert not second.failed()


def test_only_the_newest_runs_are_kept(data: DataDir) -> None:
    for number in range(KEPT_RUNS + 5):
        begun(data, f"run-{number:02d}")
        (data.expectations / f"run-{number:02d}").mkdir(parents=True)
        for folder in (data.runs, data.expectations):
            os.utime(folder / f"run-{number:02d}", (number, number))
    kept = [f"run-{number:02d}" for number in range(5, KEPT_RUNS + 5)]
    assert sorted(folder.name for folder in data.runs.iterdir()) == kept
    assert sorted(folder.name for folder in data.expectations.iterdir()) == kept


def test_a_reader_never_sees_half_a_report(data: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    report = begun(data)
    report.succeed()

    def crash(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("sales_metrics.run_report.os.fsync", crash)
    with pytest.raises(OSError, match="no space"):
        report.fail("later")
    said = read_run_report(data)
    assert said is not None
    assert said["status"] == "success"
