"""What steps are handed: the run they are in.

What a step does with them belongs to its own file.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from subprocess import Popen

import dagster as dg
from pydantic import PrivateAttr

from orchestration.dbt_ahead import parse_ahead
from sales_metrics.dbt_build import dbt_variables_argument
from sales_metrics.errors import SalesMetricsError
from sales_metrics.run_lock import run_lock
from sales_metrics.run_report import RunReport, Section, sentence
from sales_metrics.settings import Settings, load_settings
from sales_metrics.warehouse import DataDir


class RefreshRun(dg.ConfigurableResource):
    """The run that a step is in: settings, `as_of` and report, the same in every step.

    It holds the data folder's lock from the run's first step to its last (in-process executor).
    """

    _settings: Settings = PrivateAttr()
    _as_of: datetime = PrivateAttr()
    _report: RunReport = PrivateAttr()
    _dbt_ahead: "Popen[bytes] | None" = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["RefreshRun"]:
        """Read the settings, take the lock and fix `as_of` by the run's creation."""
        if context.run is None or context.instance is None:
            raise dg.DagsterInvariantViolationError("RefreshRun is for runs")
        run_id = context.run.run_id
        record = context.instance.get_run_record_by_id(run_id)
        if record is None:
            raise dg.DagsterInvariantViolationError(f"run {run_id} is not recorded")
        self._settings = load_settings()
        self._as_of = self._settings.as_of_for(record.create_timestamp.replace(microsecond=0))
        self._report = RunReport(self.data, run_id)
        with run_lock(self.data):
            self._report.begin(
                as_of=self._as_of,
                export_folder=self._settings.export_folder,
                fictitious_company=self._settings.reads_sample_company,
            )
            try:
                yield self
            finally:
                self.wait_for_parsing()

    @property
    def settings(self) -> Settings:
        """The settings, read once for the run."""
        return self._settings

    @property
    def data(self) -> DataDir:
        """The paths under the data folder."""
        return self._settings.data

    @property
    def as_of(self) -> datetime:
        """The instant the run looks from (UTC)."""
        return self._as_of

    @property
    def dbt_variables(self) -> str:
        """What dbt gets as `--vars`, the same text whenever the run starts it."""
        return dbt_variables_argument(self.settings, self.as_of)

    def start_parsing(self) -> None:
        """Have dbt read the run's project, which is laid out, while other steps load."""
        self._dbt_ahead = parse_ahead(self.settings, self.dbt_variables)

    def wait_for_parsing(self) -> None:
        """Until dbt has read the project, if it was started: two must not write one target."""
        if self._dbt_ahead is not None:
            self._dbt_ahead.wait()

    @contextmanager
    def step(self, context: dg.AssetExecutionContext) -> Iterator[Section]:
        """Report a step as it goes, and the run with the last step or the first that fails.

        An error that is written for people reaches Dagster without a traceback before it.
        """
        step = context.op_execution_context.get_step_execution_context().step.key
        try:
            with self._report.step(step) as section:
                yield section
        except Exception as problem:
            self._report.fail(sentence(problem))
            if isinstance(problem, SalesMetricsError):
                raise dg.Failure(description=str(problem), allow_retries=False) from problem
            raise
        if self._report.has_done(_steps_of(context)):
            self._report.succeed()
        elif self._report.failed():
            # Dagster still does the steps that do not depend on the one that failed.
            self._report.add_late_steps()


def _steps_of(context: dg.AssetExecutionContext) -> set[str]:
    """The keys of the steps that this run is to do."""
    snapshot_id = context.run.execution_plan_snapshot_id
    snapshot = snapshot_id and context.instance.get_execution_plan_snapshot(snapshot_id)
    if not snapshot:
        raise dg.DagsterInvariantViolationError(f"run {context.run.run_id} has no plan")
    return set(snapshot.step_keys_to_execute)
