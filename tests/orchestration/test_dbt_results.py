"""What dbt found, as sentences: from artifacts and failing rows written by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.dbt_results import DbtResults
from sales_metrics.warehouse import connect

MANIFEST = {
    "nodes": {
        "test.p.status": {
            "name": "known_status",
            "resource_type": "test",
            "config": {"meta": {"what": "Lead status", "hint": "add it to the seed lead_statuses"}},
        },
        "test.p.unique": {"name": "unique_reps", "resource_type": "test", "config": {"meta": {}}},
        "test.p.told": {
            "name": "sums",
            "resource_type": "test",
            "description": "that won and lost add up",
            "config": {},
        },
        "model.p.reps": {"name": "dim_reps", "resource_type": "model", "config": {}},
    }
}


def result(unique_id: str, status: str, **others: Any) -> dict[str, Any]:
    return {
        "unique_id": unique_id,
        "status": status,
        "message": None,
        "failures": None,
        "relation_name": None,
        **others,
    }


@pytest.fixture
def results(tmp_path: Path) -> DbtResults:
    warehouse = tmp_path / "warehouse.duckdb"
    with connect(warehouse) as connection:
        connection.execute("create schema test_failures")
        connection.execute(
            "create table test_failures.status as select * from "
            "(values ('Foo', 12), ('Bar''s', 1), ('Baz', 1200)) as found (value, rows)"
        )
        connection.execute(
            "create table test_failures.many as "
            "select 'v' || lpad(cast(range as text), 2, '0') as value, 1 as rows from range(25)"
        )
    return DbtResults(tmp_path, MANIFEST, warehouse)


def write(results: DbtResults, *found: dict[str, Any]) -> None:
    (results.target / "run_results.json").write_text(json.dumps({"results": found}))


STATUS = '"warehouse"."test_failures"."status"'
UNKNOWN = (
    "Lead status 'Baz' (1,200 rows), 'Foo' (12 rows), 'Bar's' (1 row) are unknown: "
    "add it to the seed lead_statuses."
)


def test_unknown_values_are_named_with_their_rows_most_frequent_first(results: DbtResults) -> None:
    write(results, result("test.p.status", "fail", failures=3, relation_name=STATUS))
    assert results.failures() == [UNKNOWN]
    assert results.warnings() == []


def test_a_test_of_severity_warn_is_a_warning(results: DbtResults) -> None:
    write(results, result("test.p.status", "warn", failures=3, relation_name=STATUS))
    assert results.failures() == []
    assert results.warnings() == [UNKNOWN]


def test_many_values_are_cut(results: DbtResults) -> None:
    relation = '"warehouse"."test_failures"."many"'
    write(results, result("test.p.status", "fail", failures=25, relation_name=relation))
    (sentence,) = results.failures()
    assert "'v19' (1 row) and 5 others are unknown" in sentence
    assert "'v20'" not in sentence


def test_one_value_is_told_in_the_singular(results: DbtResults) -> None:
    with connect(results.warehouse) as connection:
        connection.execute("delete from test_failures.status where value != 'Foo'")
    write(results, result("test.p.status", "fail", failures=1, relation_name=STATUS))
    assert results.failures() == [
        "Lead status 'Foo' (12 rows) is unknown: add it to the seed lead_statuses."
    ]


def test_another_test_names_what_failed_and_where_its_rows_are(results: DbtResults) -> None:
    relation = '"warehouse"."test_failures"."unique_reps"'
    write(
        results,
        result("test.p.unique", "fail", failures=1, relation_name=relation),
        result("test.p.told", "fail", failures=2),
    )
    assert results.failures() == [
        "1 row failed the dbt test unique_reps: see warehouse.test_failures.unique_reps in the "
        "warehouse.",
        "2 rows failed that won and lost add up.",
    ]


def test_a_model_that_cannot_be_built_is_told_with_dbts_message_on_one_line(
    results: DbtResults,
) -> None:
    message = "Runtime Error in model dim_reps\n  Binder Error: no column x\n\nLINE 1: select x"
    write(
        results,
        result("model.p.reps", "error", message=message),
        result("test.p.unique", "skipped"),
        result("test.p.status", "pass"),
    )
    assert results.failures() == [
        "dbt could not build dim_reps: Runtime Error in model dim_reps Binder Error: no column x"
    ]


def test_a_test_that_could_not_run_is_an_error_and_not_a_finding(results: DbtResults) -> None:
    write(results, result("test.p.status", "error", message="no such table"))
    assert results.failures() == ["dbt could not build known_status: no such table"]


def test_results_of_an_earlier_invocation_are_forgotten(results: DbtResults) -> None:
    write(results, result("test.p.status", "fail", failures=3, relation_name=STATUS))
    results.forget()
    assert results.failures() == []
    results.forget()
