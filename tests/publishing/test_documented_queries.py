"""Every query of the docs works: on a file with a row or two in each table, it finds some."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from publishing.contract import contract
from publishing.snapshot import Meta, publish
from sales_metrics.warehouse import PROJECT_ROOT
from tests.publishing.documented_queries import (
    DOCUMENTS,
    DocumentedQuery,
    documented_queries,
)

AS_OF = datetime(2026, 2, 1, tzinfo=UTC)
OPENED, CLOSED = datetime(2026, 1, 5), datetime(2026, 1, 15)

MARTS: dict[str, dict[str, Any]] = {
    "dim_reps": {"rep_id": "005A", "rep_name": "Ada", "is_active": True},
    "dim_quarters": {
        "quarter": "2026-Q1",
        "start_date": date(2026, 1, 1),
        "end_date": date(2026, 3, 31),
        "is_closed": False,
    },
    "fct_loss_episodes": {
        "prospect_id": "00QA",
        "lost_at": OPENED,
        "lost_quarter": "2026-Q1",
        "flagged_at": OPENED,
        "flagged_by_rep_id": "005A",
        "delivered_at": OPENED,
        "returned_at": CLOSED,
        "return_type": "requalified",
        "outcome": "saved",
    },
    "saved_leads": {"quarter": "2026-Q1", "rep_id": "005A", "saved_leads": 1, "rank": 1},
    "saved_leads_baseline": {"quarter": "2026-Q1", "delivered_settled": 1, "delivered_rate": 1.0},
    "fct_response_cycles": {"lead_id": "00QA", "signal_at": OPENED, "signal_quarter": "2026-Q1"},
    "lead_response_time": {"quarter": "2026-Q1", "rep_id": "005A", "cycles": 1, "rank": 1},
    "response_band_outcomes": {"quarter": "2026-Q1", "band": "≤1 h", "cycles": 1, "contacted": 1},
    "unanswered_leads": {"lead_id": "00QB", "signal_at": OPENED, "waiting_seconds": 60.0},
    "sales_velocity": {
        "quarter": "2026-Q1",
        "rep_id": "005A",
        "won": 1,
        "lost": 1,
        "win_rate": 0.5,
        "won_amount": Decimal("100.00"),
        "mean_won_amount": 100.0,
        "mean_won_cycle_days": 10.0,
        "median_won_cycle_days": 10.0,
        "largest_won_amount": Decimal("100.00"),
        "velocity_per_day": 10.0,
        "fastest_rank": 1,
        "largest_rank": 1,
    },
    "fct_sales_cycles": {
        "opportunity_id": "006A",
        "rep_id": "005A",
        "channel": "web",
        "opened_at": OPENED,
        "closed_at": CLOSED,
        "closed_quarter": "2026-Q1",
        "closed_by_history": True,
        "is_closed": True,
        "is_won": True,
        "amount": Decimal("100.00"),
        "cycle_days": 10.0,
    },
    "fct_stage_visits": {
        "opportunity_id": "006A",
        "visit_number": 1,
        "stage": "New",
        "entered_at": OPENED,
        "exited_at": CLOSED,
        "duration_days": 10.0,
        "direction": "first",
    },
    "stage_durations": {"quarter": "2026-Q1", "stage": "New", "visits": 1, "forward_rate": 1.0},
    "workload_effect": {"workload_quartile": 1, "deals": 1, "win_rate": 1.0},
    "referrals_earned": {"quarter": "2026-Q1", "rep_id": "005A", "referrals_earned": 1, "rank": 1},
    "referral_ask_coverage": {"quarter": "2026-Q1", "active_reps": 2, "asking_reps": 1},
    "referral_roi": {"quarter": "2026-Q1", "channel": "paid", "leads": 1, "is_mature": False},
    "fct_referrals": {"referral_id": "r1", "origin": "programme"},
    "data_enrichment": {"quarter": "2026-Q1", "rep_id": "005A", "records": 4, "rank": 1},
    "crm_quality": {
        "snapshot_date": date(2026, 2, 1),
        "object": "Lead",
        "rep_id": "005A",
        "records": 4,
        "freshness": 50.0,
    },
    "crm_rule_results": {
        "snapshot_date": date(2026, 2, 1),
        "object": "Lead",
        "rule": "Email:filled",
        "kind": "completeness",
        "weight": 1.0,
        "rep_id": "005A",
        "evaluated": 4,
        "failed": 1,
    },
    "sales_scorecard": {
        "quarter": "2026-Q1",
        "rep_id": "005A",
        "metric": "saved_leads",
        "value": 1.0,
        "rank": 1,
        "up_is_good": True,
    },
    "metric_totals": {
        "quarter": "2026-Q1",
        "team": "all",
        "metric": "saved_leads",
        "value": 1.0,
        "up_is_good": True,
    },
    "weakest_link": {"quarter": "2026-Q1", "link": "opportunities_won", "n": 2, "hits": 1},
    "incentive_awards": {
        "quarter": "2026-Q1",
        "award": "most_saved_leads",
        "place": 1,
        "rep_id": "005A",
        "value": 1.0,
        "status": "provisional",
    },
    "award_evidence": {
        "quarter": "2026-Q1",
        "award": "most_saved_leads",
        "rep_id": "005A",
        "record_id": "00QA",
        "amount": 1.0,
    },
    "incentive_adjustments": {
        "quarter": "2025-Q4",
        "award": "most_saved_leads",
        "place": 1,
        "rep_id": "005A",
        "found_quarter": "2026-Q1",
        "payout_change": Decimal("1000.00"),
    },
}


@pytest.fixture(scope="module")
def published_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published file with one row in each table of today."""
    folder = tmp_path_factory.mktemp("published")
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("create schema marts")
        for table, row in MARTS.items():
            columns = ", ".join(
                f'"{name}" {kind}' for name, kind in contract()[table].columns.items()
            )
            connection.execute(f"create table marts.{table} ({columns})")
            names = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join("?" for _ in row)
            connection.execute(
                f"insert into marts.{table} ({names}) values ({marks})", list(row.values())
            )
        connection.execute("comment on column marts.sales_velocity.won is 'Deals won.'")
    published = folder / "sales_metrics.duckdb"
    meta = Meta(as_of=AS_OF, run_id="run-1", project_version="0.1.0")
    publish(folder / "warehouse.duckdb", published, meta)
    return published


@pytest.mark.parametrize(
    "query", [pytest.param(query, id=query.place) for query in documented_queries()]
)
def test_documented_query(query: DocumentedQuery, published_file: Path) -> None:
    assert query.rows(published_file)


def test_every_document_shows_queries() -> None:
    places = {query.place.partition(":")[0] for query in documented_queries()}
    assert places == set(DOCUMENTS)


def test_every_table_of_today_is_a_model_and_is_described() -> None:
    models = {path.stem for path in (PROJECT_ROOT / "dbt_project/models/marts").rglob("*.sql")}
    text = (PROJECT_ROOT / "docs/bi-tools.md").read_text(encoding="utf-8")
    assert models == set(MARTS)
    assert {model for model in models if f"| `{model}` |" not in text} == set()
