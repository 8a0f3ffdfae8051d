"""Great Expectations on a real warehouse file: its verdicts, counted by rep, against a recount.

Great Expectations takes seconds to import, so every test that needs it stands in this file.
"""

import json
import random
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from expectations import scoring
from expectations.rules import Rule, read_placeholders, read_rules
from expectations.scoring import RESULT_SCHEMA, RepCount, score, validate_batch, write_results
from sales_metrics.errors import SalesMetricsError
from sales_metrics.warehouse import DBT_PROJECT, connect

SEEDS = DBT_PROJECT / "seeds"
PLACEHOLDERS = read_placeholders(SEEDS / "placeholders.csv")
AS_OF = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)

# API field → (raw column, raw type); what ingestion lands, as far as the default rules read it.
RAW = {
    "Lead": {
        "Email": ("email", "varchar"),
        "Phone": ("phone", "varchar"),
        "Company": ("company", "varchar"),
        "Title": ("title", "varchar"),
        "Industry": ("industry", "varchar"),
        "LeadSource": ("lead_source", "varchar"),
        "Status": ("status", "varchar"),
        "HasOptedOutOfEmail": ("has_opted_out_of_email", "boolean"),
        "CreatedDate": ("created_date", "timestamptz"),
        "Region__c": ("region_c", "varchar"),
        "Score__c": ("score_c", "bigint"),
    },
    "Contact": {
        "Email": ("email", "varchar"),
        "Phone": ("phone", "varchar"),
        "Title": ("title", "varchar"),
        "AccountId": ("account_id", "varchar"),
    },
    "Account": {
        "Industry": ("industry", "varchar"),
        "Website": ("website", "varchar"),
        "Phone": ("phone", "varchar"),
        "NumberOfEmployees": ("number_of_employees", "bigint"),
    },
    "Opportunity": {
        "Amount": ("amount", "decimal(38,9)"),
        "CloseDate": ("close_date", "date"),
        "NextStep": ("next_step", "varchar"),
        "AccountId": ("account_id", "varchar"),
        "LeadSource": ("lead_source", "varchar"),
        "Probability": ("probability", "decimal(38,9)"),
    },
}
COLUMNS = {
    object_: {field: column for field, (column, _) in fields.items()}
    for object_, fields in RAW.items()
}
Records = Mapping[str, Sequence[Mapping[str, Any]]]


def build_warehouse(path: Path, records: Records) -> Path:
    """Raw tables and int_crm_records; a record is its fields plus `rep` (None: does not count)."""
    owned = [
        {"object": object_, "record_id": f"{object_}{number}", "rep_id": record["rep"]}
        for object_, of_object in records.items()
        for number, record in enumerate(of_object)
        if record["rep"] is not None
    ]
    with connect(path) as connection:
        connection.execute("create schema raw_salesforce; create schema intermediate")
        connection.execute(
            "create table intermediate.int_crm_records"
            " (object varchar, record_id varchar, rep_id varchar)"
        )
        insert(connection, "intermediate.int_crm_records", owned)
        for object_, fields in RAW.items():
            table = f"raw_salesforce.{object_.lower()}"
            typed = ", ".join(f'"{column}" {kind}' for column, kind in fields.values())
            connection.execute(f"create table {table} (id varchar, {typed})")
            rows = [
                {"id": f"{object_}{number}"}
                | {column: record.get(field) for field, (column, _) in fields.items()}
                for number, record in enumerate(records.get(object_, []))
            ]
            insert(connection, table, rows)
    return path


def insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    if rows:
        connection.register("new_rows", pa.Table.from_pylist(list(rows)))
        connection.execute(f"insert into {table} by name from new_rows")


def a_rule(
    field: str,
    check: str,
    argument: str = "",
    *,
    object: str = "Lead",
    weight: float = 1.0,
    when: tuple[tuple[str, str], ...] = (),
) -> Rule:
    return Rule(object, field, check, argument, weight, when, line=2)


def judge(
    tmp_path: Path,
    records: Records,
    rules: Sequence[Rule],
    *,
    as_of: datetime = AS_OF,
    zone: str = "UTC",
) -> scoring.ScoreResult:
    return score(
        build_warehouse(tmp_path / "warehouse.duckdb", records),
        rules,
        PLACEHOLDERS,
        columns=COLUMNS,
        as_of=as_of,
        org_time_zone=zone,
        results_dir=tmp_path / "expectations",
    )


