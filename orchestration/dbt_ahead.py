"""dbt reads its project while the files are being loaded, which needs only the other core.

Each run has an `as_of` of its own, so dbt can use nothing it parsed before (6 s). What it parses
here it finds again when it builds; what is wrong with the project, it says there.
"""

import os
import subprocess

from orchestration.dbt_manifest import DBT
from sales_metrics.dbt_build import dbt_environment
from sales_metrics.settings import Settings


def parse_ahead(settings: Settings, variables: str) -> "subprocess.Popen[bytes]":
    """Start to parse the project of the run, which is laid out; to be waited for before a build."""
    project = settings.data.dbt_project
    return subprocess.Popen(
        [DBT, "--quiet", "parse", "--vars", variables],
        cwd=project,
        env={**os.environ, **dbt_environment(settings.data), "DBT_PROFILES_DIR": str(project)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
