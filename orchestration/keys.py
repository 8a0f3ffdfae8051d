"""The scheme of asset keys, the one place: raw/<source>/<table>, <layer>/<model>, published/….

What the assets do stands in `defs/`.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject

PUBLISHED_MARTS = dg.AssetKey(["published", "sales_metrics"])

RAW_GROUP = "raw"
QUALITY_GROUP = "quality"
MARTS_GROUP = "marts"
PUBLISHED_GROUP = "published"
SEEDS_GROUP = "seeds"


def raw_key(source: str, table: str) -> dg.AssetKey:
    """The key of one raw table, whoever writes it: dlt or Great Expectations."""
    return dg.AssetKey(["raw", source, table])


def model_key(layer: str, model: str) -> dg.AssetKey:
    """The key of a dbt model (layer staging, intermediate or marts) or seed (layer seeds)."""
    return dg.AssetKey([layer, model])


SEED_FILES = raw_key("organisation", "seed_files")
RULE_RESULTS = raw_key("expectations", "rule_results")
CRM_RECORDS = model_key("intermediate", "int_crm_records")


def layer_of(properties: Mapping[str, Any]) -> str:
    """The layer of a dbt node: the folder below models/ that it is in, or seeds."""
    if properties["resource_type"] == "seed":
        return SEEDS_GROUP
    return str(properties["fqn"][1])


class SalesMetricsTranslator(DagsterDbtTranslator):
    """Names dbt's nodes: sources join what ingestion writes, models and seeds go by layer."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """The key of a dbt source, model or seed."""
        if dbt_resource_props["resource_type"] == "source":
            return raw_key(dbt_resource_props["source_name"], dbt_resource_props["name"])
        return model_key(layer_of(dbt_resource_props), dbt_resource_props["name"])

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        """A seed comes of the merged files; without them Dagster gives seeds a step apart."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        is_seed = self.get_resource_props(manifest, unique_id)["resource_type"] == "seed"
        return spec.replace_attributes(deps=[SEED_FILES]) if is_seed else spec

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The group: the layer."""
        return layer_of(dbt_resource_props)
