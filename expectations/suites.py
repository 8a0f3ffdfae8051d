"""Rules → one Great Expectations suite per object.

The custom expectation stands here with the two metrics it is made of; what a check means is in
`checks.py`. A suite knows columns and rows, and nothing of reps: those are counted in `scoring.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pyarrow as pa
from great_expectations import ExpectationSuite
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.core.metric_function_types import (
    MetricPartialFunctionTypes,
    SummarizationMetricNameSuffixes,
)
from great_expectations.execution_engine.execution_engine import ExecutionEngine
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.core.expect_table_row_count_to_be_between import (
    ExpectTableRowCountToBeBetween,
)
from great_expectations.expectations.expectation import BatchExpectation, ColumnMapExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)
from great_expectations.expectations.metrics.metric_provider import metric_partial
from great_expectations.expectations.registry import get_metric_kwargs
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validator import ValidationDependencies

from expectations import checks
from expectations.rules import Rule, parse_members, parse_range

SCOPE_METRIC = "crm_field.in_scope"
VERDICT_METRIC = "crm_field.passes_check"
ROW_COUNT = "row_count"
# Not a key of Great Expectations' own: the rows that a rule does not apply to.
OUT_OF_SCOPE_ROWS = "missing_index_list"

_COUNT = SummarizationMetricNameSuffixes.UNEXPECTED_COUNT.value
_ROWS = SummarizationMetricNameSuffixes.UNEXPECTED_INDEX_LIST.value
_CONDITION = MetricPartialFunctionTypes.MAP_CONDITION_SERIES.metric_suffix
_NULLS = f"column_values.nonnull.{_COUNT}"


class FieldInScope(ColumnMapMetricProvider):
    """Metric: a rule leaves out the rows where applies_when fails or there is nothing to check."""

    condition_metric_name = SCOPE_METRIC
    condition_value_keys = ("check", "conditions", "placeholders")
    filter_column_isnull = False

    @metric_partial(
        engine=PandasExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.MAP_CONDITION_SERIES,
        domain_type=MetricDomainTypes.COLUMN,
    )
    def _pandas(
        cls,  # noqa: N805 - Great Expectations binds the class itself
        execution_engine: PandasExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        **_: Any,
    ) -> tuple[pd.Series, dict[str, Any], dict[str, Any]]:
        frame, compute, accessor = execution_engine.get_compute_domain(
            metric_domain_kwargs, domain_type=MetricDomainTypes.COLUMN
        )
        in_scope = np.ones(len(frame), dtype=bool)
        for column, text in metric_value_kwargs["conditions"]:
            in_scope &= np.asarray(checks.equals(_arrow(frame[column]), text))
        if metric_value_kwargs["check"] != "filled":
            values = _arrow(frame[accessor["column"]])
            in_scope &= np.asarray(checks.filled(values, metric_value_kwargs["placeholders"]))
        return pd.Series(~in_scope, index=frame.index), compute, accessor


class FieldPassesCheck(ColumnMapMetricProvider):
    """Metric: among the rows in scope, those that fail the check."""

    condition_metric_name = VERDICT_METRIC
    condition_value_keys = ("check", "argument", "conditions", "placeholders")
    filter_column_isnull = False

    @metric_partial(
        engine=PandasExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.MAP_CONDITION_SERIES,
        domain_type=MetricDomainTypes.COLUMN,
    )
    def _pandas(
        cls,  # noqa: N805 - Great Expectations binds the class itself
        execution_engine: PandasExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        **_: Any,
    ) -> tuple[pd.Series, dict[str, Any], dict[str, Any]]:
        frame, compute, accessor = execution_engine.get_compute_domain(
            metric_domain_kwargs, domain_type=MetricDomainTypes.COLUMN
        )
        values = _arrow(frame[accessor["column"]])
        passed = np.asarray(
            _judge(
                metric_value_kwargs["check"],
                values,
                metric_value_kwargs["argument"],
                metric_value_kwargs["placeholders"],
            )
        )
        out_of_scope, *_rest = metrics[SCOPE_METRIC]
        return ~(out_of_scope | passed), compute, accessor

    @classmethod
    def _get_evaluation_dependencies(
        cls,
        metric: MetricConfiguration,
        configuration: ExpectationConfiguration | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> dict[str, MetricConfiguration]:
        dependencies: dict[str, MetricConfiguration] = super()._get_evaluation_dependencies(
            metric, configuration, execution_engine, runtime_configuration
        )
        if metric.metric_name == f"{VERDICT_METRIC}.{_CONDITION}":
            dependencies[SCOPE_METRIC] = MetricConfiguration(
                metric_name=f"{SCOPE_METRIC}.{_CONDITION}",
                metric_domain_kwargs=metric.metric_domain_kwargs,
                metric_value_kwargs={
                    key: metric.metric_value_kwargs[key]
                    for key in FieldInScope.condition_value_keys
                },
            )
        return dependencies


class ExpectFieldToPassCheck(ColumnMapExpectation):
    """Expect every value of a CRM field that a rule applies to, to pass the rule's check.

    `element_count` counts all rows, `missing_count` those the rule does not apply to; evaluated is
    the one less the other. `missing_index_list` names those rows, as `unexpected_index_list` names
    the failing ones.
    """

    check: str
    argument: list[str]
    conditions: list[list[str]]
    placeholders: list[str]

    map_metric: ClassVar[str] = VERDICT_METRIC
    success_keys: ClassVar[tuple[str, ...]] = (
        "mostly",
        "check",
        "argument",
        "conditions",
        "placeholders",
    )

    def get_validation_dependencies(
        self,
        execution_engine: ExecutionEngine[Any] | None = None,
        runtime_configuration: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> ValidationDependencies:
        """Ask for the rows out of scope where Great Expectations would ask for the null ones."""
        dependencies = super().get_validation_dependencies(
            execution_engine, runtime_configuration, **kwargs
        )
        dependencies.remove_metric_configuration(_NULLS)
        for suffix in (_COUNT, _ROWS):
            name = f"{SCOPE_METRIC}.{suffix}"
            metric_kwargs = get_metric_kwargs(name, self.configuration, runtime_configuration)
            dependencies.set_metric_configuration(
                name,
                MetricConfiguration(
                    metric_name=name,
                    metric_domain_kwargs=metric_kwargs["metric_domain_kwargs"],
                    metric_value_kwargs=metric_kwargs["metric_value_kwargs"],
                ),
            )
        return dependencies

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> dict[str, Any]:
        out_of_scope = metrics[f"{SCOPE_METRIC}.{_COUNT}"]
        verdict: dict[str, Any] = super()._validate(
            {**metrics, _NULLS: out_of_scope}, runtime_configuration, execution_engine
        )
        verdict["result"][OUT_OF_SCOPE_ROWS] = metrics[f"{SCOPE_METRIC}.{_ROWS}"]
        return verdict


def build_suites(
    rules: Iterable[Rule],
    placeholders: Sequence[str],
    *,
    columns: Mapping[str, Mapping[str, str]],
    today: date,
    org_time_zone: str,
) -> dict[str, ExpectationSuite]:
    """One suite for each object that has rules: a row count, then its rules in their order.

    `columns` gives each object's raw column by API field; `today` is as_of's date in the
    organisation's zone. A result is found again by its expectation's `meta["rule"]`.
    """
    expectations: dict[str, list[BatchExpectation]] = {}
    for rule in rules:
        of_object = expectations.setdefault(rule.object, [_row_count()])
        of_object.append(
            ExpectFieldToPassCheck(
                column=columns[rule.object][rule.field],
                check=rule.check,
                argument=_argument(rule, today, org_time_zone),
                conditions=[
                    [columns[rule.object][field], value] for field, value in rule.applies_when
                ],
                placeholders=list(placeholders),
                severity=FailureSeverity.WARNING,
                meta={"rule": rule.rule, "kind": rule.kind, "weight": rule.weight},
            )
        )
    # Given whole: adding to a suite one by one asks for a data context, and none exists yet.
    return {
        name: ExpectationSuite(name=name, expectations=of_object)
        for name, of_object in expectations.items()
    }


def _row_count() -> ExpectTableRowCountToBeBetween:
    """An empty batch passes every other expectation, so emptiness is one of its own."""
    return ExpectTableRowCountToBeBetween(
        min_value=1, severity=FailureSeverity.WARNING, meta={"rule": ROW_COUNT}
    )


def _argument(rule: Rule, today: date, org_time_zone: str) -> list[str]:
    """The rule's argument as literal texts, one for each parameter of its check."""
    if rule.check == "in_set":
        return list(parse_members(rule.argument))
    if rule.check == "in_range":
        return [str(bound) for bound in parse_range(rule.argument)]
    if rule.check == "not_in_past":
        return [today.isoformat(), org_time_zone]
    return []


def _judge(check: str, values: pa.Array, argument: list[str], placeholders: list[str]) -> pa.Array:
    match check:
        case "filled":
            return checks.filled(values, placeholders)
        case "email":
            return checks.email(values)
        case "phone":
            return checks.phone(values)
        case "url":
            return checks.url(values)
        case "in_set":
            return checks.in_set(values, argument)
        case "in_range":
            low, high = argument
            return checks.in_range(values, Decimal(low), Decimal(high))
        case "not_in_past":
            today, zone = argument
            return checks.not_in_past(values, date.fromisoformat(today), zone)
    raise ValueError(f"no check is called {check}")


def _arrow(column: pd.Series) -> pa.Array:
    """The Arrow column behind a pandas one, as one piece."""
    values = pa.array(column.array)
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
