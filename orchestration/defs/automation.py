"""The main job, and when it runs by itself. What it does is in the assets."""

import dagster as dg

from orchestration.dbt_manifest import org_time_zone
from sales_metrics.run_report import RunReport, sentence
from sales_metrics.settings import load_settings


@dg.failure_hook(name="report_failure")
def report_failure(context: dg.HookContext) -> None:
    """Write the run report where Dagster itself, not a step's work, made the step fail."""
    report = RunReport(load_settings().data, context.run_id)
    if not report.failed():
        problem = context.op_exception
        report.fail(sentence(problem) if problem else f"The step {context.step_key} failed.")


refresh = dg.define_asset_job(
    "refresh",
    selection=dg.AssetSelection.all(),
    hooks={report_failure},
    description="From the export folder to the published marts.",
)

# Ships stopped: who wants it starts it in Dagster's UI.
refresh_daily = dg.ScheduleDefinition(
    name="refresh_daily",
    job=refresh,
    cron_schedule="0 6 * * *",
    execution_timezone=org_time_zone(load_settings()),
    default_status=dg.DefaultScheduleStatus.STOPPED,
)
