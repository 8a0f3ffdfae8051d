"""What the published file holds, and what stays when something goes wrong."""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from publishing import snapshot
from publishing.snapshot import Meta, publish
from sales_metrics.errors import SalesMetricsError

COLUMNS = (
    "select table_name, column_name, data_type, comment from duckdb_columns() "
    "where schema_name = 'marts' and table_name <> 'meta' order by 1, column_index"
)
NOT_NULL = (
    "select table_name, column_name from duckdb_columns() where schema_name = 'marts' "
    "and table_name <> 'meta' and not is_nullable order by 1, 2"
)


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_returns_the_rows_of_each_table(warehouse: Path, target: Path, meta: Meta) -> None:
    assert publish(warehouse, target, meta) == {"dim_reps": 2, "fct_stage_visits": 3}


def test_only_the_marts_are_in_the_file(warehouse: Path, target: Path, meta: Meta) -> None:
    publish(warehouse, target, meta)
    assert rows(target, "select schema_name, table_name from duckdb_tables() order by 2") == [
        ("marts", "dim_reps"),
        ("marts", "fct_stage_visits"),
        ("marts", "meta"),
    ]


def test_tables_are_as_the_models_made_them(warehouse: Path, target: Path, meta: Meta) -> None:
    publish(warehouse, target, meta)
    assert rows(target, COLUMNS) == rows(warehouse, COLUMNS)
    assert rows(target, NOT_NULL) == rows(warehouse, NOT_NULL)
    comments = "select table_name, comment from duckdb_tables() where table_name = 'dim_reps'"
    assert rows(target, comments) == [("dim_reps", "One row for each rep; it's theirs.")]
    assert rows(target, comments) == rows(warehouse, comments)


def test_every_table_has_the_key_of_the_contract(warehouse: Path, target: Path, meta: Meta) -> None:
    publish(warehouse, target, meta)
    assert rows(
        target,
        "select table_name, constraint_column_names from duckdb_constraints() "
        "where constraint_type = 'PRIMARY KEY' order by 1",
    ) == [
        ("dim_reps", ["rep_id"]),
        ("fct_stage_visits", ["opportunity_id", "visit_number"]),
        ("meta", ["table_name"]),
    ]


def test_a_key_column_that_may_be_null_in_the_model_may_not_in_the_file(
    warehouse: Path, target: Path, meta: Meta, change: Callable[[str], None]
) -> None:
    change("alter table marts.dim_reps alter rep_id drop not null")
    publish(warehouse, target, meta)
    assert ("dim_reps", "rep_id") in rows(target, NOT_NULL)


def test_rows_lie_in_the_order_of_the_key(warehouse: Path, target: Path, meta: Meta) -> None:
    publish(warehouse, target, meta)
    assert rows(target, 'select rep_id, rep_name, is_active, "from" from marts.dim_reps') == [
        ("005A", "Ada", False, None),
        ("005B", "Bo", True, 1.5),
    ]
    assert rows(target, "select opportunity_id, visit_number from marts.fct_stage_visits") == [
        ("006A", 1),
        ("006B", 1),
        ("006B", 2),
    ]


def test_meta_says_what_the_file_is(warehouse: Path, target: Path, meta: Meta) -> None:
    berlin = replace(meta, as_of=datetime(2026, 1, 7, 13, tzinfo=UTC).astimezone())
    publish(warehouse, target, berlin)
    at = datetime(2026, 1, 7, 13)
    assert rows(
        target,
        "select table_name, table_rows, as_of, run_id, project_version, corporate_currency "
        "from marts.meta order by 1",
    ) == [
        ("dim_reps", 2, at, "run-1", "0.1.0", "USD"),
        ("fct_stage_visits", 3, at, "run-1", "0.1.0", "USD"),
    ]
    undescribed = (
        "select column_name from duckdb_columns() where table_name = 'meta' and comment is null"
    )
    assert rows(target, undescribed) == []


@pytest.mark.parametrize(
    "sql",
    [
        "drop table raw_salesforce.currency_type",
        "delete from raw_salesforce.currency_type where is_corporate",
    ],
)
def test_without_a_corporate_currency_there_is_none(
    sql: str, warehouse: Path, target: Path, meta: Meta, change: Callable[[str], None]
) -> None:
    change(sql)
    publish(warehouse, target, meta)
    assert rows(target, "select distinct corporate_currency from marts.meta") == [(None,)]


REFUSED = [
    (
        "insert into marts.fct_stage_visits (opportunity_id, visit_number) values ('006A', 1)",
        "marts.fct_stage_visits has 2 rows with opportunity_id = 006A, visit_number = 1, "
        "but its key (opportunity_id, visit_number) must be unique: "
        "nothing is published, the file of the last run stays.",
    ),
    (
        "alter table marts.dim_reps alter rep_id drop not null; "
        "insert into marts.dim_reps (rep_name, is_active) values ('Nobody', true)",
        "marts.dim_reps.rep_id is null (rows: 1), but part of the key (rep_id): "
        "nothing is published, the file of the last run stays.",
    ),
    (
        "create view marts.reps as select * from marts.dim_reps",
        "marts.reps is a view, and only tables are published: "
        "make its model a table, or drop the view.",
    ),
    (
        "create table marts.dim_reps__dbt_tmp (a integer)",
        "Not published, because the marts differ from publishing/marts.yml: "
        "marts.dim_reps__dbt_tmp is in no entry of the contract.",
    ),
    (
        "alter table marts.fct_stage_visits drop column stage",
        "Not published, because the marts differ from publishing/marts.yml: "
        "marts.fct_stage_visits has no column stage (VARCHAR).",
    ),
    (
        "drop schema marts cascade",
        "The warehouse has no table in the schema marts to publish.",
    ),
]


