"""The headline, from small published files."""

from pathlib import Path

import pytest

from sales_metrics.headline import Line, read_headline
from sales_metrics.warehouse import connect


@pytest.fixture
def published(tmp_path: Path) -> Path:
    path = tmp_path / "sales_metrics.duckdb"
    with connect(path) as connection:
        connection.execute(
            """
            create schema marts;
            create table marts.meta as
            select timestamp '2026-11-20 18:00:00' as as_of, 'USD' as corporate_currency;
            create table marts.dim_quarters as
            select * from (values
                ('2026-Q2', date '2026-04-01', true),
                ('2026-Q3', date '2026-07-01', true),
                ('2026-Q4', date '2026-10-01', false),
                ('2027-Q1', date '2027-01-01', false)
            ) as quarters (quarter, start_date, is_closed);
            create table marts.dim_reps as
            select * from (values ('1', 'Ana'), ('2', 'Bo'), ('3', null))
            as reps (rep_id, rep_name);
            """
        )
    return path


def add_velocity(path: Path) -> None:
    with connect(path) as connection:
        connection.execute(
            """
            create table marts.sales_velocity as
            select * from (values
                ('2026-Q4', '1', 3, 1, 100.40, 30.5,   80.00, 1,    2),
                ('2026-Q4', '2', 1, 3, 900.00, 40.0, 1900.60, 2,    1),
                ('2026-Q4', '3', 0, 2,   0.00, null,    null, null, null),
                ('2026-Q2', '1', 9, 9, 999.00, 10.0,  999.00, 1,    1)
            ) as velocity (
                quarter, rep_id, won, lost, won_amount, median_won_cycle_days,
                largest_won_amount, fastest_rank, largest_rank
            )
            """
        )


def add_saved_leads(path: Path) -> None:
    with connect(path) as connection:
        connection.execute(
            """
            create table marts.saved_leads as
            select * from (values
                ('2026-Q4', '1', 10, 4, 3, 0, 0, 2, 1, 500.40, 1),
                ('2026-Q4', '2', 5,  2, 1, 0, 0, 2, 0,   0.00, 1),
                ('2026-Q4', '3', 1,  0, 0, 0, 0, 1, 1,   null, 3),
                ('2026-Q3', '1', 6,  3, 2, 4, 1, 0, 0,   0.00, null),
                ('2026-Q3', '2', 4,  3, 2, 4, 2, 0, 0,   0.00, null)
            ) as saved (
                quarter, rep_id, lost_qualified_leads, flagged_leads, enrolled_leads,
                settled_episodes, settled_saved_episodes, saved_leads, saved_won_leads,
                saved_won_amount, rank
            );
            create table marts.saved_leads_baseline as
            select * from (values
                ('2026-Q3', null), ('2026-Q2', -4.25), ('2026-Q1', 30.0)
            ) as baseline (quarter, lift_points)
            """
        )


def test_saved_leads(published: Path) -> None:
    add_saved_leads(published)
    lines = {line.measure: line.values for line in read_headline(published).lines}
    assert lines == {
        # 10 + 5 + 1, 4 + 2 + 0, 3 + 1 + 0; 6 + 4, 3 + 3, 2 + 2
        "lost / flagged / written to": ("16 / 6 / 4", "10 / 6 / 4"),
        "saved": ("5", "0"),
        "won after": ("2, 500 USD", "0, 0 USD"),
        # Nothing of the running quarter has settled; before, 1 + 2 of 4 + 4.
        "save rate, newest settled quarter": ("37.5% (2026-Q3)", "37.5% (2026-Q3)"),
        # The newest quarter with a lift.
        "lift over no mailing": ("-4.2 points (2026-Q2)", "-4.2 points (2026-Q2)"),
        "most saved leads": ("Ana, Bo (2 saved)", "–"),
    }


def add_response_time(path: Path) -> None:
    with connect(path) as connection:
        connection.execute(
            """
            create table marts.lead_response_time as
            select * from (values
                ('2026-Q4', '1', 8, 2, 4, 9, 90.0, 1),
                ('2026-Q4', '2', 1, 1, 1, 1, 600.0, 2)
            ) as response (
                quarter, rep_id, answered, unanswered, within_sla, answered_or_past_sla,
                median_rep_response_seconds, rank
            );
            create table marts.response_band_outcomes as
            select * from (values
                ('2026-Q4', '≤5 min', 2, 1),
                ('2026-Q4', '≤15 min', 1, 1),
                ('2026-Q4', '≤1 h', 1, 1),
                ('2026-Q4', '≤4 h', 9, 0),
                ('2026-Q4', '>24 h', 10, 3),
                ('2026-Q4', 'never', 5, 0),
                ('2026-Q3', '≤5 min', 2, 1),
                ('2026-Q3', '>24 h', 10, 0)
            ) as bands (quarter, band, cycles, reached_decision_maker)
            """
        )


