"""A scratch database for dbt's unit tests: every source typed and empty, every model built empty.

dbt takes the columns of a unit test's inputs from the database, so it fails on a bare one.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sales_metrics.dbt_build import build_dbt_project, dbt_environment, dbt_variables_argument
from sales_metrics.settings import SAMPLE_COMPANY_AS_OF as AS_OF
from sales_metrics.settings import Settings
from sales_metrics.warehouse import DataDir

DBT = Path(sys.executable).with_name("dbt")
DEFAULTS = Settings.model_construct()  # whatever this machine's environment says
SOURCES = ("salesforce", "mailchimp", "referrals", "badger")


@dataclass(frozen=True)
class Dbt:
    """dbt on a data folder of its own."""

    data: DataDir

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [DBT, "--quiet", *arguments, "--vars", dbt_variables_argument(DEFAULTS, AS_OF)],
            cwd=self.data.dbt_project,
            env={**os.environ, **dbt_environment(self.data)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def results(self) -> dict[str, dict[str, Any]]:
        """Name of each node of the last command -> its result."""
        target = Path(dbt_environment(self.data)["DBT_TARGET_PATH"])
        found = json.loads((target / "run_results.json").read_bytes())
        return {result["unique_id"].split(".")[-1]: result for result in found["results"]}


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    """dbt on a database in which all there is to build has been built, without rows."""
    from expectations.scoring import RESULT_SCHEMA, write_results
    from ingestion.pipelines import load_source

    data = DataDir(tmp_path_factory.mktemp("scratch"))
    export = data.root / "export"
    (export / "salesforce").mkdir(parents=True)
    for required in ("User", "Opportunity"):
        (export / "salesforce" / f"{required}.csv").write_text("Id\n")
    for source in SOURCES:
        load_source(source, export, data)
    write_results(data.warehouse, RESULT_SCHEMA.empty_table())
    dbt = Dbt(data)
    build_dbt_project(None, data.dbt_project, unit_tests=True)
    for command in (("seed",), ("run", "--empty")):
        done = dbt(*command)
        assert done.returncode == 0, done.stdout
    return dbt
