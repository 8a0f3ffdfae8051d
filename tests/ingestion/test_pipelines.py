from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion import arrow, destination
from ingestion.files import SOURCES, tables_of
from ingestion.joining import Joined, Joining
from ingestion.pipelines import TableLoad, load_source
from sales_metrics.errors import SalesMetricsError
from sales_metrics.warehouse import DataDir, connect
from tests.ingestion.conftest import Query


def write(folder: Path, file: str, content: str) -> None:
    path = folder / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")


def by_table(loads: list[TableLoad]) -> dict[str, TableLoad]:
    return {load.table: load for load in loads}


RAW_TYPES = {
    "id": "VARCHAR",
    "code": "VARCHAR",
    "text": "VARCHAR",
    "bool": "BOOLEAN",
    "int": "BIGINT",
    "number": "DECIMAL(38,9)",
    "instant": "TIMESTAMP WITH TIME ZONE",
    "date": "DATE",
    "instant_or_date": "VARCHAR",
    "local_time": "TIMESTAMP",
}


@pytest.mark.parametrize("source", SOURCES)
def test_every_table_is_there_and_typed_even_without_files(
    source: str, folder: Path, data: DataDir, query: Query
) -> None:
    loads = load_source(source, folder, data)
    assert [load.table for load in loads] == [n for t in tables_of(source) for n in t.names]
    for load in loads:
        present = load.table in ("user", "opportunity")
        assert load.file_present is present
        is_list = load.table in ("member_tags", "email_activity_actions")
        missing = f"{load.file} is missing: read as empty"
        assert (missing in load.warnings) is not (present or is_list)
    for table in tables_of(source):
        columns = query(
            "select column_name, data_type from information_schema.columns"
            f" where table_schema = 'raw_{source}' and table_name = '{table.name}'"
        )
        declared = [(column.raw, RAW_TYPES[column.kind]) for column in table.columns]
        assert columns == [*declared, ("_dlt_load_id", "VARCHAR")]
    schemas = query("select schema_name from information_schema.schemata")
    assert (f"raw_{source}_staging",) not in schemas


def test_values_arrive_as_they_are(folder: Path, data: DataDir, query: Query) -> None:
    write(
        folder,
        "salesforce/Opportunity.csv",
        "\ufeffId,Name,Amount,CreatedDate,Заметка\r\n"
        '1," Ёлка ""x"",\r\n2",1.0E7,2026-01-05T13:00:00.000+0300,да\r\n',
    )
    loads = by_table(load_source("salesforce", folder, data))
    (row,) = query("select id, name, amount, created_date, x from raw_salesforce.opportunity")
    assert row[:3] == ("1", ' Ёлка "x",\r\n2', 10_000_000)
    assert row[3] == datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert row[4] == "да"
    assert loads["opportunity"].unknown_columns == {"Заметка": "x"}
    assert loads["opportunity"].file == Path("salesforce/Opportunity.csv")


ALL_REWARDS = "select reward_id, status from raw_referrals.rewards order by reward_id"


def write_rewards(folder: Path, content: str) -> None:
    write(folder, "referrals/rewards.csv", content)


def test_the_warehouse_follows_the_folder(folder: Path, data: DataDir, query: Query) -> None:
    write_rewards(folder, "reward_id,status,Extra\n1,pending,x\n2,pending,\n3,pending,\n")
    load_source("referrals", folder, data)
    first = query(ALL_REWARDS)
    assert first == [("1", "pending"), ("2", "pending"), ("3", "pending")]

    load_source("referrals", folder, data)
    assert query(ALL_REWARDS) == first

    # One changed, one gone, one new; one column gone, another new.
    write_rewards(folder, "reward_id,status,Other\n1,void,y\n3,pending,\n4,pending,\n")
    load_source("referrals", folder, data)
    assert query(ALL_REWARDS) == [("1", "void"), ("3", "pending"), ("4", "pending")]
    others = "select extra, other from raw_referrals.rewards where reward_id = '1'"
    assert query(others) == [(None, "y")]

    write_rewards(folder, "reward_id,status\n")
    load_source("referrals", folder, data)
    assert query(ALL_REWARDS) == []

    write_rewards(folder, "reward_id,status,Extra\n9,issued,back\n")
    load_source("referrals", folder, data)
    assert query(others.replace("'1'", "'9'")) == [("back", None)]
    (folder / "referrals" / "rewards.csv").unlink()
    load_source("referrals", folder, data)
    assert query(ALL_REWARDS) == []