def test_lead_response_time(published: Path) -> None:
    add_response_time(published)
    lines = {line.measure: line.values for line in read_headline(published).lines}
    assert lines == {
        "answered / unanswered": ("9 / 3", "0 / 0"),
        # 4 + 1 of 9 + 1
        "within SLA": ("50.0%", "–"),
        "fastest response": ("Ana (median 1.5 min)", "–"),
        # 3 of 4 within the hour, 3 of 10 after a day: 0.75 ÷ 0.3; nothing to divide by before.
        "decision makers, ≤1 h over >24 h": ("2.5×", "–"),
    }


def add_referrals(path: Path) -> None:
    with connect(path) as connection:
        connection.execute(
            """
            create table marts.referrals_earned as
            select * from (values
                ('2026-Q4', '1', 2, 1), ('2026-Q4', '2', 1, 2), ('2026-Q3', '1', 0, null)
            ) as earned (quarter, rep_id, referrals_earned, rank);
            create table marts.fct_referrals as
            select * from (values
                ('2026-Q4', timestamp '2026-10-02', true, 99.50, null),
                ('2026-Q4', timestamp '2026-10-03', false, null, null),
                ('2026-Q4', null, false, null, null),
                ('2026-Q4', timestamp '2026-10-02', true, 5000.00, 'duplicate')
            ) as referrals (created_quarter, qualified_at, is_won, won_amount, exclusion_reason);
            create table marts.referral_ask_coverage as
            select * from (values ('2026-Q4', 14, 1, 40, 3), ('2026-Q3', 14, 2, 30, 0))
            as coverage (quarter, active_reps, asking_reps, eligible_customers, asked_customers);
            create table marts.referral_roi as
            select * from (values
                ('2026-Q4', 'referral', 900.0, false),
                ('2026-Q2', 'referral', -12.4, true),
                ('2026-Q2', 'paid', 12.4, true),
                ('2026-Q1', 'referral', 1234.5, true)
            ) as roi (quarter, channel, roi_points_over_others, is_mature)
            """
        )


def test_referrals_earned(published: Path) -> None:
    add_referrals(published)
    lines = {line.measure: line.values for line in read_headline(published).lines}
    assert lines == {
        "reps who ask / active": ("1 / 14", "2 / 14"),
        "customers asked / all": ("3 / 40", "0 / 30"),
        # Three without an exclusion, two of them qualified, one won.
        "earned / qualified / won": ("3 / 2 / 1", "0 / 0 / 0"),
        "won amount": ("100 USD", "0 USD"),
        # The newest mature quarter's.
        "return over other channels": ("-12 points (2026-Q2)", "-12 points (2026-Q2)"),
        "most referrals": ("Ana (2 earned)", "–"),
    }


def test_data_enrichment(published: Path) -> None:
    with connect(published) as connection:
        connection.execute(
            """
            create table marts.data_enrichment as
            select * from (values
                ('2026-Q4', '1', 1200, 71.26, 3, 10, 4, 1, 2),
                ('2026-Q4', '2', 30, 80.0, 2, 5, 0, 6, 1),
                ('2026-Q3', '1', null, null, 1, 1, 1, 1, null)
            ) as enrichment (
                quarter, rep_id, records, quality_score, fields_enriched, field_updates, check_ins,
                stale_open_deals, rank
            )
            """
        )
    lines = {line.measure: line.values for line in read_headline(published).lines}
    assert lines == {
        "records judged": ("1,230", "0"),
        "fields enriched / updates": ("5 / 15", "1 / 1"),
        "check-ins": ("4", "1"),
        "stale open deals": ("7", "1"),
        "best CRM steward": ("Bo (score 80.0)", "–"),
    }


def test_the_running_quarter_and_the_last_closed_one(published: Path) -> None:
    add_velocity(published)
    headline = read_headline(published)
    assert headline.quarters == ("2026-Q4 (running)", "2026-Q3")
    assert headline.lines == (
        # 3 + 1 + 0 of (3 + 1 + 0) + (1 + 3 + 2) = 4 of 10; 100.40 + 900.00 = 1000.40
        Line("Sales velocity", "won / lost", ("4 / 6", "0 / 0")),
        Line("Sales velocity", "win rate", ("40.0%", "–")),
        Line("Sales velocity", "won amount", ("1,000 USD", "0 USD")),
        Line("Sales velocity", "fastest closer", ("Ana (median 30.5 days)", "–")),
        Line("Sales velocity", "largest contract", ("Bo (1,901)", "–")),
    )


def test_reps_who_share_the_first_rank_are_all_named(published: Path) -> None:
    add_velocity(published)
    with connect(published) as connection:
        connection.execute("update marts.sales_velocity set fastest_rank = 1 where rep_id != '2'")
        connection.execute(
            "update marts.sales_velocity set median_won_cycle_days = 30.5 where rep_id = '3'"
        )
    lines = {line.measure: line.values[0] for line in read_headline(published).lines}
    assert lines["fastest closer"] == "3, Ana (median 30.5 days)"


def test_a_metric_that_is_not_published_is_not_told(published: Path) -> None:
    assert read_headline(published).lines == ()
