"""The published file as an asset: it depends on every mart, so on every test that blocks.

How the file is built and put in place belongs to `publishing/`.
"""

import dagster as dg

from orchestration.defs.resources import RefreshRun
from orchestration.defs.transformation import dbt_models
from orchestration.instance import WAREHOUSE_POOL
from orchestration.keys import MARTS_GROUP, PUBLISHED_GROUP, PUBLISHED_MARTS
from sales_metrics import __version__


@dg.multi_asset(
    name="publish_marts",
    specs=[
        dg.AssetSpec(
            PUBLISHED_MARTS,
            deps=[key for key in sorted(dbt_models.keys) if key.path[0] == MARTS_GROUP],
            group_name=PUBLISHED_GROUP,
            kinds={"duckdb"},
            description="The marts in one file for BI tools, replaced whole.",
        )
    ],
    pool=WAREHOUSE_POOL,
)
def published_marts(
    context: dg.AssetExecutionContext, refresh_run: RefreshRun
) -> dg.MaterializeResult:
    """Build the published file and put it in place."""
    run, target = refresh_run, refresh_run.data.published
    with run.step(context) as section:
        from publishing.snapshot import Meta, publish

        meta = Meta(as_of=run.as_of, run_id=context.run.run_id, project_version=__version__)
        section.published = publish(run.data.warehouse, target, meta)
        section.rows = sum(section.published.values())
    return dg.MaterializeResult(
        asset_key=PUBLISHED_MARTS,
        metadata={
            "dagster/row_count": section.rows,
            "path": dg.MetadataValue.path(str(target)),
            "rows": section.published,
        },
    )
