"""The contract as data, and what the comparison says of a database that breaks it."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from publishing.contract import column_problems, compare_with_contract, contract
from publishing.snapshot import Meta, publish


def test_types_are_translated() -> None:
    quarters = contract()["dim_quarters"]
    assert quarters.key == ("quarter",)
    assert quarters.columns == {
        "quarter": "VARCHAR",
        "start_date": "DATE",
        "end_date": "DATE",
        "is_closed": "BOOLEAN",
    }
    velocity = contract()["sales_velocity"].columns
    assert velocity["won"] == "BIGINT"
    assert velocity["won_amount"] == "DECIMAL(18,2)"
    assert velocity["win_rate"] == "DOUBLE"
    assert contract()["fct_sales_cycles"].columns["closed_at"] == "TIMESTAMP"


def test_every_key_is_among_its_columns() -> None:
    for table in contract().values():
        assert set(table.key) <= set(table.columns)


def test_email_addresses_are_never_published() -> None:
    assert "reactivation_audience" not in contract()
    assert column_problems({"reactivation_audience": {}}) == [
        "marts.reactivation_audience is in no entry of the contract"
    ]


def test_a_published_file_keeps_the_contract(warehouse: Path, target: Path, meta: Meta) -> None:
    publish(warehouse, target, meta)
    assert compare_with_contract(target) == []


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        (
            "alter table marts.fct_stage_visits drop column direction",
            "marts.fct_stage_visits has no column direction (VARCHAR)",
        ),
        (
            "alter table marts.fct_stage_visits alter duration_days type decimal(18,2)",
            "marts.fct_stage_visits.duration_days is DECIMAL(18,2), not DOUBLE",
        ),
        (
            "alter table marts.fct_stage_visits rename entered_at to entered",
            "marts.fct_stage_visits has no column entered_at (TIMESTAMP)",
        ),
        (
            "create table marts.extra (a integer)",
            "marts.extra is in no entry of the contract",
        ),
    ],
)
def test_a_difference_of_columns_is_named(
    change: Callable[[str], None], warehouse: Path, sql: str, problem: str
) -> None:
    change(sql)
    assert problem in compare_with_contract(warehouse)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bare.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create schema marts; create table marts.dim_quarters "
            "(quarter varchar, start_date date, end_date date, is_closed boolean)"
        )
    assert compare_with_contract(path) == [
        "marts.dim_quarters has not the primary key (quarter)",
        "marts.dim_quarters.quarter is part of the key and may be null",
    ]


def test_columns_may_be_added(
    change: Callable[[str], None], warehouse: Path, target: Path, meta: Meta
) -> None:
    change("alter table marts.fct_stage_visits add column note varchar")
    publish(warehouse, target, meta)
    assert compare_with_contract(target) == []
