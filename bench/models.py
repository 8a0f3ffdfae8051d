"""Time the models of saved leads and lead response time, and all they stand on, on a large company.

200,000 leads and some 900,000 activities of the sample generator. Only the models are timed: the
files are written and loaded before. Nothing is asserted here; figures are read, not tested.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ingestion.pipelines import load_source
from ingestion.sample_company import write_sample_company
from sales_metrics.dbt_build import build_dbt_project, dbt_environment, dbt_variables_argument
from sales_metrics.settings import SAMPLE_COMPANY_AS_OF, Settings
from sales_metrics.warehouse import DataDir, connect

LEADS = 200_000
FOLDERS = ("saved_leads", "response_time")
DBT = Path(sys.executable).with_name("dbt")
SLOWEST = 12


def load_company(data: DataDir) -> None:
    """Write the company and load its files."""
    write_sample_company(data.sample_company, leads=LEADS)
    for source in ("salesforce", "mailchimp", "referrals"):
        load_source(source, data.sample_company, data)


def count_records(data: DataDir) -> tuple[int, int]:
    """Leads, and activities (tasks, events, e-mail messages), as loaded."""
    with connect(data.warehouse, read_only=True) as connection:
        counts = {
            table: connection.execute(f"select count(*) from raw_salesforce.{table}").fetchall()
            for table in ("lead", "task", "event", "email_message")
        }
    leads, *activities = (count for ((count,),) in counts.values())
    return leads, sum(activities)


def dbt(data: DataDir, *arguments: str) -> None:
    """Run dbt on a data folder; stop if it fails."""
    done = subprocess.run(
        [
            *(DBT, *arguments),
            *("--project-dir", str(data.dbt_project), "--profiles-dir", str(data.dbt_project)),
            *("--vars", dbt_variables_argument(Settings.model_construct(), SAMPLE_COMPANY_AS_OF)),
        ],
        env={**os.environ, **dbt_environment(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"{done.stdout[-2000:]}\ndbt failed; no figures.")


def time_models(data: DataDir) -> dict[str, Any]:
    """Build the models; returns dbt's account of it."""
    build_dbt_project(None, data.dbt_project)
    dbt(data, "seed")
    dbt(data, "run", "--select", *(f"+path:models/marts/{folder}" for folder in FOLDERS))
    target = Path(dbt_environment(data)["DBT_TARGET_PATH"])
    results: dict[str, Any] = json.loads((target / "run_results.json").read_bytes())
    return results


def main() -> None:
    """Load the company, build the models and print what it took."""
    with tempfile.TemporaryDirectory(prefix="sales-metrics-bench-") as folder:
        data = DataDir(Path(folder).resolve() / "data")
        data.root.mkdir(parents=True)
        start = time.perf_counter()
        load_company(data)
        leads, activities = count_records(data)
        print(f"\n{leads:,} leads and {activities:,} activities", end="")
        print(f" (written and loaded in {time.perf_counter() - start:.0f} s)")
        results = time_models(data)
        models = sorted(
            (
                (result["execution_time"], result["unique_id"].split(".")[-1])
                for result in results["results"]
            ),
            reverse=True,
        )
        for seconds, name in models[:SLOWEST]:
            print(f"  {name:<32}{seconds:>8.1f} s")
        print(f"  {len(models)} models of saved leads and response time, and what they stand on:")
        print(f"  {'whole build':<32}{results['elapsed_time']:>8.1f} s")


if __name__ == "__main__":
    main()
