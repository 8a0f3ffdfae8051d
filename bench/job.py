"""Time the whole job on the sample company: seconds of each step and the peak memory.

It runs twice in a data folder of its own: in an empty one, then in the one that the first run left.
Nothing is asserted here; figures are read, not tested.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sales_metrics.settings import SAMPLE_COMPANY_AS_OF
from sales_metrics.warehouse import DataDir

COMMAND = Path(sys.executable).with_name("sales-metrics")
# getrusage gives kilobytes, on macOS bytes.
BYTES_PER_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Run:
    """One run of the job: wall and processor seconds, bytes of its largest process, its report."""

    seconds: float
    processor_seconds: float
    peak_bytes: int
    report: dict[str, Any]


def run_job(data: DataDir) -> Run:
    """Run the job on the sample company in `data`, whatever is set; stop if it fails."""
    environment = {
        **os.environ,
        "SALES_DATA_DIR": str(data.root),
        "SALES_EXPORT_DIR": str(data.sample_company),
        "SALES_AS_OF": SAMPLE_COMPANY_AS_OF.isoformat(),
    }
    data.root.mkdir(parents=True, exist_ok=True)
    log = data.root / "bench.log"
    start = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [COMMAND, "run"], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status != 0:
        sys.exit(f"{log.read_text(errors='replace')}\nThe job failed; no figures.")
    report: dict[str, Any] = json.loads(data.run_report.read_bytes())
    processor_seconds = usage.ru_utime + usage.ru_stime
    return Run(seconds, processor_seconds, usage.ru_maxrss * BYTES_PER_UNIT, report)


def show(title: str, run: Run) -> None:
    """Print the figures of one run."""
    print(f"\n{title}")
    steps = run.report["steps"]
    for step in steps:
        print(f"  {step['step']:<32}{step['seconds']:>8.1f} s{step['rows']:>12,} rows")
    rest = run.seconds - sum(step["seconds"] for step in steps)
    print(f"  {'start, imports, between steps':<32}{rest:>8.1f} s")
    print(f"  {'whole job':<32}{run.seconds:>8.1f} s")
    print(f"  {'processor time, all processes':<32}{run.processor_seconds:>8.1f} s")
    print(f"  {'peak memory, largest process':<32}{run.peak_bytes / 2**20:>8,.0f} MB")


def main() -> None:
    """Run the job twice and print what it took."""
    with tempfile.TemporaryDirectory(prefix="sales-metrics-bench-") as folder:
        data = DataDir(Path(folder).resolve() / "data")
        show("In an empty data folder (with writing the sample company)", run_job(data))
        show("Again in the same folder", run_job(data))


if __name__ == "__main__":
    main()
