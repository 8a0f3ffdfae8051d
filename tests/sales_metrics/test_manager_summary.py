"""What a sales manager reads at the end of a run, from small published files."""

from pathlib import Path

import pytest

from sales_metrics.manager_summary import LINKS, METRICS, Line, read_summary
from sales_metrics.warehouse import PROJECT_ROOT, connect


@pytest.fixture
def published(tmp_path: Path) -> Path:
    path = tmp_path / "sales_metrics.duckdb"
    with connect(path) as connection:
        connection.execute(
            """
            create schema marts;
            create table marts.meta as
            select timestamp '2026-11-20 18:00:00' as as_of, 'EUR' as corporate_currency;
            create table marts.dim_quarters as
            select * from (values
                ('2026-Q2', date '2026-04-01', true),
                ('2026-Q3', date '2026-07-01', true),
                ('2026-Q4', date '2026-10-01', false)
            ) as quarters (quarter, start_date, is_closed);
            create table marts.dim_reps as
            select * from (values ('1', 'Ana'), ('2', 'Bo'), ('3', null))
            as reps (rep_id, rep_name);
            create table marts.metric_totals as
            select * from (values
                ('2026-Q4', 'all', 'saved_leads', 1234.0e0, 7.0e0),
                ('2026-Q4', '9',   'saved_leads', 5.0e0, 6.0e0),
                ('2026-Q3', 'all', 'saved_leads', 7.0e0, null),
                ('2026-Q4', 'all', 'median_rep_response_seconds', 5400.0e0, 200000.0e0),
                ('2026-Q4', 'all', 'velocity_per_day', 20385.4e0, null),
                ('2026-Q4', 'all', 'quality_score', 74.84e0, 60.0e0)
            ) as totals (quarter, team, metric, value, previous_value);
            create table marts.sales_scorecard as
            select * from (values
                ('2026-Q4', '2', 'saved_leads', 5.0e0, 1),
                ('2026-Q4', '1', 'saved_leads', 5.0e0, 1),
                ('2026-Q4', '3', 'saved_leads', 4.0e0, 3),
                ('2026-Q3', '3', 'saved_leads', 9.0e0, 1),
                ('2026-Q4', '3', 'median_rep_response_seconds', 59.0e0, 1),
                ('2026-Q4', '1', 'velocity_per_day', 90.0e0, null)
            ) as scorecard (quarter, rep_id, metric, value, rank);
            create table marts.weakest_link as
            select * from (values
                ('2026-Q3', 'opportunities_won', 10, 40, 0.25, 0.35, 20000.4, true),
                ('2026-Q3', 'leads_qualified', 10, 40, 0.25, 0.35, 10000.0, false),
                ('2026-Q2', 'leads_qualified', 11, 41, 0.26, 0.36, 90000.0, true)
            ) as links (
                quarter, link, hits, n, rate, reference_rate, amount_at_stake, is_weakest
            )
            """
        )
    return path


def test_five_metrics_of_the_running_quarter_with_their_leaders(published: Path) -> None:
    summary = read_summary(published)
    assert summary.quarter == "2026-Q4"
    assert summary.lines == (
        Line("Saved leads", "1,234", "7", "Ana, Bo (5)"),
        Line("Lead response time (median)", "1.5 h", "2.3 days", "3 (1 min)"),
        Line("Sales velocity, EUR", "20,385 a day", "–", "–"),
        Line("Referrals earned", "–", "–", "–"),
        Line("CRM quality", "74.8 of 100", "60.0 of 100", "–"),
    )


def test_the_weakest_link_of_the_last_closed_quarter(published: Path) -> None:
    assert read_summary(published).weakest_link == (
        "The weakest link of 2026-Q3 is opportunities won: 10 of 40 (25.0%) where 35.0% could be "
        "reached. About 20,000 EUR is at stake."
    )


def test_a_currency_that_nobody_names_is_not_made_up(published: Path) -> None:
    with connect(published) as connection:
        connection.execute("update marts.meta set corporate_currency = null")
    summary = read_summary(published)
    assert summary.lines[2].metric == "Sales velocity"
    assert summary.weakest_link.endswith("About 20,000 is at stake.")


def test_no_weakest_link(published: Path) -> None:
    with connect(published) as connection:
        connection.execute("update marts.weakest_link set is_weakest = false")
    assert "2026-Q3 has no weakest link" in read_summary(published).weakest_link


def test_no_closed_quarter(published: Path) -> None:
    with connect(published) as connection:
        connection.execute("update marts.dim_quarters set is_closed = false")
    assert "No quarter is closed yet" in read_summary(published).weakest_link


def test_every_link_with_a_price_and_every_metric_has_a_name() -> None:
    models = PROJECT_ROOT / "dbt_project"
    links = (models / "models/intermediate/int_funnel_links.sql").read_text(encoding="utf-8")
    metrics = (models / "macros/measures/metrics.sql").read_text(encoding="utf-8")
    for link in LINKS:
        assert f"'{link}'" in links
    for metric, _ in METRICS.values():
        assert f"'name': '{metric}'" in metrics