def counts(result: scoring.ScoreResult) -> dict[tuple[str, str, str], tuple[int, int]]:
    return {
        (row["object"], row["rule"], row["rep_id"]): (row["evaluated"], row["failed"])
        for row in result.table.to_pylist()
    }


# --- a plain recount, which shares no code with the package ------------------------------------


def recounted_filled(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value.strip()) and value.strip().lower() not in PLACEHOLDERS
    return value is not None


def recounted_pass(rule: Rule, value: Any) -> bool:
    match rule.check:
        case "filled":
            return recounted_filled(value)
        case "email":
            return re.search(r"^[^@\s]+@[^@\s]+\.[^@\s.]+$", value.strip()) is not None
        case "phone":
            left = re.sub(r"[-+().\s/]", "", value)
            return left.isascii() and left.isdigit() and 7 <= len(left) <= 15
        case "url":
            host = re.split(r"[/?#]", re.sub(r"^https?://", "", value.strip()))[0]
            return "." in host and all(host.split(".")) and not re.search(r"\s", value.strip())
        case "in_range":
            low, high = rule.argument.split(":")
            return Decimal(low) <= value <= Decimal(high)
        case "not_in_past":
            return bool(value >= TODAY)
    raise AssertionError(rule.check)


def recount(records: Records, rules: Sequence[Rule]) -> dict[tuple[str, str, str], tuple[int, int]]:
    found: dict[tuple[str, str, str], tuple[int, int]] = {}
    for rule in rules:
        for record in records[rule.object]:
            value = record.get(rule.field)
            if record["rep"] is None or (rule.check != "filled" and not recounted_filled(value)):
                continue
            key = (rule.object, rule.rule, record["rep"])
            evaluated, failed = found.get(key, (0, 0))
            found[key] = (evaluated + 1, failed + (not recounted_pass(rule, value)))
    return found


def messy_company(seed: int) -> dict[str, list[dict[str, Any]]]:
    """A few hundred records of every object with every kind of gap, owned by six reps or none."""
    chance = random.Random(seed)
    gaps = [None, "", "  ", " N/A ", "НЕТ", "unknown"]
    texts = {
        "Email": ["a@b.c", " ivan@пример.рф ", "a@b", "a b@c.d", "nobody"],
        "Phone": ["+1 (555) 010-1000", "555.01.01", "555", "555-0101 ext 3", "0" * 16],
        "Website": ["example.com", "https://a.b/c d", "http://localhost", "HTTP", "www.a.com/x"],
    }
    numbers = {
        "NumberOfEmployees": [None, 0, 1, 250, 5000000, 5000001, 2**60],
        "Amount": [None, Decimal(0), Decimal("0.01"), Decimal("12.5"), Decimal(10**9 + 1)],
        "Probability": [None, Decimal(0), Decimal(100), Decimal("100.000000001"), Decimal(-1)],
        "CloseDate": [None, TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=30)],
    }

    def value(field: str) -> Any:
        if field in numbers:
            return chance.choice(numbers[field])
        return chance.choice(gaps + texts.get(field, ["something", "else", "Ещё что-то"]) * 2)

    def rep() -> str | None:
        return chance.choice([None, *(f"005{number:015}" for number in range(6))])

    fields = {"Lead": ["Email", "Phone", "Company", "Title", "Industry", "LeadSource"]}
    return {
        object_: [
            {"rep": rep()} | {field: value(field) for field in fields.get(object_, list(raw))}
            for _ in range(120)
        ]
        for object_, raw in RAW.items()
    }


def test_the_default_rules_agree_with_a_plain_recount(tmp_path: Path) -> None:
    company = messy_company(seed=4)
    rules = read_rules(SEEDS / "quality_rules.csv", COLUMNS)

    result = judge(tmp_path, company, rules)

    assert counts(result) == recount(company, rules)
    assert result.table.schema == RESULT_SCHEMA
    assert len(result.rules) == 27
    for total in result.rules:
        of_rule = [
            pair
            for (object_, rule, _), pair in counts(result).items()
            if (object_, rule) == (total.object, total.rule)
        ]
        assert total.evaluated == sum(evaluated for evaluated, _ in of_rule)
        assert total.failed == sum(failed for _, failed in of_rule) > 0
        assert total.success is False
    assert [(count.object, count.success) for count in result.row_counts] == [
        ("Lead", True), ("Contact", True), ("Account", True), ("Opportunity", True),
    ]  # fmt: skip


