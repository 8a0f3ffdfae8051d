"""The lineage graph: keys that join, groups by layer, one pool; and what loading it costs."""

import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from ingestion.files import SOURCES, tables_of
from orchestration.dbt_manifest import read_manifest
from orchestration.instance import WAREHOUSE_POOL
from orchestration.keys import (
    CRM_RECORDS,
    PUBLISHED_MARTS,
    RULE_RESULTS,
    SEED_FILES,
    raw_key,
)
from sales_metrics.warehouse import DataDir

GROUPS = {
    "raw": "raw",
    "seeds": "seeds",
    "staging": "staging",
    "intermediate": "intermediate",
    "marts": "marts",
    "activation": "activation",
    "published": "published",
}


@pytest.fixture(scope="module")
def specs(definitions: dg.Definitions) -> dict[dg.AssetKey, dg.AssetSpec]:
    return {spec.key: spec for spec in definitions.resolve_all_asset_specs()}


def test_every_dependency_is_an_asset_that_some_step_writes(
    specs: dict[dg.AssetKey, dg.AssetSpec],
) -> None:
    phantoms = {
        dep.asset_key.to_user_string()
        for spec in specs.values()
        for dep in spec.deps
        if dep.asset_key not in specs
    }
    assert phantoms == set()


def test_no_asset_stands_alone(specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    read = {dep.asset_key for spec in specs.values() for dep in spec.deps}
    alone = {
        key.to_user_string() for key, spec in specs.items() if not spec.deps and key not in read
    }
    assert alone == set()


def test_every_dbt_source_has_an_asset_upstream(specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    sources = read_manifest()["sources"].values()
    keys = {raw_key(source["source_name"], source["name"]) for source in sources}
    assert len(keys) == len(sources) > 0
    assert {key.to_user_string() for key in keys - specs.keys()} == set()


def test_every_raw_table_is_an_asset_that_a_model_reads(
    specs: dict[dg.AssetKey, dg.AssetSpec],
) -> None:
    tables = {
        raw_key(source, name)
        for source in SOURCES
        for table in tables_of(source)
        for name in table.names
    }
    read = {dep.asset_key for spec in specs.values() for dep in spec.deps}
    assert tables <= specs.keys()
    assert {key.to_user_string() for key in tables - read} == set()


def test_groups_are_the_layers(specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    for key, spec in specs.items():
        expected = "quality" if key == RULE_RESULTS else GROUPS[key.path[0]]
        assert spec.group_name == expected, key


def test_great_expectations_stands_between_its_records_and_their_staging(
    specs: dict[dg.AssetKey, dg.AssetSpec],
) -> None:
    upstream = {dep.asset_key for dep in specs[RULE_RESULTS].deps}
    objects = {
        raw_key("salesforce", name) for name in ("lead", "contact", "account", "opportunity")
    }
    assert upstream == {CRM_RECORDS, SEED_FILES} | objects
    staging = specs[dg.AssetKey(["staging", "stg_expectations__rule_results"])]
    assert {dep.asset_key for dep in staging.deps} == {RULE_RESULTS}


def test_the_published_file_waits_for_every_mart(specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    marts = {key for key in specs if key.path[0] == "marts"}
    assert {dep.asset_key for dep in specs[PUBLISHED_MARTS].deps} == marts
    assert len(marts) >= 8


def test_dbt_is_split_in_two_around_great_expectations(definitions: dg.Definitions) -> None:
    assert {step.name for step in definitions.resolve_job_def("refresh").nodes} == {
        *(f"ingest_{source}" for source in SOURCES),
        "merge_seeds",
        "dbt_models",
        "score_crm_records",
        "dbt_models_2",
        "publish_marts",
    }


def test_every_step_is_in_the_pool_of_the_warehouse(definitions: dg.Definitions) -> None:
    for step in definitions.resolve_job_def("refresh").nodes:
        assert isinstance(step.definition, dg.OpDefinition)
        assert step.definition.pool == WAREHOUSE_POOL, step.name


def test_dbt_tests_and_quality_rules_are_checks(definitions: dg.Definitions) -> None:
    checks = definitions.resolve_asset_graph().asset_check_keys
    names = {key.name for key in checks if key.asset_key == RULE_RESULTS}
    assert {"Lead__Email__filled", "Opportunity__CloseDate__not_in_past", "Lead__rows"} <= names
    # 27 default rules, and a count of rows for each of the four objects.
    assert len(names) == 31
    tests = [node for node in read_manifest()["nodes"].values() if node["resource_type"] == "test"]
    assert len(checks) - len(names) == len(tests) > 50


def test_a_check_blocks_if_its_test_is_an_error(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    blocking = {key.name: graph.get(key).blocking for key in graph.asset_check_keys}
    assert blocking["every_value_is_known_int_lead_status_classes_status"] is True
    assert blocking["every_value_is_known_int_stage_classes_stage"] is False
    assert blocking["Lead__Email__filled"] is False


def test_one_job_and_one_daily_schedule_that_ships_stopped(definitions: dg.Definitions) -> None:
    assert [job.name for job in definitions.jobs or []] == ["refresh"]
    (schedule,) = definitions.schedules or []
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert schedule.cron_schedule == "0 6 * * *"
    assert schedule.execution_timezone == "UTC"
    assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
    assert definitions.executor is dg.in_process_executor


LOAD = """
import sys
import orchestration.definitions as location
location.defs.resolve_all_job_defs()
heavy = {"great_expectations", "dlt", "duckdb", "pandas", "pyarrow", "numpy"}
print(sorted(heavy & set(sys.modules)))
"""


def test_loading_imports_nothing_heavy_and_touches_no_data(
    definitions: dg.Definitions, data: DataDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = tmp_path / "data"
    monkeypatch.setenv("SALES_DATA_DIR", str(nowhere))
    monkeypatch.setenv("SALES_EXPORT_DIR", str(tmp_path / "export"))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOAD], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
    assert not nowhere.exists()


def test_the_workspace_loads_as_dagster_loads_it(
    definitions: dg.Definitions, project_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    command = Path(sys.executable).with_name("dagster")
    done = subprocess.run(
        [command, "definitions", "validate", "-w", "workspace.yaml"],
        cwd=project_root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "sales_metrics" in done.stdout + done.stderr
