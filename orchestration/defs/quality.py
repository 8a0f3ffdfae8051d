"""Great Expectations' verdict on the CRM records: one asset, and a check per rule.

How a rule is judged belongs to `expectations/`. Great Expectations takes seconds to import, so it
is imported in the step.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from ingestion.files import tables_of
from ingestion.remembered import read_remembered
from orchestration.crm_rules import (
    OBJECTS,
    PLACEHOLDERS,
    RULES,
    CrmColumns,
    named_rules,
)
from orchestration.dbt_manifest import org_time_zone
from orchestration.defs.resources import RefreshRun
from orchestration.instance import WAREHOUSE_POOL
from orchestration.keys import (
    CRM_RECORDS,
    QUALITY_GROUP,
    RULE_RESULTS,
    SEED_FILES,
    raw_key,
)
from sales_metrics.seeds import seed_file
from sales_metrics.settings import load_settings
from sales_metrics.warehouse import DataDir, connect

if TYPE_CHECKING:
    from expectations.rules import Rule
    from expectations.scoring import RowCount, RuleTotal


def check_name(object_: str, rule: str) -> str:
    """The check of a rule: `Lead__Email__filled`."""
    return re.sub(r"\W", "_", f"{object_}__{rule.replace(':', '__')}", flags=re.ASCII)


def check_specs() -> list[dg.AssetCheckSpec]:
    """A check per rule of the rules in force as Dagster loads, and one per object on its rows."""
    rules = list(named_rules(seed_file(load_settings().seeds_dir, RULES)))
    names = {check_name(object_, rule): f"{object_} {rule}" for object_, rule in rules}
    names |= {
        check_name(object_, "rows"): f"There are records of {object_}" for object_, _ in rules
    }
    return [
        dg.AssetCheckSpec(name, asset=RULE_RESULTS, description=description)
        for name, description in names.items()
    ]


@dg.multi_asset(
    name="score_crm_records",
    specs=[
        dg.AssetSpec(
            RULE_RESULTS,
            deps=[
                CRM_RECORDS,
                SEED_FILES,
                *(raw_key("salesforce", object_.lower()) for object_ in OBJECTS),
            ],
            group_name=QUALITY_GROUP,
            kinds={"greatexpectations", "duckdb"},
            description=(
                "How many records of each rep each rule evaluated, and how many failed, by "
                "Great Expectations."
            ),
        )
    ],
    check_specs=check_specs(),
    pool=WAREHOUSE_POOL,
)
def great_expectations(context: dg.AssetExecutionContext, refresh_run: RefreshRun) -> Iterator[Any]:
    """Judge the records that count for quality by every rule, and keep the counts."""
    run = refresh_run
    with run.step(context) as section:
        from expectations.rules import read_placeholders, read_rules, without_hidden
        from expectations.scoring import score, write_results

        hidden = _hidden(run.data)
        columns = _columns(run.data, hidden)
        rules, skipped = without_hidden(
            read_rules(seed_file(run.settings.seeds_dir, RULES), columns), hidden
        )
        result = score(
            run.data.warehouse,
            rules,
            read_placeholders(seed_file(run.settings.seeds_dir, PLACEHOLDERS)),
            columns=columns,
            as_of=run.as_of,
            org_time_zone=org_time_zone(run.settings),
            results_dir=run.data.expectations / context.run.run_id,
        )
        write_results(run.data.warehouse, result.table)
        section.rows = result.table.num_rows
        section.warnings += [
            f"There are no records of {row_count.object} to judge by the quality rules"
            for row_count in result.row_counts
            if not row_count.success
        ]
        section.warnings += [
            f"{rule.object} {rule.rule} is skipped: {rule.object} does not show {', '.join(fields)}"
            for rule, fields in skipped
        ]
    yield dg.MaterializeResult(
        asset_key=RULE_RESULTS,
        metadata={"dagster/row_count": section.rows},
        check_results=list(
            _check_results(context, result.rules, result.row_counts, [rule for rule, _ in skipped])
        ),
    )


def _hidden(data: DataDir) -> dict[str, tuple[str, ...]]:
    """The fields of each object that its source did not show."""
    with connect(data.warehouse, read_only=True) as connection:
        remembered = read_remembered(connection, "salesforce")
    return {
        object_: remembered[object_.lower()].hidden
        for object_ in OBJECTS
        if object_.lower() in remembered
    }


def _columns(data: DataDir, hidden: Mapping[str, Sequence[str]]) -> dict[str, CrmColumns]:
    """The fields of each object, by its declared columns and those that the warehouse has."""
    with connect(data.warehouse, read_only=True) as connection:
        found = connection.execute(
            "select table_name, column_name from duckdb_columns() "
            "where schema_name = 'raw_salesforce' order by column_index"
        ).fetchall()
    declared = {
        table.name: {column.name: column.raw for column in table.columns}
        for table in tables_of("salesforce")
    }
    return {
        object_: CrmColumns(
            declared[object_.lower()],
            [column for table, column in found if table == object_.lower()],
            hidden.get(object_, ()),
        )
        for object_ in OBJECTS
    }


def _check_results(
    context: dg.AssetExecutionContext,
    rules: tuple["RuleTotal", ...],
    row_counts: tuple["RowCount", ...],
    skipped: list["Rule"],
) -> Iterator[dg.AssetCheckResult]:
    """A result for each check: none of them blocks, the scores are made of them later."""
    results = {check_name(total.object, total.rule): _of_rule(total) for total in rules}
    results |= {check_name(rows.object, "rows"): _of_rows(rows) for rows in row_counts}
    results |= {
        check_name(rule.object, rule.rule): (False, {"rule": "is skipped: a field is not visible"})
        for rule in skipped
    }
    for key in sorted(context.selected_asset_check_keys):
        # The rules may have been replaced since Dagster loaded them.
        passed, metadata = results.get(key.name, (False, {"rule": "is no longer in the rules"}))
        yield dg.AssetCheckResult(
            asset_key=key.asset_key,
            check_name=key.name,
            passed=passed,
            severity=dg.AssetCheckSeverity.WARN,
            metadata=metadata,
        )


def _of_rule(total: "RuleTotal") -> tuple[bool, dict[str, Any]]:
    worst = [
        dg.TableRecord({"rep_id": rep.rep_id, "failed": rep.failed, "evaluated": rep.evaluated})
        for rep in total.worst_reps
    ]
    schema = dg.TableSchema(
        [
            dg.TableColumn("rep_id"),
            dg.TableColumn("failed", "int"),
            dg.TableColumn("evaluated", "int"),
        ]
    )
    return total.success, {
        "kind": total.kind,
        "weight": total.weight,
        "evaluated": total.evaluated,
        "failed": total.failed,
        "worst_reps": dg.MetadataValue.table(worst, schema),
    }


def _of_rows(row_count: "RowCount") -> tuple[bool, dict[str, Any]]:
    return row_count.success, {"records": row_count.records}
