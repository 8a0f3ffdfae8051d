"""dlt's DuckDB destination, with one difference: all tables of a source change at once.

dlt would fill each table as soon as its own rows are written, so that a failure would leave tables
of today beside others of yesterday, and rows without the cursor that belongs to them. Here the
files wait until the last one is there, and join the tables in one transaction. How rows join is in
`joining.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dlt.common.destination.client import (
    FollowupJobRequest,
    HasFollowupJobs,
    LoadJob,
    LoadJobInfo,
    PreparedTableSchema,
    RunnableLoadJob,
)
from dlt.common.storages.load_storage import ParsedLoadJobFileName
from dlt.destinations import duckdb
from dlt.destinations.exceptions import DatabaseTerminalException
from dlt.destinations.impl.duckdb.duck import DuckDbClient
from dlt.destinations.job_impl import FollowupJobRequestImpl

from ingestion.joining import Joined, Joining, join


class _WaitingJob(RunnableLoadJob, HasFollowupJobs):
    """A file of rows, which stays where it is."""

    def run(self) -> None:
        """Nothing: `_JoinJob` reads the file."""


class _JoinJob(RunnableLoadJob):
    """The rows of all files, once they are all there."""

    def __init__(self, file_path: str, client: _AllAtOnceClient) -> None:
        super().__init__(file_path)
        self._client = client

    def run(self) -> None:
        """Join them in one transaction."""
        jobs = Path(self._file_path).parent.parent
        files = {
            table: [
                path
                for folder in ("completed_jobs", "started_jobs")
                for path in (jobs / folder).glob(f"{table}.*.parquet")
            ]
            for table in self._client.joinings
        }
        sql_client = self._job_client.sql_client
        try:
            with sql_client.begin_transaction():
                for table, joining in self._client.joinings.items():
                    self._client.joined[table] = join(
                        sql_client.native_connection,
                        sql_client.dataset_name,
                        joining,
                        files,
                        self._load_id,
                    )
        except Exception as problem:
            self._client.problems.append(problem)
            # Any other error dlt would try again, in vain.
            raise DatabaseTerminalException(problem) from problem


class _AllAtOnceClient(DuckDbClient):
    joinings: dict[str, Joining]
    joined: dict[str, Joined]
    problems: list[Exception]
    waiting: set[str]

    def create_load_job(
        self, table: PreparedTableSchema, file_path: str, load_id: str, restore: bool = False
    ) -> LoadJob:
        if table["name"] not in self.joinings:
            return super().create_load_job(table, file_path, load_id, restore)
        if file_path.endswith(".sql"):
            return _JoinJob(file_path, self)
        return _WaitingJob(file_path)

    def create_table_chain_completed_followup_jobs(
        self,
        table_chain: Sequence[PreparedTableSchema],
        completed_table_chain_jobs: Sequence[LoadJobInfo] | None = None,
    ) -> list[FollowupJobRequest]:
        name = str(table_chain[0]["name"])
        if name not in self.joinings:
            return super().create_table_chain_completed_followup_jobs(
                table_chain, completed_table_chain_jobs
            )
        self.waiting.discard(name)
        if self.waiting:
            return []
        job = ParsedLoadJobFileName(name, ParsedLoadJobFileName.new_file_id(), 0, "sql")
        request = FollowupJobRequestImpl(job.file_name())
        request._save_text_file("-- all tables of this load")
        return [request]


class AllAtOnce(duckdb):
    """A DuckDB file in which the tables of one load change together.

    `joinings` says how, by table, and may be filled until the load begins; `joined` has, after it,
    what became of the rows, `problems` what kept them out (dlt tells errors as text).
    """

    def __init__(self, warehouse: Path, joinings: dict[str, Joining], **kwargs: Any) -> None:
        super().__init__(str(warehouse), destination_name="warehouse", **kwargs)
        self.joined: dict[str, Joined] = {}
        self.problems: list[Exception] = []
        # dlt makes a client for each step: what they share is held by a class of their own.
        self._client_class = type(
            "AllAtOnceClient",
            (_AllAtOnceClient,),
            {
                "joinings": joinings,
                "joined": self.joined,
                "problems": self.problems,
                "waiting": set(joinings),
            },
        )

    @property
    def client_class(self) -> type[DuckDbClient]:
        """The client that waits."""
        return self._client_class
