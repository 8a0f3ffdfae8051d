"""dbt's manifest, from which Dagster's assets are made: parsed when the project has changed.

Which assets come of it is `defs/transformation.py`'s; the project a run builds from,
`sales_metrics/dbt_build.py`'s.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml
from filelock import FileLock

from sales_metrics.errors import SalesMetricsError
from sales_metrics.settings import Settings
from sales_metrics.warehouse import DBT_PROJECT

DBT = Path(sys.executable).with_name("dbt")
TARGET = DBT_PROJECT / "target"
MANIFEST = TARGET / "manifest.json"
# The hash of what the manifest was made from.
MADE_FROM = TARGET / "made_from.txt"
NOT_PARSED = ("target", "logs")


def prepare_manifest() -> bool:
    """Parse the dbt project if anything in it has changed since; returns whether it had.

    Raises SalesMetricsError with dbt's own words if the project does not parse.
    """
    TARGET.mkdir(exist_ok=True)
    # Two commands on different data folders share the project: one parses, the other waits for it.
    with FileLock(TARGET / "prepare.lock"):
        state = _state_of_project()
        if MANIFEST.exists() and MADE_FROM.exists() and MADE_FROM.read_text() == state:
            return False
        MADE_FROM.unlink(missing_ok=True)
        _parse()
        MADE_FROM.write_text(state)
    return True


def read_manifest() -> dict[str, Any]:
    """The manifest made by `prepare_manifest`. Raises SalesMetricsError if it never ran."""
    if not MANIFEST.exists():
        raise SalesMetricsError(f"There is no {MANIFEST}: run `sales-metrics prepare` first.")
    manifest: dict[str, Any] = json.loads(MANIFEST.read_bytes())
    return manifest


def default_variables() -> Mapping[str, Any]:
    """The dbt variables with their defaults, as dbt_project.yml gives them."""
    project = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    variables: dict[str, Any] = project["vars"]
    return variables


def org_time_zone(settings: Settings) -> str:
    """The organisation's time zone: set, or the default of dbt_project.yml."""
    return str(settings.vars.org_time_zone or default_variables()["org_time_zone"])


def _parse() -> None:
    done = subprocess.run(
        [DBT, "--quiet", "parse", "--project-dir", DBT_PROJECT, "--profiles-dir", DBT_PROJECT],
        env={
            **os.environ,
            "DBT_TARGET_PATH": str(TARGET),
            "DBT_LOG_PATH": str(TARGET),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SalesMetricsError(f"The dbt project does not parse: {done.stdout.strip()}")


def _state_of_project() -> str:
    """A hash of every file of the project and of dbt's version."""
    digest = hashlib.sha256(f"{version('dbt-core')} {version('dbt-duckdb')}".encode())
    for path in sorted(DBT_PROJECT.rglob("*")):
        inside = path.relative_to(DBT_PROJECT)
        if path.is_file() and inside.parts[0] not in NOT_PARSED and inside.name != ".user.yml":
            digest.update(f"\0{inside}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