# --- one rule at a time ------------------------------------------------------------------------


def test_a_row_says_date_object_rule_kind_weight_and_rep(tmp_path: Path) -> None:
    records = {"Lead": [{"rep": "r1", "Email": "a@b.c"}, {"rep": "r1", "Email": None}]}

    result = judge(tmp_path, records, [a_rule("Email", "filled", weight=2.5)])

    assert result.table.to_pylist() == [
        {
            "snapshot_date": TODAY,
            "object": "Lead",
            "rule": "Email:filled",
            "kind": "completeness",
            "weight": 2.5,
            "rep_id": "r1",
            "evaluated": 2,
            "failed": 1,
        }
    ]
    (total,) = result.rules
    assert total.severity == "warning"
    assert total.worst_reps == (RepCount("r1", 2, 1),)


def test_only_records_that_count_are_judged(tmp_path: Path) -> None:
    records = {"Lead": [{"rep": "r1", "Email": "a@b.c"}, {"rep": None, "Email": None}]}

    result = judge(tmp_path, records, [a_rule("Email", "filled")])

    assert counts(result) == {("Lead", "Email:filled", "r1"): (1, 0)}
    assert result.rules[0].success is True


def test_a_record_counts_for_its_own_object_only(tmp_path: Path) -> None:
    path = build_warehouse(tmp_path / "w.duckdb", {"Lead": [{"rep": "r1", "Email": "a@b.c"}]})
    with connect(path) as connection:
        connection.execute(
            "insert into intermediate.int_crm_records values ('Contact', 'Lead0', 'r2')"
        )

    result = score(
        path,
        [a_rule("Email", "filled")],
        PLACEHOLDERS,
        columns=COLUMNS,
        as_of=AS_OF,
        org_time_zone="UTC",
        results_dir=tmp_path,
    )

    assert counts(result) == {("Lead", "Email:filled", "r1"): (1, 0)}


def test_a_value_that_is_not_filled_leaves_the_other_checks_denominator(tmp_path: Path) -> None:
    emails = ["a@b.c", "broken", None, " ", "N/A", "неизвестно"]
    records = {"Lead": [{"rep": "r1", "Email": email} for email in emails]}

    result = judge(tmp_path, records, [a_rule("Email", "email"), a_rule("Email", "filled")])

    assert counts(result) == {
        ("Lead", "Email:email", "r1"): (2, 1),
        ("Lead", "Email:filled", "r1"): (6, 4),
    }


def test_a_rep_to_whom_a_rule_never_applies_has_no_row(tmp_path: Path) -> None:
    records = {"Lead": [{"rep": "r1", "Email": "a@b.c"}, {"rep": "r2", "Email": None}]}

    result = judge(tmp_path, records, [a_rule("Email", "email")])

    assert counts(result) == {("Lead", "Email:email", "r1"): (1, 0)}


def test_all_conditions_of_applies_when_must_hold(tmp_path: Path) -> None:
    rows = [
        ("Working", False, None),  # applies, and fails
        (" Working ", False, "a@b.c"),  # applies: text is trimmed
        ("working", False, None),  # another case
        ("Working", True, None),  # the second condition fails
        ("Working", None, None),  # null equals nothing
        (None, False, None),
    ]
    records = {
        "Lead": [
            {"rep": "r1", "Status": status, "HasOptedOutOfEmail": out, "Email": email}
            for status, out, email in rows
        ]
    }
    when = (("Status", "Working"), ("HasOptedOutOfEmail", "false"))

    result = judge(
        tmp_path,
        records,
        [a_rule("Email", "filled", when=when), a_rule("Email", "email", when=when)],
    )

    assert counts(result) == {
        ("Lead", "Email:filled", "r1"): (2, 1),
        ("Lead", "Email:email", "r1"): (1, 0),
    }


