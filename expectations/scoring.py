"""Validate the CRM records in the warehouse → results per object, rule and rep.

Reading a batch, having Great Expectations judge it, counting its verdicts by rep, and writing the
counts belong here. What is judged is in `suites.py`; scores are dbt's work.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import great_expectations as gx
import numpy as np
import pandas as pd
import pyarrow as pa
from great_expectations.data_context.types.base import ProgressBarsConfig

from expectations.rules import Rule
from expectations.suites import OUT_OF_SCOPE_ROWS, ROW_COUNT, build_suites
from sales_metrics.errors import SalesMetricsError
from sales_metrics.warehouse import connect

if TYPE_CHECKING:
    from great_expectations.core.expectation_validation_result import (
        ExpectationSuiteValidationResult,
        ExpectationValidationResult,
    )
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    Validate = Callable[[gx.ExpectationSuite, pd.DataFrame], ExpectationSuiteValidationResult]

WORST_REPS = 5
RESULT_SCHEMA = pa.schema(
    [
        ("snapshot_date", pa.date32()),
        ("object", pa.string()),
        ("rule", pa.string()),
        ("kind", pa.string()),
        ("weight", pa.float64()),
        ("rep_id", pa.string()),
        ("evaluated", pa.int64()),
        ("failed", pa.int64()),
    ]
)
# Every failing row, but no values: those are people's e-mails and phones.
RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "exclude_unexpected_values": True,
    "include_unexpected_rows": False,
    "return_unexpected_index_query": False,
    "partial_unexpected_count": 0,
}
ROW_LISTS = ("unexpected_index_list", OUT_OF_SCOPE_ROWS)


@dataclass(frozen=True)
class RepCount:
    """What one rule found among one rep's records."""

    rep_id: str
    evaluated: int
    failed: int


@dataclass(frozen=True)
class RuleTotal:
    """What one rule found among all records; `worst_reps` by failed share, worst first."""

    object: str
    rule: str
    kind: str
    weight: float
    severity: str
    success: bool
    evaluated: int
    failed: int
    worst_reps: tuple[RepCount, ...]


@dataclass(frozen=True)
class RowCount:
    """Whether an object has any records to judge."""

    object: str
    severity: str
    success: bool
    records: int


@dataclass(frozen=True)
class ScoreResult:
    """`table` has RESULT_SCHEMA, a row for each object, rule and rep with anything evaluated."""

    table: pa.Table
    rules: tuple[RuleTotal, ...]
    row_counts: tuple[RowCount, ...]


def score(
    connection_path: Path,
    rules: Sequence[Rule],
    placeholders: Sequence[str],
    *,
    columns: Mapping[str, Mapping[str, str]],
    as_of: datetime,
    org_time_zone: str,
    results_dir: Path,
    validate: Validate | None = None,
) -> ScoreResult:
    """Have Great Expectations judge the records of every object that has rules, and count by rep.

    `columns` gives each object's raw column by API field. Great Expectations' own results go to
    `results_dir/<object>.json`. `validate` (default: `validate_batch`) is the only place where a
    verdict comes from. Raises SalesMetricsError if a rule could not be judged.
    """
    validate = validate or validate_batch
    today = local_date(as_of, org_time_zone)
    suites = build_suites(
        rules, placeholders, columns=columns, today=today, org_time_zone=org_time_zone
    )
    results_dir.mkdir(parents=True, exist_ok=True)
    tables: list[pa.Table] = []
    totals: list[RuleTotal] = []
    row_counts: list[RowCount] = []
    for object_, suite in suites.items():
        object_rules = [rule for rule in rules if rule.object == object_]
        fields = dict.fromkeys(field for rule in object_rules for field in rule.fields)
        raw_columns = list(dict.fromkeys(columns[object_][field] for field in fields))
        batch, reps = _read_batch(connection_path, object_, raw_columns)
        verdicts = validate(suite, batch)
        found = _results_by_rule(verdicts, object_)
        row_counts.append(_row_count(object_, _result_of(found, object_, ROW_COUNT)))
        for rule in object_rules:
            table, total = reps.count(rule, _result_of(found, object_, rule.rule), today)
            tables.append(table)
            totals.append(total)
        _save(verdicts, results_dir / f"{object_}.json")
    return ScoreResult(
        table=pa.concat_tables([RESULT_SCHEMA.empty_table(), *tables]),
        rules=tuple(totals),
        row_counts=tuple(row_counts),
    )


