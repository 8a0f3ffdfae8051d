"""The code location `sales_metrics`: everything that `defs/` defines, run in one process."""

import dagster as dg

import orchestration.defs
from orchestration.defs.automation import refresh, refresh_daily
from orchestration.defs.resources import RefreshRun

defs = dg.Definitions(
    assets=dg.load_assets_from_package_module(orchestration.defs),
    jobs=[refresh],
    schedules=[refresh_daily],
    resources={"refresh_run": RefreshRun()},
    # A run is mostly starting things: one process takes half the time of one per step.
    executor=dg.in_process_executor,
)