def test_one_field_may_have_different_rules_under_different_conditions(tmp_path: Path) -> None:
    records = {
        "Lead": [
            {"rep": "r1", "Status": "A", "Score__c": 5},
            {"rep": "r1", "Status": "B", "Score__c": 50},
            {"rep": "r1", "Status": "B", "Score__c": None},
        ]
    }

    result = judge(
        tmp_path,
        records,
        [
            a_rule("Score__c", "in_range", "0:9", when=(("Status", "A"),)),
            a_rule("Score__c", "in_set", "5|6", when=(("Status", "B"),)),
            a_rule("Score__c", "filled"),
        ],
    )

    assert counts(result) == {
        ("Lead", "Score__c:in_range", "r1"): (1, 0),
        ("Lead", "Score__c:in_set", "r1"): (1, 1),
        ("Lead", "Score__c:filled", "r1"): (3, 1),
    }


def test_arguments_with_special_characters_are_literal(tmp_path: Path) -> None:
    values = ["(a.*)", "a'b", "$PARAMETER", "@x", "(abc)", "ab"]
    records = {"Lead": [{"rep": "r1", "Region__c": value, "Title": "x y"} for value in values]}
    quoted = (("Region__c", "a'b"),)

    result = judge(
        tmp_path,
        records,
        [
            a_rule("Region__c", "in_set", "(a.*)|a'b|$PARAMETER|@x"),
            a_rule("Title", "filled", when=quoted),
        ],
    )

    assert counts(result) == {
        ("Lead", "Region__c:in_set", "r1"): (6, 2),
        ("Lead", "Title:filled", "r1"): (1, 0),
    }


def test_types_survive_the_way_into_great_expectations(tmp_path: Path) -> None:
    big = 2**53
    leads = [
        {"rep": "r1", "Score__c": big, "CreatedDate": datetime(2026, 11, 20, 21, tzinfo=UTC)},
        {"rep": "r1", "Score__c": big + 1, "CreatedDate": datetime(2026, 11, 20, 20, tzinfo=UTC)},
        {"rep": "r1", "Score__c": None, "CreatedDate": None},
    ]
    deals = [{"rep": "r1", "Amount": Decimal("0.1")}, {"rep": "r1", "Amount": None}]

    result = judge(
        tmp_path,
        {"Lead": leads, "Opportunity": deals},
        [
            a_rule("Score__c", "in_range", f"{big + 1}:{big + 1}"),
            a_rule("CreatedDate", "not_in_past"),
            a_rule("Region__c", "email"),
            a_rule("Amount", "in_range", "0.1:0.1", object="Opportunity"),
            a_rule("CloseDate", "not_in_past", object="Opportunity"),
            a_rule("CloseDate", "filled", object="Opportunity"),
        ],
        # 21:30 UTC is half past midnight of the 21st in Moscow.
        as_of=datetime(2026, 11, 20, 21, 30, tzinfo=UTC),
        zone="Europe/Moscow",
    )

    assert counts(result) == {
        ("Lead", "Score__c:in_range", "r1"): (2, 1),
        ("Lead", "CreatedDate:not_in_past", "r1"): (2, 1),
        ("Opportunity", "Amount:in_range", "r1"): (1, 0),
        ("Opportunity", "CloseDate:filled", "r1"): (2, 2),
    }
    assert set(result.table["snapshot_date"].to_pylist()) == {date(2026, 11, 21)}
    assert {total.rule: (total.evaluated, total.success) for total in result.rules[2:3]} == {
        "Region__c:email": (0, True)
    }


def test_an_as_of_without_a_zone_is_utc() -> None:
    naive = datetime.fromisoformat("2026-11-20T22:00:00")
    assert scoring.local_date(naive, "Europe/Moscow") == date(2026, 11, 21)
    assert scoring.local_date(AS_OF, "America/New_York") == date(2026, 11, 20)


def test_an_object_without_records_fails_only_its_row_count(tmp_path: Path) -> None:
    result = judge(
        tmp_path,
        {"Contact": [{"rep": None, "Email": "a@b.c"}]},
        [
            a_rule("Email", "filled", object="Contact"),
            a_rule("NumberOfEmployees", "in_range", "1:5", object="Account"),
        ],
    )

    assert result.table.num_rows == 0
    assert result.table.schema == RESULT_SCHEMA
    assert result.row_counts == (
        scoring.RowCount("Contact", "warning", success=False, records=0),
        scoring.RowCount("Account", "warning", success=False, records=0),
    )
    assert [(total.evaluated, total.failed, total.worst_reps) for total in result.rules] == [
        (0, 0, ()),
        (0, 0, ()),
    ]


def test_no_rules_no_results(tmp_path: Path) -> None:
    result = judge(tmp_path, {}, [])

    assert (result.table.num_rows, result.rules, result.row_counts) == (0, (), ())


