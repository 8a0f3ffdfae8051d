"""A run that Dagster itself starts: its report, checks, metadata and lock."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ingestion.files import tables_of
from orchestration.instance import set_up_instance
from orchestration.keys import PUBLISHED_MARTS, RULE_RESULTS, SEED_FILES, raw_key
from sales_metrics.run_report import read_run_report
from sales_metrics.warehouse import DataDir, connect

REP = "005000000000001AAA"
OTHER_REP = "005000000000002AAA"


def write(folder: Path, name: str, rows: list[dict[str, str]]) -> None:
    (folder / "salesforce").mkdir(parents=True, exist_ok=True)
    with (folder / "salesforce" / f"{name}.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def lead(number: int, owner: str, email: str) -> dict[str, str]:
    return {
        "Id": f"00Q{number:012d}AAA",
        "OwnerId": owner,
        "Status": "New",
        "Email": email,
        "Shoe_Size__c": str(40 + number),
        "CreatedDate": "2026-01-05T10:00:00.000Z",
    }


@pytest.fixture(scope="module")
def export(data: DataDir) -> Path:
    folder = data.root.parent / "export"
    user = {"UserType": "Standard", "IsActive": "true"}
    write(folder, "User", [{"Id": REP, **user}, {"Id": OTHER_REP, **user}])
    # Ana's two leads have an e-mail, one of Bo's three has none.
    emails = ("a@example.com", "b@example.com"), ("c@example.com", "d@example.com", "")
    owned = [(REP, email) for email in emails[0]] + [(OTHER_REP, email) for email in emails[1]]
    write(folder, "Lead", [lead(number, *whose) for number, whose in enumerate(owned)])
    deal = {
        "Id": "006000000000001AAA",
        "OwnerId": REP,
        "StageName": "Closed Won",
        "IsClosed": "true",
        "IsWon": "true",
        "Amount": "10",
        "CloseDate": "2026-02-01",
        "CreatedDate": "2026-01-05T10:00:00.000Z",
    }
    write(folder, "Opportunity", [deal])
    return folder


@pytest.fixture(scope="module")
def rules(data: DataDir) -> Iterator[None]:
    """Rules of the organisation's own, one on a field that only its export has."""
    own = data.root.parent / "own_seeds"
    own.mkdir()
    (own / "quality_rules.csv").write_text(
        "object,field,check,argument,weight,applies_when\n"
        "Lead,Email,filled,,3,\n"
        "Lead,Shoe_Size__c,in_range,40:43,1,\n"
        "Account,Phone,filled,,1,\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SALES_SEEDS_DIR", str(own))
        yield


@pytest.fixture(scope="module")
def instance(data: DataDir) -> Iterator[dg.DagsterInstance]:
    set_up_instance(data)
    with dg.DagsterInstance.from_config(str(data.dagster)) as instance:
        yield instance


@pytest.fixture(scope="module")
def refreshed(
    definitions: dg.Definitions, instance: dg.DagsterInstance, export: Path, rules: None
) -> dg.ExecuteInProcessResult:
    """The whole job, once."""
    result = definitions.resolve_job_def("refresh").execute_in_process(
        instance=instance, raise_on_error=False
    )
    assert result.success, [event.message for event in result.all_events if event.is_failure]
    return result


def newest(result: dg.ExecuteInProcessResult, key: dg.AssetKey) -> dict[str, Any]:
    """The metadata of an asset in this run, plain."""
    (event,) = [
        event for event in result.get_asset_materialization_events() if event.asset_key == key
    ]
    return {name: value.value for name, value in event.materialization.metadata.items()}


def test_the_report_and_the_published_file_name_dagsters_run(
    refreshed: dg.ExecuteInProcessResult, data: DataDir
) -> None:
    report = read_run_report(data)
    assert report is not None
    assert (report["status"], report["error"]) == ("success", None)
    assert report["run_id"] == refreshed.run_id
    assert {step["step"] for step in report["steps"]} == {
        event.step_key for event in refreshed.all_events if event.is_step_success
    }
    assert report["published"]["dim_reps"] == 2
    with connect(data.published, read_only=True) as published:
        facts = published.execute("select distinct run_id, as_of from marts.meta").fetchall()
    assert [(run_id, str(as_of)) for run_id, as_of in facts] == [
        (refreshed.run_id, "2026-04-01 00:00:00")
    ]
    assert report["as_of"] == "2026-04-01T00:00:00Z"


def test_raw_tables_tell_where_their_records_went(refreshed: dg.ExecuteInProcessResult) -> None:
    metadata = newest(refreshed, raw_key("salesforce", "lead"))
    assert {name: metadata[name] for name in ("dagster/row_count", "records", "quarantined")} == {
        "dagster/row_count": 5,
        "records": 5,
        "quarantined": 0,
    }


