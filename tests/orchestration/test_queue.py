"""Two runs of the job queue: the instance that `prepare` sets up lets one into the pool."""

from collections.abc import Iterator

import dagster as dg
import pytest
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.test_utils import InProcessTestWorkspaceLoadTarget, load_remote_repo
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._daemon.run_coordinator import QueuedRunCoordinatorDaemon

from orchestration.instance import set_up_instance
from sales_metrics.warehouse import DataDir

# Takes what the queue lets through, and does not run it.
LAUNCHER = """
run_launcher:
  module: dagster._core.test_utils
  class: MockedRunLauncher
"""


@pytest.fixture
def workspace(
    definitions: dg.Definitions, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WorkspaceProcessContext]:
    """The code location on the instance that we ship."""
    data = DataDir(tmp_path_factory.mktemp("queue"))
    set_up_instance(data)
    with (data.dagster / "dagster.yaml").open("a") as shipped:
        shipped.write(LAUNCHER)
    origin = LoadableTargetOrigin(module_name="orchestration.definitions")
    target = InProcessTestWorkspaceLoadTarget(InProcessCodeLocationOrigin(origin))
    with (
        dg.DagsterInstance.from_config(str(data.dagster)) as instance,
        WorkspaceProcessContext(instance, target) as context,
    ):
        yield context


def submit(workspace: WorkspaceProcessContext, definitions: dg.Definitions) -> str:
    """Queue a run of the whole job, as the schedule and the UI do."""
    instance = workspace.instance
    repository = load_remote_repo(workspace, "__repository__")
    job = repository.get_full_job("refresh")
    run = instance.create_run_for_job(
        definitions.resolve_job_def("refresh"),
        remote_job_origin=job.get_remote_origin(),
        job_code_origin=job.get_python_origin(),
    )
    instance.submit_run(run.run_id, workspace.create_request_context())
    return run.run_id


def test_the_second_run_waits_until_the_first_is_done(
    workspace: WorkspaceProcessContext, definitions: dg.Definitions
) -> None:
    instance = workspace.instance
    first, second = submit(workspace, definitions), submit(workspace, definitions)

    def statuses() -> list[dg.DagsterRunStatus]:
        runs = [instance.get_run_by_id(run_id) for run_id in (first, second)]
        return [run.status for run in runs if run is not None]

    assert statuses() == [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.QUEUED]
    with QueuedRunCoordinatorDaemon(interval_seconds=0) as daemon:
        for _ in range(3):
            list(daemon.run_iteration(workspace))
            assert statuses() == [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.QUEUED]
        done = dg.DagsterEvent(dg.DagsterEventType.RUN_SUCCESS.value, "refresh")
        instance.report_dagster_event(done, first)
        list(daemon.run_iteration(workspace))
    assert statuses() == [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.STARTING]