def test_the_worst_reps_are_those_with_the_largest_failed_share(tmp_path: Path) -> None:
    failed_of = {"r1": (1, 4), "r2": (2, 2), "r3": (1, 1), "r4": (0, 3), "r5": (1, 2), "r6": (1, 3),
                 "r7": (1, 5)}  # fmt: skip
    records = {
        "Lead": [
            {"rep": rep, "Email": None if number < failed else "a@b.c"}
            for rep, (failed, evaluated) in failed_of.items()
            for number in range(evaluated)
        ]
    }

    (total,) = judge(tmp_path, records, [a_rule("Email", "filled")]).rules

    assert total.worst_reps == (
        RepCount("r2", 2, 2),
        RepCount("r3", 1, 1),
        RepCount("r5", 2, 1),
        RepCount("r6", 3, 1),
        RepCount("r1", 4, 1),
    )


def test_a_record_without_a_rep_stops(tmp_path: Path) -> None:
    path = build_warehouse(tmp_path / "w.duckdb", {"Lead": [{"rep": "r1"}]})
    with connect(path) as connection:
        connection.execute("update intermediate.int_crm_records set rep_id = null")

    with pytest.raises(SalesMetricsError, match=r"1 Lead records in .* have no rep_id"):
        score(
            path,
            [a_rule("Email", "filled")],
            (),
            columns=COLUMNS,
            as_of=AS_OF,
            org_time_zone="UTC",
            results_dir=tmp_path,
        )


# --- what Great Expectations returns is what counts --------------------------------------------

TWO_LEADS = {"Lead": [{"rep": "r1", "Email": "a@b.c"}, {"rep": "r2", "Email": "c@d.e"}]}


def change_what_gx_returns(monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    def changed(suite: Any, batch: pd.DataFrame) -> Any:
        verdicts = validate_batch(suite, batch)
        change(verdicts.results)
        return verdicts

    monkeypatch.setattr(scoring, "validate_batch", changed)


def test_changing_what_great_expectations_returns_changes_the_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def second_lead_fails_and_first_is_out_of_scope(results: Any) -> None:
        results[1].result |= {
            "unexpected_index_list": [1],
            "unexpected_count": 1,
            "missing_index_list": [0],
            "missing_count": 1,
        }
        results[1].success = False

    rules = [a_rule("Email", "email")]
    (tmp_path / "honest").mkdir()
    honest = judge(tmp_path / "honest", TWO_LEADS, rules)
    change_what_gx_returns(monkeypatch, second_lead_fails_and_first_is_out_of_scope)

    changed = judge(tmp_path, TWO_LEADS, rules)

    assert counts(honest) == {
        ("Lead", "Email:email", "r1"): (1, 0),
        ("Lead", "Email:email", "r2"): (1, 0),
    }
    assert counts(changed) == {("Lead", "Email:email", "r2"): (1, 1)}
    assert (honest.rules[0].success, changed.rules[0].success) == (True, False)


@pytest.mark.parametrize(
    "lie",
    [
        {"unexpected_count": 1},
        {"unexpected_index_list": [0]},
        {"missing_count": 1},
        {"missing_index_list": [0]},
        {
            "unexpected_index_list": [0],
            "unexpected_count": 1,
            "missing_index_list": [0],
            "missing_count": 1,
        },
    ],
)
def test_a_result_that_contradicts_itself_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lie: dict[str, Any]
) -> None:
    change_what_gx_returns(monkeypatch, lambda results: results[1].result.update(lie))

    with pytest.raises(SalesMetricsError, match="result for Lead Email:email contradicts itself"):
        judge(tmp_path, TWO_LEADS, [a_rule("Email", "email")])


@pytest.mark.parametrize("index", [0, 1])
def test_a_missing_result_is_never_a_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: int
) -> None:
    change_what_gx_returns(monkeypatch, lambda results: results.pop(index))

    with pytest.raises(SalesMetricsError, match="returned no result for Lead"):
        judge(tmp_path, TWO_LEADS, [a_rule("Email", "email")])


def test_an_exception_in_a_metric_stops_the_run_and_names_the_rule(tmp_path: Path) -> None:
    when = (("HasOptedOutOfEmail", "perhaps"),)

    with pytest.raises(
        SalesMetricsError,
        match=r"could not judge Lead Email:filled: .*'perhaps' can never be a value of a column",
    ):
        judge(tmp_path, TWO_LEADS, [a_rule("Email", "filled", when=when)])


