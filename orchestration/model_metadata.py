"""What is known of a model once it is built: rows, columns with their types, and their lineage.

Read from the warehouse after dbt has closed it, in one connection for all models.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator

from orchestration.column_lineage import column_lineage
from sales_metrics.warehouse import DataDir, connect

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LOG = logging.getLogger(__name__)

Relation = tuple[str, str, str]


def relation_of(node: Mapping[str, Any]) -> Relation:
    """Database, schema and name of a dbt model, seed or source."""
    return node["database"], node["schema"], node.get("alias") or node["identifier"]


@dataclass(frozen=True)
class ModelMetadata:
    """Metadata of the built models; `compiled` is the folder of their SQL."""

    manifest: Mapping[str, Any]
    translator: DagsterDbtTranslator
    compiled: Path
    connection: "DuckDBPyConnection"
    columns: Mapping[Relation, Mapping[str, str]]

    def of(self, unique_id: str) -> dict[str, Any]:
        """Metadata of a model or seed; a view has no count, for counting it would run it."""
        node = self.manifest["nodes"][unique_id]
        metadata: dict[str, Any] = {"dagster/column_schema": self._column_schema(node)}
        if node["config"]["materialized"] != "view":
            rows = self.connection.execute(f"select count(*) from {node['relation_name']}")
            metadata["dagster/row_count"] = (rows.fetchone() or (0,))[0]
        if node["resource_type"] == "model":
            metadata["dagster/column_lineage"] = self._lineage(node)
        return metadata

    def _column_schema(self, node: Mapping[str, Any]) -> dg.TableSchema:
        described = node["columns"]
        return dg.TableSchema(
            [
                dg.TableColumn(name, kind, described.get(name, {}).get("description"))
                for name, kind in self.columns.get(relation_of(node), {}).items()
            ]
        )

    def _lineage(self, node: Mapping[str, Any]) -> dg.TableColumnLineage:
        """Empty where the SQL is beyond sqlglot: a picture is no reason to stop a run."""
        from sqlglot.errors import SqlglotError

        ids = {
            relation_of(parent): (unique_id, parent) for unique_id, parent in self._parents(node)
        }
        sql = (self.compiled / node["package_name"] / node["original_file_path"]).read_text()
        try:
            found = column_lineage(sql, {key: self.columns.get(key, {}) for key in ids})
        except SqlglotError as problem:
            LOG.warning("no column lineage of %s: %s", node["name"], problem)
            return dg.TableColumnLineage({})
        return dg.TableColumnLineage(
            {
                column: [
                    dg.TableColumnDep(self._key(ids[parent][0]), source.column)
                    for source in sources
                    if (parent := (source.database, source.schema, source.table)) in ids
                ]
                for column, sources in found.items()
            }
        )

    def _parents(self, node: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for unique_id in node["depends_on"]["nodes"]:
            parent = self.manifest["nodes"].get(unique_id) or self.manifest["sources"].get(
                unique_id
            )
            if parent is not None:
                yield unique_id, parent

    def _key(self, unique_id: str) -> dg.AssetKey:
        return self.translator.get_asset_spec(self.manifest, unique_id, None).key


@contextmanager
def read_model_metadata(
    data: DataDir, manifest: Mapping[str, Any], translator: DagsterDbtTranslator, compiled: Path
) -> Iterator[ModelMetadata]:
    """Open the warehouse, with the history beside it, for as long as metadata is asked for."""
    with connect(data.warehouse, read_only=True) as connection:
        if data.history.exists():
            history = str(data.history).replace("'", "''")
            connection.execute(f"attach '{history}' as history (read_only)")
        columns: dict[Relation, dict[str, str]] = {}
        for database, schema, table, column, kind in connection.execute(
            "select database_name, schema_name, table_name, column_name, data_type "
            "from duckdb_columns() order by column_index"
        ).fetchall():
            columns.setdefault((database, schema, table), {})[column] = kind
        yield ModelMetadata(manifest, translator, compiled, connection, columns)
