"""An export folder's way into a warehouse with marts: what the job does, without Dagster.

What should be in the marts is not here.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb

from ingestion.pipelines import load_source
from sales_metrics.dbt_build import build_dbt_project, dbt_environment
from sales_metrics.warehouse import DataDir
from tests.recount.cases import Written
from tests.recount.rules import Setting

SOURCES = ("salesforce", "mailchimp", "referrals", "badger")
ONE_LOAD = Lock()
CRM_RECORDS = "intermediate.int_crm_records"
QUALITY_PARTS = ("completeness", "validity", "freshness")
# What later runs build upon.
KEPT = (
    "marts.crm_rule_results",
    "marts.crm_quality",
    "marts.incentive_awards",
    "marts.award_evidence",
    "marts.incentive_adjustments",
)


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
        "referral_attribution_days": setting.referral_attribution_days,
        "referral_ask_types": list(setting.referral_ask_types),
        "referral_ask_pattern": setting.referral_ask_pattern,
        "gross_margin": setting.gross_margin,
        "freshness_half_life_days": setting.freshness_half_life_days,
        "quality_score_weights": dict(
            zip(QUALITY_PARTS, setting.quality_score_weights, strict=True)
        ),
        "check_in_activity_types": list(setting.check_in_activity_types),
        "close_grace_days": setting.close_grace_days,
    }


def load_warehouse(export: Path, own_seeds: Path | None, data: DataDir) -> None:
    """Load the files and lay out dbt's project with the seeds."""
    data.root.mkdir(parents=True, exist_ok=True)
    # What dlt is told is told to the whole process.
    with ONE_LOAD:
        for source in SOURCES:
            load_source(source, export, data)
    build_dbt_project(own_seeds, data.dbt_project)


def loaded(runs: Iterable[Written], data: DataDir) -> Iterator[Written]:
    """The runs, one after the other, each with what it finds in the warehouse and as seeds."""
    before = None
    for run in runs:
        if run.export != before:
            load_warehouse(run.export, run.own_seeds, data)
        before = run.export
        yield run


def build_marts(data: DataDir, setting: Setting, tables: Iterable[str] = KEPT) -> None:
    """Build tables (`schema.model`) and what they are made of, in processes of their own.

    First the records that count and what Great Expectations finds in them, then all that remains.
    """
    _dbt(data, setting, ["--select", _with_parents(CRM_RECORDS)])
    judge = [sys.executable, "-m", "tests.recount.judge", str(data.root)]
    _run([*judge, setting.as_of.isoformat(), setting.org_time_zone], {})
    wanted = [_with_parents(table) for table in tables]
    _dbt(data, setting, ["--select", *wanted, "--exclude", _with_parents(CRM_RECORDS)])


def _with_parents(table: str) -> str:
    return f"+{table.split('.')[1]}"


def _dbt(data: DataDir, setting: Setting, selection: list[str]) -> None:
    _run(
        [
            *(sys.executable, "-m", "dbt.cli.main", "build", *selection),
            *("--resource-type", "seed", "--resource-type", "model"),
            *("--project-dir", str(data.dbt_project), "--profiles-dir", str(data.dbt_project)),
            *("--vars", json.dumps(dbt_variables(setting))),
        ],
        dbt_environment(data),
    )


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]


def read_table(connection: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    result = connection.execute(f"select * from {table}")
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
