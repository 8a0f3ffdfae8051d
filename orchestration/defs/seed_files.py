"""The seed files of a run as an asset: the defaults, the organisation's own laid over them.

How they are merged and checked is `sales_metrics/`'s; dbt loads them with the models.
"""

import dagster as dg

from orchestration.defs.resources import RefreshRun
from orchestration.instance import WAREHOUSE_POOL
from orchestration.keys import RAW_GROUP, SEED_FILES
from sales_metrics.dbt_build import build_dbt_project


@dg.multi_asset(
    name="merge_seeds",
    specs=[
        dg.AssetSpec(SEED_FILES, group_name=RAW_GROUP, description="CSV files, one per dbt seed.")
    ],
    # It writes no warehouse, but the project that dbt builds from: a run waits as a whole.
    pool=WAREHOUSE_POOL,
    # First of all, so that dbt reads the project while the files are loaded.
    op_tags={"dagster/priority": "1"},
)
def merge_seed_files(
    context: dg.AssetExecutionContext, refresh_run: RefreshRun
) -> dg.MaterializeResult:
    """Lay out the dbt project of the run. Raises for a file, column or value nobody knows."""
    with refresh_run.step(context) as section:
        section.warnings += build_dbt_project(
            refresh_run.settings.seeds_dir, refresh_run.data.dbt_project
        )
        refresh_run.start_parsing()
    return dg.MaterializeResult(asset_key=SEED_FILES, metadata={"warnings": section.warnings})