def test_an_exception_beside_a_metric_stops_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = {"raised_exception": True, "exception_traceback": "…", "exception_message": "No luck."}
    change_what_gx_returns(monkeypatch, lambda results: setattr(results[0], "exception_info", info))

    with pytest.raises(SalesMetricsError, match="could not judge Lead row_count: No luck; correct"):
        judge(tmp_path, TWO_LEADS, [a_rule("Email", "email")])


def test_validate_can_be_given(tmp_path: Path) -> None:
    seen: list[tuple[str, list[str], int]] = []

    def watched(suite: Any, batch: pd.DataFrame) -> Any:
        seen.append((suite.name, list(batch.columns), len(batch)))
        return validate_batch(suite, batch)

    score(
        build_warehouse(tmp_path / "w.duckdb", TWO_LEADS),
        [a_rule("Email", "filled", when=(("Status", "New"),)), a_rule("Email", "email")],
        PLACEHOLDERS,
        columns=COLUMNS,
        as_of=AS_OF,
        org_time_zone="UTC",
        results_dir=tmp_path,
        validate=watched,
    )

    # One validation for the object, and only the columns its rules read.
    assert seen == [("Lead", ["email", "status"], 2)]


# --- what is written ---------------------------------------------------------------------------


def test_great_expectations_json_is_kept_without_rows_and_values(tmp_path: Path) -> None:
    records = {"Lead": [{"rep": "r1", "Email": "secret@nowhere"}, {"rep": "r1", "Email": None}]}

    judge(tmp_path, records, [a_rule("Email", "email")])

    text = (tmp_path / "expectations" / "Lead.json").read_text(encoding="utf-8")
    row_count, email = json.loads(text)["results"]
    assert row_count["result"] == {"observed_value": 2}
    assert email["expectation_config"]["meta"]["rule"] == "Email:email"
    assert {key: email["result"][key] for key in ("element_count", "missing_count")} == {
        "element_count": 2,
        "missing_count": 1,
    }
    assert email["result"]["unexpected_count"] == 1
    assert "index_list" not in text
    assert "secret" not in text


def test_nothing_is_written_elsewhere_and_nothing_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    work, home = tmp_path / "work", tmp_path / "home"
    work.mkdir()
    home.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("HOME", str(home))

    judge(tmp_path, TWO_LEADS, [a_rule("Email", "filled")])

    assert list(work.iterdir()) == list(home.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def rows_in(path: Path) -> list[tuple[Any, ...]]:
    with connect(path, read_only=True) as connection:
        return connection.execute("from raw_expectations.rule_results order by all").fetchall()


def test_results_replace_the_last_ones(tmp_path: Path) -> None:
    result = judge(tmp_path, TWO_LEADS, [a_rule("Email", "filled", weight=2.0)])
    path = tmp_path / "warehouse.duckdb"

    write_results(path, result.table)
    write_results(path, result.table)

    assert rows_in(path) == [
        (TODAY, "Lead", "Email:filled", "completeness", 2.0, "r1", 1, 0),
        (TODAY, "Lead", "Email:filled", "completeness", 2.0, "r2", 1, 0),
    ]

    write_results(path, RESULT_SCHEMA.empty_table())

    assert rows_in(path) == []
    with connect(path, read_only=True) as connection:
        described = connection.execute("describe raw_expectations.rule_results").fetchall()
    assert [(name, kind) for name, kind, *_ in described] == [
        ("snapshot_date", "DATE"),
        ("object", "VARCHAR"),
        ("rule", "VARCHAR"),
        ("kind", "VARCHAR"),
        ("weight", "DOUBLE"),
        ("rep_id", "VARCHAR"),
        ("evaluated", "BIGINT"),
        ("failed", "BIGINT"),
    ]


def test_a_write_that_fails_leaves_the_last_results(tmp_path: Path) -> None:
    result = judge(tmp_path, TWO_LEADS, [a_rule("Email", "filled")])
    path = tmp_path / "warehouse.duckdb"
    write_results(path, result.table)
    before = rows_in(path)
    broken = result.table.set_column(5, "rep_id", pa.array(["r1", None], pa.string()))

    with pytest.raises(duckdb.ConstraintException):
        write_results(path, broken)

    assert rows_in(path) == before