@pytest.mark.parametrize(("sql", "sentence"), REFUSED)
def test_what_is_refused_leaves_the_old_file(
    sql: str,
    sentence: str,
    warehouse: Path,
    target: Path,
    meta: Meta,
    change: Callable[[str], None],
) -> None:
    publish(warehouse, target, meta)
    before = target.read_bytes()
    change(sql)
    with pytest.raises(SalesMetricsError) as refusal:
        publish(warehouse, target, meta)
    assert str(refusal.value) == sentence
    assert target.read_bytes() == before
    assert list(target.parent.iterdir()) == [target]


def test_no_warehouse_is_said(tmp_path: Path, target: Path, meta: Meta) -> None:
    missing = tmp_path / "none.duckdb"
    with pytest.raises(SalesMetricsError, match=f"There is no warehouse at {missing}"):
        publish(missing, target, meta)
    assert not missing.exists()


def test_the_warehouse_is_not_written_to(warehouse: Path, target: Path, meta: Meta) -> None:
    before = warehouse.read_bytes()
    publish(warehouse, target, meta)
    assert warehouse.read_bytes() == before


def _die_before_the_rename(warehouse: Path, target: Path, meta: Meta) -> None:
    def die(*_: object) -> None:
        os._exit(9)

    snapshot._describe = die  # type: ignore[assignment]
    publish(warehouse, target, meta)


def test_a_crash_in_the_middle_leaves_the_old_file_and_no_rubbish_after_the_next_run(
    warehouse: Path, target: Path, meta: Meta
) -> None:
    publish(warehouse, target, meta)
    before = target.read_bytes()
    process = multiprocessing.get_context("fork").Process(
        target=_die_before_the_rename, args=(warehouse, target, replace(meta, run_id="run-2"))
    )
    process.start()
    process.join()
    assert process.exitcode == 9
    assert target.read_bytes() == before
    assert any(".building-" in path.name for path in target.parent.iterdir())

    publish(warehouse, target, replace(meta, run_id="run-3"))
    assert list(target.parent.iterdir()) == [target]
    assert rows(target, "select distinct run_id from marts.meta") == [("run-3",)]


def test_the_file_is_complete_before_its_name_is(
    warehouse: Path, target: Path, meta: Meta, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[tuple[str, str]] = []
    really_sync, really_replace = snapshot._sync, Path.replace

    def sync(path: Path) -> None:
        steps.append(("sync", path.name))
        really_sync(path)

    def rename(source: Path, destination: Path) -> Path:
        steps.append(("replace", source.name))
        assert not source.with_name(f"{source.name}.wal").exists()
        return really_replace(source, destination)

    monkeypatch.setattr(snapshot, "_sync", sync)
    monkeypatch.setattr(Path, "replace", rename)
    publish(warehouse, target, meta)
    building = f"{target.name}.building-{os.getpid()}"
    assert steps == [("sync", building), ("replace", building), ("sync", target.parent.name)]


READER = """
import sys
from pathlib import Path
import duckdb

file, stop = Path(sys.argv[1]), Path(sys.argv[2])
reads, versions = 0, set()
while True:
    last = stop.exists()
    with duckdb.connect(str(file), read_only=True) as connection:
        meta = connection.execute("select as_of, run_id, table_rows from marts.meta "
                                  "where table_name = 'dim_reps'").fetchall()
        told = connection.execute("select max(rep_name), count(*) from marts.dim_reps").fetchone()
    assert [(run, count) for _, run, count in meta] == [told], (meta, told)
    reads += 1
    versions.add(told[0])
    if reads == 1:
        print("has read", flush=True)
    if last:
        break
print(reads, len(versions))
"""


def test_a_reader_in_a_loop_sees_whole_files_only(
    warehouse: Path, target: Path, meta: Meta, tmp_path: Path, change: Callable[[str], None]
) -> None:
    """Each version's run id is also in its table, so a mixture of two would show."""

    def publish_version(number: int) -> None:
        change(f"update marts.dim_reps set rep_name = 'run-{number}'")
        change(
            f"insert into marts.dim_reps values ('new-{number}', 'run-{number}', '', '', true, 0)"
        )
        version = replace(meta, run_id=f"run-{number}", as_of=meta.as_of + timedelta(days=number))
        publish(warehouse, target, version)

    publish_version(0)
    stop = tmp_path / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(target), str(stop)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "has read\n"
    for number in range(1, 6):
        publish_version(number)
    stop.touch()
    out, problems = reader.communicate(timeout=60)
    assert (reader.returncode, problems) == (0, "")
    reads, versions = map(int, out.split())
    assert reads >= versions >= 2  # the first and the last at least; mostly all six
