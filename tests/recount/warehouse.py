"""An export folder's way into a warehouse with marts: what the job does, without Dagster.

What should be in the marts is not here.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from ingestion.pipelines import load_source
from sales_metrics.dbt_build import build_dbt_project, dbt_environment
from sales_metrics.warehouse import DataDir, connect
from tests.recount.rules import Setting

SOURCES = ("salesforce", "mailchimp", "referrals", "badger")
NO_RULE_RESULTS = """
    create schema raw_expectations;
    create table raw_expectations.rule_results (
        snapshot_date date, object varchar, rule varchar, kind varchar, weight double,
        rep_id varchar, evaluated bigint, failed bigint
    );
"""


def dbt_variables(setting: Setting) -> dict[str, Any]:
    return {
        "as_of": setting.as_of.strftime("%Y-%m-%d %H:%M:%S.%f"),
        "org_time_zone": setting.org_time_zone,
        "fiscal_year_start_month": setting.fiscal_year_start_month,
        "minimum_volume": setting.minimum_volume,
        "non_new_business_types": list(setting.non_new_business_types),
        "reopen_grace_days": setting.reopen_grace_days,
        "reactivation_flag_field": setting.reactivation_flag_field,
        "reactivation_window_days": setting.reactivation_window_days,
        "reactivation_campaign_pattern": setting.reactivation_campaign_pattern,
        "response_sla_minutes": setting.response_sla_minutes,
        "auto_reply_pattern": setting.auto_reply_pattern,
        "decision_maker_pattern": setting.decision_maker_pattern,
        "decision_maker_roles": list(setting.decision_maker_roles),
    }


def load_warehouse(folder: Path, own_seeds: Path, data: DataDir) -> None:
    """Load an export folder, and lay out the dbt project that reads it."""
    data.root.mkdir(parents=True)
    for source in SOURCES:
        load_source(source, folder, data)
    with connect(data.warehouse) as connection:
        connection.execute(NO_RULE_RESULTS)
    build_dbt_project(own_seeds, data.dbt_project)


def build_marts(data: DataDir, setting: Setting, tables: Iterable[str]) -> None:
    """Build tables (`schema.model`) and what they are made of, in a process of its own."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "dbt.cli.main", "build"),
            *("--resource-type", "seed", "--resource-type", "model"),
            *("--select", *(f"+{table.split('.')[1]}" for table in tables)),
            *("--project-dir", str(data.dbt_project), "--profiles-dir", str(data.dbt_project)),
            *("--vars", json.dumps(dbt_variables(setting))),
        ],
        env={**os.environ, **dbt_environment(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]


def read_table(connection: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    result = connection.execute(f"select * from {table}")
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
