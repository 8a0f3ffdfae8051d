"""The raw tables as assets, a step per source: all of a source's tables are loaded, or none.

How files and pages become tables belongs to `ingestion/`; which tables there are is data of its
sources.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg

from ingestion.chosen import check_sources, load_chosen
from ingestion.files import SOURCES, tables_of
from orchestration.crm_rules import RULES, fields_of_rules
from orchestration.defs.resources import RefreshRun
from orchestration.instance import WAREHOUSE_POOL
from orchestration.keys import RAW_GROUP, raw_key
from sales_metrics.run_report import PROGRESS, FileAccount, Quarantined
from sales_metrics.seeds import seed_file
from sales_metrics.warehouse import DataDir

if TYPE_CHECKING:
    from ingestion.accounts import TableLoad


def ingestion_assets(source: str) -> dg.AssetsDefinition:
    """One step that loads a source; an asset per raw table."""

    @dg.multi_asset(
        name=f"ingest_{source}",
        specs=[
            dg.AssetSpec(
                raw_key(source, name),
                group_name=RAW_GROUP,
                kinds={"dlt", "duckdb"},
                description=f"{table.file}, as the source has it.",
            )
            for table in tables_of(source)
            for name in table.names
        ],
        pool=WAREHOUSE_POOL,
    )
    def ingest(context: dg.AssetExecutionContext, refresh_run: RefreshRun) -> Iterator[Any]:
        settings = refresh_run.settings
        with refresh_run.step(context) as section:
            check_sources(settings)
            loads = load_chosen(
                source,
                settings,
                now=datetime.now(UTC),
                more_fields=fields_of_rules(seed_file(settings.seeds_dir, RULES)),
                progress=PROGRESS.debug,
            )
            for load in loads:
                load.reconcile()
                section.rows += load.loaded
                section.warnings += load.warnings
                section.accounting.append(_account(load))
                if load.quarantined:
                    section.quarantine.append(_quarantined(load, refresh_run.data))
        for load in loads:
            yield dg.MaterializeResult(
                asset_key=raw_key(source, load.table),
                metadata={
                    "dagster/row_count": load.rows,
                    "loaded": load.loaded,
                    "records": load.records,
                    "quarantined": load.quarantined,
                    "exact_repeats": load.exact_repeats,
                    "older_versions": load.older_versions,
                    "warnings": load.warnings,
                },
            )

    return ingest


def _account(load: "TableLoad") -> FileAccount:
    return FileAccount(
        file=str(load.file),
        table=f"raw_{load.source}.{load.table}",
        records=load.records,
        loaded=load.loaded,
        quarantined=load.quarantined,
        exact_repeats=load.exact_repeats,
        older_versions=load.older_versions,
    )


def _quarantined(load: "TableLoad", data: DataDir) -> Quarantined:
    return Quarantined(
        file=str(load.file),
        table=f"raw_{load.source}.{load.table}",
        rows=load.quarantined,
        path=str(data.quarantine / f"{load.source}_{load.table}.csv"),
    )


ingestion = [ingestion_assets(source) for source in SOURCES]
