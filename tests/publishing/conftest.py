"""Tiny warehouses: what dbt would have left in the schema marts, written by hand."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from publishing.snapshot import Meta

MARTS = """
create schema marts;
create table marts.dim_reps (
    rep_id varchar not null, rep_name varchar not null, manager_id varchar, time_zone varchar,
    is_active boolean not null, "from" decimal(9, 3)
);
comment on table marts.dim_reps is 'One row for each rep; it''s theirs.';
comment on column marts.dim_reps.rep_id is 'The user''s id.';
comment on column marts.dim_reps."from" is 'A column more than promised, with an awkward name.';
insert into marts.dim_reps values
    ('005B', 'Bo', '005A', 'UTC', true, 1.5), ('005A', 'Ada', null, 'UTC', false, null);
create table marts.fct_stage_visits (
    opportunity_id varchar not null, visit_number bigint not null, stage varchar,
    entered_at timestamp, exited_at timestamp, duration_days double, direction varchar,
    stages_skipped bigint, rep_id varchar
);
insert into marts.fct_stage_visits values
    ('006B', 2, 'Won', timestamp '2026-01-03', null, null, 'won', 0, '005A'),
    ('006B', 1, 'New', timestamp '2026-01-01', timestamp '2026-01-03', 2, 'first', 0, '005A'),
    ('006A', 1, 'New', timestamp '2026-01-02', null, 5, 'first', 0, '005A');
create schema raw_salesforce;
create table raw_salesforce.currency_type (iso_code varchar, is_corporate boolean);
insert into raw_salesforce.currency_type values ('EUR', false), ('USD', true);
create schema staging;
create table staging.secret (email varchar);
"""


@pytest.fixture
def meta() -> Meta:
    return Meta(as_of=datetime(2026, 1, 7, 12, tzinfo=UTC), run_id="run-1", project_version="0.1.0")


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(MARTS)
    return path


@pytest.fixture
def change(warehouse: Path) -> Callable[[str], None]:
    """Run SQL in the warehouse."""

    def run(sql: str) -> None:
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute(sql)

    return run


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out" / "sales_metrics.duckdb"