def test_the_account_of_a_load(folder: Path, data: DataDir) -> None:
    write(
        folder,
        "salesforce/Lead.csv",
        "Id,Status,IsConverted\n"
        "L1,New,false\nL1,Lost,false\nL2,New,\nL2,New,\nL3,New,perhaps\nL4\nL5,New,true\n",
    )
    write(folder, "salesforce/Foo.csv", "a\n")
    loads = by_table(load_source("salesforce", folder, data))
    lead = loads["lead"]
    assert (lead.records, lead.loaded, lead.quarantined) == (7, 3, 2)
    assert (lead.exact_repeats, lead.older_versions) == (1, 1)
    assert any("salesforce/Foo.csv is not read" in line for line in loads["user"].warnings)
    quarantine = data.quarantine / "salesforce_lead.csv"
    assert quarantine.read_text().splitlines() == [
        "record,column,value,reason",
        "5,IsConverted,perhaps,is neither true nor false",
        '6,,L4,"has 1 cells, the header 3"',
    ]

    write(folder, "salesforce/Lead.csv", "Id,Status\nL1,New\n")
    load_source("salesforce", folder, data)
    assert not quarantine.exists()


def test_lists_are_loaded_beside_their_records(folder: Path, data: DataDir, query: Query) -> None:
    write(
        folder,
        "mailchimp/members.jsonl",
        '{"id": "m1", "list_id": "l1", "tags": [{"name": "a"}, {"name": "b"}]}\n'
        '{"id": "m2", "list_id": "l1", "tags": []}\n',
    )
    loads = by_table(load_source("mailchimp", folder, data))
    assert query("select member_id, name from raw_mailchimp.member_tags order by name") == [
        ("m1", "a"),
        ("m1", "b"),
    ]
    assert (loads["members"].loaded, loads["member_tags"].loaded) == (2, 2)
    assert loads["member_tags"].file == Path("mailchimp/members.jsonl")


def write_referrals(folder: Path, day: str) -> None:
    """A row of the day in each of the three tables."""
    write(folder, "referrals/referrers.csv", f"referrer_id,name\n1,{day}\n")
    write(folder, "referrals/referrals.csv", f"referral_id,status,channel\n1,lead,{day}\n")
    write(folder, "referrals/rewards.csv", f"reward_id,status,currency\n1,void,{day}\n")


DAYS = (
    "select name from raw_referrals.referrers union all"
    " select channel from raw_referrals.referrals union all"
    " select currency from raw_referrals.rewards"
)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('reward_id,status\n1,"void\n', "referrals/rewards.csv .*never closed"),
        ("reward_id,reward_id\n1,2\n", "referrals/rewards.csv: .* 'reward_id' twice"),
    ],
)
def test_a_file_that_is_refused_leaves_yesterday_s_rows(
    folder: Path, data: DataDir, query: Query, content: str, sentence: str
) -> None:
    write_referrals(folder, "yesterday")
    load_source("referrals", folder, data)
    write_referrals(folder, "today")
    write_rewards(folder, content)
    with pytest.raises(SalesMetricsError, match=sentence):
        load_source("referrals", folder, data)
    assert query(DAYS) == [("yesterday",)] * 3


