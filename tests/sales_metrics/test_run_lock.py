"""One run at a time in a data folder."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sales_metrics.errors import SalesMetricsError
from sales_metrics.run_lock import run_lock
from sales_metrics.warehouse import DataDir

HOLD = """
import sys
from pathlib import Path
from sales_metrics.run_lock import run_lock
from sales_metrics.warehouse import DataDir
with run_lock(DataDir(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def held_by_another_process(data: DataDir) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the folder's lock for as long as this lasts, or until it is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(data.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder
        holder.kill()


def test_a_second_process_gets_one_sentence_until_the_first_ends(tmp_path: Path) -> None:
    data = DataDir(tmp_path / "data")
    with held_by_another_process(data) as holder:
        with (
            pytest.raises(SalesMetricsError, match=f"Another run is using {data.root}"),
            run_lock(data),
        ):
            pass
        holder.kill()
        holder.wait()
    # Killed without a word, and yet the folder is free.
    with run_lock(data):
        assert data.root.is_dir()


def test_other_folders_are_free(tmp_path: Path) -> None:
    with run_lock(DataDir(tmp_path / "one")), run_lock(DataDir(tmp_path / "two")):
        pass


def test_the_same_process_may_take_it_again_within(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    with run_lock(data):
        with run_lock(data):
            pass
        # The inner one has not let go of it for the outer one.
        held = subprocess.run(
            [sys.executable, "-c", HOLD, str(data.root)],
            input="",
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Another run is using" in held.stderr