def validate_batch(
    suite: gx.ExpectationSuite, batch: pd.DataFrame
) -> ExpectationSuiteValidationResult:
    """Great Expectations' verdict on one batch: each rule with the numbers of its failing rows."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("crm").add_dataframe_asset(suite.name)
    definition = asset.add_batch_definition_whole_dataframe("records")
    return definition.get_batch(batch_parameters={"dataframe": batch}).validate(
        suite, result_format=RESULT_FORMAT
    )


def write_results(path: Path, table: pa.Table) -> None:
    """Replace `raw_expectations.rule_results` in the warehouse at `path`, all or nothing."""
    with connect(path) as connection:
        connection.register("new_results", table.cast(RESULT_SCHEMA))
        connection.begin()
        connection.execute("create schema if not exists raw_expectations")
        connection.execute(
            """
            create or replace table raw_expectations.rule_results (
                snapshot_date date not null,
                object varchar not null,
                rule varchar not null,
                kind varchar not null,
                weight double not null,
                rep_id varchar not null,
                evaluated bigint not null,
                failed bigint not null
            )
            """
        )
        connection.execute(
            "insert into raw_expectations.rule_results by name select * from new_results"
        )
        connection.commit()


def local_date(as_of: datetime, org_time_zone: str) -> date:
    """The date of an instant in the organisation's zone; an instant without a zone is UTC."""
    instant = as_of if as_of.tzinfo else as_of.replace(tzinfo=UTC)
    return instant.astimezone(ZoneInfo(org_time_zone)).date()


@dataclass(frozen=True)
class _Reps:
    """Whose record each row of a batch is: `codes[row]` is an index into the sorted `ids`."""

    ids: tuple[str, ...]
    codes: np.ndarray

    def count(
        self, rule: Rule, result: ExpectationValidationResult, today: date
    ) -> tuple[pa.Table, RuleTotal]:
        """The rule's rows of the result table, and its total over all reps."""
        failing, out_of_scope = (_rows(result, key) for key in ROW_LISTS)
        evaluated = self._per_rep() - self._per_rep(out_of_scope)
        failed = self._per_rep(failing)
        details = result.result
        if (
            len(failing) != details["unexpected_count"]
            or evaluated.sum() != details["element_count"] - details["missing_count"]
            or (failed > evaluated).any()
        ):
            raise SalesMetricsError(
                f"Great Expectations' result for {rule.object} {rule.rule} contradicts itself: "
                f"it counts {details['unexpected_count']} failing records, "
                f"{details['missing_count']} of {details['element_count']} out of scope, and lists "
                f"{len(failing)} and {len(out_of_scope)}; nothing of it was kept."
            )
        counts = [
            RepCount(rep_id, int(of_rep), int(failed_of_rep))
            for rep_id, of_rep, failed_of_rep in zip(self.ids, evaluated, failed, strict=True)
            if of_rep > 0
        ]
        total = RuleTotal(
            object=rule.object,
            rule=rule.rule,
            kind=rule.kind,
            weight=rule.weight,
            severity=_severity(result),
            success=bool(result.success),
            evaluated=int(evaluated.sum()),
            failed=int(failed.sum()),
            worst_reps=_worst(counts),
        )
        return _as_table(rule, counts, today), total

    def _per_rep(self, rows: np.ndarray | None = None) -> np.ndarray:
        codes = self.codes if rows is None else self.codes[rows]
        return np.bincount(codes, minlength=len(self.ids))