@pytest.mark.parametrize("table", ["referrals", "rewards"])
def test_a_load_that_fails_leaves_yesterday_s_rows_in_every_table(
    folder: Path, data: DataDir, query: Query, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    write_referrals(folder, "yesterday")
    load_source("referrals", folder, data)
    write_referrals(folder, "today")
    join = destination.join

    def fail_for_one(
        connection: duckdb.DuckDBPyConnection, schema: str, joining: Joining, *rest: Any
    ) -> Joined:
        if joining.table == table:
            raise duckdb.IOException("disk full")
        return join(connection, schema, joining, *rest)

    with monkeypatch.context() as broken:
        broken.setattr(destination, "join", fail_for_one)
        with pytest.raises(
            SalesMetricsError,
            match=r"^Loading referrals failed, its raw tables are as they were: disk full$",
        ):
            load_source("referrals", folder, data)
    assert query(DAYS) == [("yesterday",)] * 3

    load_source("referrals", folder, data)
    assert query(DAYS) == [("today",)] * 3


def test_a_column_whose_type_was_another_is_retyped(
    folder: Path, data: DataDir, query: Query
) -> None:
    write_rewards(folder, "reward_id,status,amount\n1,void,5\n")
    load_source("referrals", folder, data)
    with connect(data.warehouse) as warehouse:
        warehouse.execute("alter table raw_referrals.rewards alter amount type varchar")
        warehouse.execute("update raw_referrals.rewards set amount = 'five'")
        warehouse.execute("alter table raw_referrals.rewards alter currency type boolean")
    write_rewards(folder, "reward_id,status,amount,currency\n1,void,5,EUR\n")
    load_source("referrals", folder, data)
    assert query(
        "select amount, typeof(amount), currency, typeof(currency) from raw_referrals.rewards"
    ) == [(5, "DECIMAL(38,9)", "EUR", "VARCHAR")]


def test_a_record_that_is_lost_stops_before_anything_is_loaded(
    folder: Path, data: DataDir, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_referrals(folder, "yesterday")
    load_source("referrals", folder, data)
    write_referrals(folder, "today")
    write_rewards(folder, "reward_id,status\n1,void\n2,void\n")
    extract_rows = arrow.extract_rows

    def lose_a_row(*arguments: object) -> object:
        extracts = extract_rows(*arguments)  # type: ignore[arg-type]
        extracts[0].rows = extracts[0].rows.slice(0, 1)
        return extracts

    monkeypatch.setattr(arrow, "extract_rows", lose_a_row)
    sentence = r"referrals/rewards.csv has 2 records .* 1 are accounted for: 1 loaded"
    with pytest.raises(SalesMetricsError, match=sentence):
        load_source("referrals", folder, data)
    assert query(DAYS) == [("yesterday",)] * 3


def test_what_is_loaded_is_counted_in_the_warehouse(
    folder: Path, data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "badger/check_ins.csv", "check_in_id\n1\n2\n")
    load_source("badger", folder, data)
    join = destination.join

    def lose_a_row(connection: duckdb.DuckDBPyConnection, *rest: Any) -> Joined:
        joined = join(connection, *rest)
        connection.execute("delete from raw_badger.check_ins where check_in_id = '2'")
        return joined

    monkeypatch.setattr(destination, "join", lose_a_row)
    with pytest.raises(SalesMetricsError, match=r"check_ins.csv has 2 records .* 1 are accounted"):
        load_source("badger", folder, data)


@pytest.mark.parametrize("counts", [(5, 2, 1, 1, 1), (0, 0, 0, 0, 0)], ids=["all kinds", "nothing"])
def test_reconcile_passes_when_all_records_are_somewhere(counts: tuple[int, ...]) -> None:
    TableLoad("s", "t", Path("s/t.csv"), True, *counts, seconds=0.0).reconcile()


@pytest.mark.parametrize("counts", [(5, 4, 0, 0, 0), (5, 5, 1, 0, 0), (0, 1, 0, 0, 0)])
def test_reconcile_raises_when_the_sum_differs(counts: tuple[int, ...]) -> None:
    with pytest.raises(SalesMetricsError, match=f"s/t.csv has {counts[0]} records"):
        TableLoad("s", "t", Path("s/t.csv"), True, *counts, seconds=0.0).reconcile()


@pytest.mark.parametrize("name", ["User.csv", "Opportunity.csv"])
@pytest.mark.parametrize("source", ["salesforce", "badger"])
def test_without_the_files_that_must_be_there_nothing_is_loaded(
    folder: Path, data: DataDir, source: str, name: str
) -> None:
    (folder / "salesforce" / name).unlink()
    with pytest.raises(SalesMetricsError, match=f"{folder}/salesforce/{name} is missing"):
        load_source(source, folder, data)
    assert not data.warehouse.exists()


def test_nothing_is_written_outside_the_data_folder_and_progress_is_told(
    folder: Path, data: DataDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home)
    (home / ".dlt").mkdir()
    (home / ".dlt" / "config.toml").write_text("[destination]\nreplace_strategy='truncate'\n")
    told: list[str] = []
    load_source("badger", folder, data, progress=told.append)
    assert told == [
        "badger/check_ins.csv: 0 records",
        "badger: loading 0 rows into raw_badger",
    ]
    assert [path.name for path in home.rglob("*")] == [".dlt", "config.toml"]