def test_models_have_row_counts_columns_and_their_lineage(
    refreshed: dg.ExecuteInProcessResult,
) -> None:
    metadata = newest(refreshed, dg.AssetKey(["marts", "sales_velocity"]))
    assert metadata["dagster/row_count"] == 1
    columns = {column.name: column.type for column in metadata["dagster/column_schema"].columns}
    assert columns["won_amount"] == "DECIMAL(18,2)"
    cycles = dg.AssetKey(["marts", "fct_sales_cycles"])
    deps = metadata["dagster/column_lineage"].deps_by_column["won_amount"]
    assert dg.TableColumnDep(cycles, "amount") in deps
    view = newest(refreshed, dg.AssetKey(["staging", "stg_salesforce__leads"]))
    assert "dagster/row_count" not in view
    deps = view["dagster/column_lineage"].deps_by_column["current_owner_id"]
    assert deps == [dg.TableColumnDep(raw_key("salesforce", "lead"), "owner_id")]


def test_dbt_tests_are_recorded_as_checks(refreshed: dg.ExecuteInProcessResult) -> None:
    checks = {check.check_name: check for check in refreshed.get_asset_check_evaluations()}
    assert checks["every_value_is_known_int_lead_status_classes_status"].passed
    stage = checks["every_value_is_known_int_stage_classes_stage"]
    assert (stage.passed, stage.severity) == (False, dg.AssetCheckSeverity.WARN)


def test_rules_replaced_after_loading_are_judged_and_the_others_told_to_be_gone(
    refreshed: dg.ExecuteInProcessResult, data: DataDir
) -> None:
    # The definitions of this process know the default rules; the run has the organisation's.
    checks = {
        check.check_name: check
        for check in refreshed.get_asset_check_evaluations()
        if check.asset_key == RULE_RESULTS
    }
    email = checks["Lead__Email__filled"]
    assert (email.passed, email.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert email.metadata["weight"].value == 3
    assert (email.metadata["evaluated"].value, email.metadata["failed"].value) == (5, 1)
    worst = email.metadata["worst_reps"]
    assert isinstance(worst, dg.TableMetadataValue)
    assert worst.records[0].data == {"rep_id": OTHER_REP, "failed": 1, "evaluated": 3}
    assert checks["Lead__rows"].passed
    assert not checks["Account__rows"].passed
    assert checks["Contact__Email__filled"].metadata["rule"].value == "is no longer in the rules"
    with connect(data.published, read_only=True) as published:
        shoe_sizes = published.execute(
            "select rep_id, evaluated, failed from marts.crm_rule_results "
            "where rule = 'Shoe_Size__c:in_range' order by rep_id"
        ).fetchall()
    # Sizes 40 and 41 are Ana's; 42, 43 and 44 Bo's, and the rule ends at 43.
    assert shoe_sizes == [(REP, 2, 0), (OTHER_REP, 3, 1)]
    report = read_run_report(data)
    assert report is not None
    assert any("no records of Account" in warning for warning in report["warnings"])


def failure(result: dg.ExecuteInProcessResult) -> str:
    (event,) = [event for event in result.all_events if event.is_step_failure]
    data = event.step_failure_data
    assert data.user_failure_data is not None
    return str(data.user_failure_data.description)


def test_a_step_that_fails_is_told_in_one_sentence_and_reported(
    refreshed: dg.ExecuteInProcessResult,
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    data: DataDir,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for file in ("salesforce/User.csv", "salesforce/Opportunity.csv", "badger/check_ins.csv"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text("Id,Id\n" if "badger" in file else "Id\n")
    monkeypatch.setenv("SALES_EXPORT_DIR", str(tmp_path))
    result = definitions.resolve_job_def("refresh").execute_in_process(
        instance=instance,
        raise_on_error=False,
        asset_selection=[
            raw_key("badger", "check_ins"),
            *(raw_key("referrals", table.name) for table in tables_of("referrals")),
            SEED_FILES,
        ],
    )
    assert not result.success
    assert "badger/check_ins.csv" in failure(result)
    report = read_run_report(data)
    assert report is not None
    assert (report["status"], report["error"]) == ("failed", failure(result))
    assert report["run_id"] == result.run_id
    # What does not depend on the step that failed was still done, and is in the report.
    assert [step["step"] for step in report["steps"]] == [
        "merge_seeds",
        "ingest_badger",
        "ingest_referrals",
    ]


def test_a_part_of_the_job_reports_when_its_own_steps_are_done(
    refreshed: dg.ExecuteInProcessResult,
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    data: DataDir,
) -> None:
    result = definitions.resolve_job_def("refresh").execute_in_process(
        instance=instance, asset_selection=[PUBLISHED_MARTS]
    )
    report = read_run_report(data)
    assert report is not None
    assert (report["status"], report["run_id"]) == ("success", result.run_id)
    assert [step["step"] for step in report["steps"]] == ["publish_marts"]


def test_a_run_in_a_folder_that_another_run_uses_stops_and_reports_nothing(
    refreshed: dg.ExecuteInProcessResult,
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    data: DataDir,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tests.sales_metrics.test_run_lock import held_by_another_process

    before = data.run_report.read_bytes()
    with held_by_another_process(data):
        result = definitions.resolve_job_def("refresh").execute_in_process(
            instance=instance, raise_on_error=False, asset_selection=[PUBLISHED_MARTS]
        )
    assert not result.success
    assert not [event for event in result.all_events if event.is_step_success]
    assert data.run_report.read_bytes() == before
