"""dbt's models, seeds and tests as assets and checks: one definition, which Dagster splits around
Great Expectations.

What the models say belongs to the dbt project; how its failures are told, to `dbt_results.py`.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from threading import Thread
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, dbt_assets
from packaging.version import Version

from orchestration.dbt_manifest import DBT, read_manifest
from orchestration.dbt_results import DbtResults
from orchestration.defs.resources import RefreshRun
from orchestration.instance import WAREHOUSE_POOL
from orchestration.keys import CRM_RECORDS, SalesMetricsTranslator
from orchestration.model_metadata import read_model_metadata
from sales_metrics.dbt_build import dbt_environment
from sales_metrics.environment import environment
from sales_metrics.errors import SalesMetricsError
from sales_metrics.run_report import PROGRESS, Section

MANIFEST = read_manifest()
TRANSLATOR = SalesMetricsTranslator()


@dbt_assets(
    manifest=MANIFEST,
    name="dbt_models",
    select="+resource_type:model",
    dagster_dbt_translator=TRANSLATOR,
    pool=WAREHOUSE_POOL,
)
def dbt_models(context: dg.AssetExecutionContext, refresh_run: RefreshRun) -> Iterator[Any]:
    """Build the selected models with their seeds and tests."""
    with refresh_run.step(context) as section:
        yield from _build(context, refresh_run, section)


def _build(context: dg.AssetExecutionContext, run: RefreshRun, section: Section) -> Iterator[Any]:
    """Stream dbt's events as Dagster's. Raises SalesMetricsError with all that failed."""
    variables = dbt_environment(run.data)
    results = DbtResults(Path(variables["DBT_TARGET_PATH"]), MANIFEST, run.data.warehouse)
    results.forget()
    project = run.data.dbt_project
    dbt = DbtCli(project_dir=project, profiles_dir=project, dbt_executable=DBT)
    run.wait_for_parsing()
    with environment(variables):
        invocation = dbt.cli(
            ["build", "--exclude-resource-type", "unit_test", "--vars", run.dbt_variables],
            context=context,
            target_path=results.target,
            raise_on_error=False,
        )
    if CRM_RECORDS in context.selected_asset_keys:
        # dbt works in a process of its own: meanwhile this one loads Great Expectations (5 s).
        Thread(target=import_module, args=["expectations.scoring"]).start()
    # To its end, for DuckDB lets nobody else read while dbt has the file open.
    events = [_told(event) for event in invocation.stream()]
    section.warnings += results.warnings()
    with read_model_metadata(
        run.data, MANIFEST, TRANSLATOR, results.target / "compiled"
    ) as metadata:
        for event in events:
            if isinstance(event, dg.Output):
                facts = metadata.of(_unique_id(event))
                section.rows += facts.get("dagster/row_count", 0)
                yield event.with_metadata({**event.metadata, **facts})
            else:
                yield event
    failures = results.failures()
    if failures:
        raise SalesMetricsError(" ".join(failures))
    if not invocation.is_successful():
        raise SalesMetricsError(f"dbt stopped: {invocation.get_error()}")


def _told(event: Any) -> Any:
    """The event, once a line of progress is given for it."""
    if isinstance(event, dg.Output):
        PROGRESS.debug("dbt: %s", _unique_id(event).split(".")[-1])
    return event


def _unique_id(event: dg.Output[Any]) -> str:
    """dbt's name of the model or seed that an event is about."""
    return str(event.metadata["unique_id"].value)


class DbtCli(DbtCliResource):
    """dbt's command, without what costs seconds in this process and is not used here.

    That is starting dbt once more to ask for its version, and loading its adapter.
    """

    @cached_property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> None:
        return None
