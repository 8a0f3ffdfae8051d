"""The dbt project of a run: a copy of `dbt_project/` with the organisation's own seeds in it, and
the environment dbt is started with. dbt itself is started by `orchestration/`.

A copy, because dbt knows one folder of seeds, inside the project: for seeds that lie elsewhere it
writes what it compiled over the very files.
"""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sales_metrics.seeds import merge_seeds
from sales_metrics.settings import Settings
from sales_metrics.warehouse import DBT_PROJECT, DataDir

COPIED = ("models", "macros", "tests")
COPIED_FILES = ("dbt_project.yml", "profiles.yml")
# They are no part of a run, and dbt parses everything in sight: four seconds of each run.
UNIT_TESTS = shutil.ignore_patterns("_unit_tests*.yml")


def build_dbt_project(
    own_seeds: Path | None, build: Path, *, unit_tests: bool = False
) -> list[str]:
    """Lay the project of a run into `build`, anew; returns the warnings about seeds."""
    if build.exists():
        shutil.rmtree(build)
    build.mkdir(parents=True)
    for folder in COPIED:
        shutil.copytree(
            DBT_PROJECT / folder, build / folder, ignore=None if unit_tests else UNIT_TESTS
        )
    for file in COPIED_FILES:
        shutil.copy2(DBT_PROJECT / file, build / file)
    return merge_seeds(own_seeds, build / "seeds")


def dbt_environment(data: DataDir) -> dict[str, str]:
    """What `profiles.yml` reads, and where dbt writes; nothing leaves the machine."""
    return {
        "SALES_WAREHOUSE_PATH": str(data.warehouse),
        "SALES_HISTORY_PATH": str(data.history),
        "DBT_TARGET_PATH": str(data.dbt / "target"),
        "DBT_LOG_PATH": str(data.dbt / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        # Every query of a run in a log is a sixth of dbt's own time; they stand in target/run.
        "DBT_LOG_LEVEL_FILE": "info",
    }


def dbt_variables(settings: Settings, as_of: datetime) -> dict[str, Any]:
    """The variables of a run: `as_of` (UTC, without its zone) and what the settings override."""
    instant = as_of.astimezone(UTC).replace(tzinfo=None)
    return {"as_of": instant.isoformat(sep=" "), **settings.vars.overrides()}


def dbt_variables_argument(settings: Settings, as_of: datetime) -> str:
    """The same as the text of dbt's `--vars`."""
    return json.dumps(dbt_variables(settings, as_of), ensure_ascii=False)
