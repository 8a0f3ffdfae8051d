"""dlt's DuckDB destination, with one difference: a source's tables are replaced all at once.

dlt fills a staging table for each table and replaces a table as soon as its own rows are staged, so
that a failure would leave some tables of today beside others of yesterday. Here the replacement
waits until the last table is staged, and is one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from dlt.common.destination.client import FollowupJobRequest, LoadJobInfo, PreparedTableSchema
from dlt.destinations import duckdb
from dlt.destinations.impl.duckdb.duck import DuckDbClient
from dlt.destinations.sql_jobs import SqlStagingReplaceFollowupJob


class _AllAtOnceClient(DuckDbClient):
    awaited: frozenset[str]
    staged: dict[str, PreparedTableSchema]

    def create_table_chain_completed_followup_jobs(
        self,
        table_chain: Sequence[PreparedTableSchema],
        completed_table_chain_jobs: Sequence[LoadJobInfo] | None = None,
    ) -> list[FollowupJobRequest]:
        if table_chain[0]["name"] not in self.awaited:
            return super().create_table_chain_completed_followup_jobs(
                table_chain, completed_table_chain_jobs
            )
        self.staged[str(table_chain[0]["name"])] = table_chain[0]
        if self.staged.keys() < self.awaited:
            return []
        tables = [self.staged[name] for name in sorted(self.staged)]
        return [SqlStagingReplaceFollowupJob.from_table_chain(tables, self.sql_client)]


class AllAtOnce(duckdb):
    """A DuckDB file in which the tables of one load are replaced together."""

    def __init__(self, warehouse: Path, tables: Iterable[str], **kwargs: Any) -> None:
        super().__init__(
            str(warehouse),
            destination_name="warehouse",
            replace_strategy="insert-from-staging",
            **kwargs,
        )
        # dlt makes a client for each step: what they share is held by a class of their own.
        self._client_class = type(
            "AllAtOnceClient",
            (_AllAtOnceClient,),
            {"awaited": frozenset(tables), "staged": {}},
        )

    @property
    def client_class(self) -> type[DuckDbClient]:
        """The client that waits."""
        return self._client_class
