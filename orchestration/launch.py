"""Run the job here and now, in this process, as Dagster records it: for the command.

What the job does is in `defs/`; settings, lock and summary are the command's.
"""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sales_metrics.errors import SalesMetricsError
from sales_metrics.run_report import RunReport
from sales_metrics.warehouse import DataDir

if TYPE_CHECKING:
    import dagster as dg

# By this tag Dagster's UI lists the run under the code location of workspace.yaml.
CODE_LOCATION = {".dagster/repository": "__repository__@sales_metrics"}


def run_refresh(data: DataDir, run_id: str, *, verbose: bool) -> bool:
    """Run the job `refresh`; returns whether it ended well. Its report is then written.

    Dagster's instance must be set up. With `verbose`, Dagster's log goes to stderr.
    """
    import dagster as dg

    from orchestration.definitions import defs

    os.environ["DAGSTER_HOME"] = str(data.dagster)
    level = "DEBUG" if verbose else "CRITICAL"
    with dg.DagsterInstance.from_config(str(data.dagster)) as instance:
        result = defs.resolve_job_def("refresh").execute_in_process(
            instance=instance,
            run_id=run_id,
            run_config={"loggers": {"console": {"config": {"log_level": level}}}},
            tags=CODE_LOCATION,
            raise_on_error=False,
        )
    report = RunReport(data, run_id)
    if not result.success and not report.failed():
        report.fail(_cause(result.all_events))
    return bool(result.success)


def _cause(events: "Sequence[dg.DagsterEvent]") -> str:
    """What went wrong outside a step, in the words nearest to its cause."""
    data = next(event.job_failure_data for event in reversed(events) if event.is_job_failure)
    error = data.error
    while error and error.cause:
        error = error.cause
    if error is None:
        return "The run failed."
    # Dagster renders an error as `Type: message`; those written for people go without their type.
    kind, _, message = error.message.strip().partition(": ")
    return message if kind.endswith(SalesMetricsError.__name__) else error.message.strip()