def _read_batch(path: Path, object_: str, raw_columns: Sequence[str]) -> tuple[pd.DataFrame, _Reps]:
    """The object's records that count, only the given raw columns, and whose each of them is.

    Columns stay Arrow's: integers with nulls and decimals would not survive numpy's types.
    """
    checked = ", ".join(f's."{column}"' for column in raw_columns)
    with connect(path, read_only=True) as connection:
        records = connection.execute(
            f"""
            select r.rep_id, {checked}
            from intermediate.int_crm_records as r
            inner join raw_salesforce."{object_.lower()}" as s on s.id = r.record_id
            where r.object = ?
            """,
            [object_],
        ).to_arrow_table()
    encoded = records["rep_id"].combine_chunks().dictionary_encode()
    if encoded.null_count:
        raise SalesMetricsError(
            f"{encoded.null_count} {object_} records in intermediate.int_crm_records have no "
            "rep_id; only records owned by a rep count, so mend that model."
        )
    names = encoded.dictionary.to_pylist()
    ids = tuple(sorted(names))
    place = {rep_id: index for index, rep_id in enumerate(ids)}
    order = np.array([place[name] for name in names], dtype=np.int64)
    codes = order[encoded.indices.to_numpy(zero_copy_only=False)]
    batch = records.drop_columns("rep_id").to_pandas(types_mapper=pd.ArrowDtype)
    return batch, _Reps(ids, codes)


def _results_by_rule(
    verdicts: ExpectationSuiteValidationResult, object_: str
) -> dict[str, ExpectationValidationResult]:
    """The results by the name of their rule. Raises SalesMetricsError if one is an exception."""
    found: dict[str, ExpectationValidationResult] = {}
    for result in verdicts.results:
        name = (_config(result).meta or {})["rule"]
        if message := _exception(result.exception_info):
            raise SalesMetricsError(
                f"Great Expectations could not judge {object_} {name}: {message}; "
                "correct that rule, or the values it reads."
            )
        found[name] = result
    return found


def _result_of(
    found: Mapping[str, ExpectationValidationResult], object_: str, name: str
) -> ExpectationValidationResult:
    if name not in found:
        raise SalesMetricsError(
            f"Great Expectations returned no result for {object_} {name}; "
            "what was not judged cannot count as passed."
        )
    return found[name]


def _exception(info: Mapping[str, Any] | None) -> str | None:
    """The message of an exception, which stands in the info itself or under a metric's id."""
    for part in (info or {}, *(info or {}).values()):
        if isinstance(part, Mapping) and part.get("raised_exception"):
            return str(part.get("exception_message")).strip().rstrip(".")
    return None


def _rows(result: ExpectationValidationResult, key: str) -> np.ndarray:
    return np.asarray(result.result[key], dtype=np.int64)


def _severity(result: ExpectationValidationResult) -> str:
    severity = _config(result).severity
    return str(getattr(severity, "value", severity))


def _config(result: ExpectationValidationResult) -> ExpectationConfiguration:
    if result.expectation_config is None:
        raise SalesMetricsError(
            "Great Expectations returned a result that names no rule; nothing of it was kept."
        )
    return result.expectation_config


def _row_count(object_: str, result: ExpectationValidationResult) -> RowCount:
    return RowCount(
        object=object_,
        severity=_severity(result),
        success=bool(result.success),
        records=int(result.result["observed_value"]),
    )


def _worst(counts: Sequence[RepCount]) -> tuple[RepCount, ...]:
    failing = [count for count in counts if count.failed]
    failing.sort(key=lambda count: (-count.failed / count.evaluated, -count.failed, count.rep_id))
    return tuple(failing[:WORST_REPS])


def _as_table(rule: Rule, counts: Sequence[RepCount], today: date) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "snapshot_date": today,
                "object": rule.object,
                "rule": rule.rule,
                "kind": rule.kind,
                "weight": rule.weight,
                "rep_id": count.rep_id,
                "evaluated": count.evaluated,
                "failed": count.failed,
            }
            for count in counts
        ],
        schema=RESULT_SCHEMA,
    )


def _save(verdicts: ExpectationSuiteValidationResult, path: Path) -> None:
    """Write Great Expectations' own JSON, less its row lists: they can hold millions of numbers."""
    for result in verdicts.results:
        for key in ROW_LISTS:
            result.result.pop(key, None)
    own_json: dict[str, Any] = verdicts.to_json_dict()
    text = json.dumps(own_json, indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")
