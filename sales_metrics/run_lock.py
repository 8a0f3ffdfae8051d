"""One run at a time in a data folder, whoever starts it: the command or Dagster.

Dagster's own queue (`dagster.yaml`) lets its runs wait for each other; this keeps the rest apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from sales_metrics.errors import SalesMetricsError
from sales_metrics.warehouse import DataDir


@contextmanager
def run_lock(data: DataDir) -> Iterator[None]:
    """Hold the data folder for one run; the same process may take it again within.

    The lock ends with the process that holds it, however that ends. Raises SalesMetricsError if
    another process has it.
    """
    data.root.mkdir(parents=True, exist_ok=True)
    # One object per path in this process, counting: the command takes it before Dagster's run does.
    lock = FileLock(data.root / "run.lock", is_singleton=True, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout as problem:
        raise SalesMetricsError(
            f"Another run is using {data.root}: wait until it is done, or set SALES_DATA_DIR to "
            "another folder."
        ) from problem
    try:
        yield
    finally:
        lock.release()
