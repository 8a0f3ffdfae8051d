"""Velocity from files to the published table, every number counted by hand."""

from datetime import datetime
from decimal import Decimal

import pytest

from tests.end_to_end.conftest import Company
from tests.end_to_end.velocity_company import ANA, BEN, deal, write_velocity_company

AS_OF = "2026-04-01T00:00:00Z"


@pytest.fixture(scope="module")
def published(company: Company) -> Company:
    write_velocity_company(company.export)
    run = company.run(SALES_AS_OF=AS_OF)
    assert run.returncode == 0, run.stdout + run.stderr
    return company


def test_sales_velocity_of_a_rep(published: Company) -> None:
    # Ana closed in the first quarter: deal 1 won (20 days, 1000), deal 2 won (30 days, 500 EUR ÷
    # 0.8 = 625) and deal 3 lost. Deal 6 is a clock error, 7 was Ben's when it closed, 9 is open.
    # Won amount 1625, mean 812.50; cycles 20 and 30: mean and median 25.
    # Velocity 3 × 2/3 × 812.50 ÷ 25 = 65 a day. Two won deals are fewer than 5: no fastest rank.
    assert published.one(
        f"select * exclude (win_rate) from marts.sales_velocity where rep_id = '{ANA}'"
    ) == (
        "2026-Q1",
        ANA,
        2,
        1,
        Decimal("1625.00"),
        812.5,
        25.0,
        25.0,
        2,
        Decimal("1000.00"),
        65.0,
        None,
        1,
    )
    (win_rate,) = published.one(f"select win_rate from marts.sales_velocity where rep_id = '{ANA}'")
    assert win_rate == pytest.approx(2 / 3)


def test_a_deal_of_an_unknown_currency_counts_without_an_amount(published: Company) -> None:
    # Ben won deal 7 (14 days) in a currency without a rate; the renewal does not count.
    assert published.one(
        "select won, lost, win_rate, won_amount, velocity_per_day, median_won_cycle_days,"
        f" largest_rank from marts.sales_velocity where rep_id = '{BEN}'"
    ) == (1, 0, 1.0, None, None, 14.0, None)


def test_there_are_no_other_rows(published: Company) -> None:
    assert published.one("select count(*) from marts.sales_velocity") == (2,)


def test_sales_cycles_and_their_exclusions(published: Company) -> None:
    assert published.rows(
        "select opportunity_id, rep_id, is_closed, is_won, closed_at, closed_by_history,"
        " cycle_days, reopen_count, exclusion_reason from marts.fct_sales_cycles"
        " order by opportunity_id"
    ) == [
        (deal(1), ANA, True, True, datetime(2026, 1, 25), True, 20.0, 0, None),
        (deal(2), ANA, True, True, datetime(2026, 2, 9), True, 30.0, 1, None),
        (deal(3), ANA, True, False, datetime(2026, 2, 11), False, 10.0, 0, None),
        (deal(4), BEN, False, False, None, None, None, 0, None),
        (deal(5), BEN, True, True, datetime(2026, 1, 21), False, 20.0, 0, "not_new_business"),
        (deal(6), ANA, True, True, datetime(2026, 3, 9), False, None, 0, "clock_error"),
        (deal(7), BEN, True, True, datetime(2026, 2, 15), False, 14.0, 0, None),
        (deal(8), None, True, True, datetime(2026, 2, 20), False, 19.0, 0, None),
        (deal(9), ANA, False, False, None, None, None, 0, None),
    ]


def test_workload_is_the_mean_number_of_deals_open_at_once(published: Company) -> None:
    # Ana: deal 1 on 5-25 January (20 days), deal 2 10 January - 9 February (30), deal 3 1-11
    # February (10). 1 and 2 meet for 15 days, 2 and 3 for 8.
    # Ben: deal 4 from 1 January on, deal 5 (a renewal is work all the same) 1-21 January, deal 7
    # 1-15 February, wholly beside deal 4.
    assert dict(
        published.rows(
            "select opportunity_id, mean_open_deals from marts.fct_sales_cycles"
            " where mean_open_deals is not null"
        )
    ) == pytest.approx(
        {
            deal(1): (20 + 15) / 20,
            deal(2): (30 + 15 + 8) / 30,
            deal(3): (10 + 8) / 10,
            deal(5): 2.0,
            deal(7): 2.0,
        }
    )


def test_stage_visits_with_their_directions(published: Company) -> None:
    # Deal 1 skips Proposal. Deal 4 is in Prospecting since 11 March, 21 days until as_of; that it
    # is lost on 15 April has not happened yet.
    assert published.rows(
        "select opportunity_id, visit_number, stage, duration_days, direction, stages_skipped,"
        " rep_id from marts.fct_stage_visits order by all"
    ) == [
        (deal(1), 1, "Prospecting", 10.0, "first", 0, ANA),
        (deal(1), 2, "Negotiation", 10.0, "forward", 1, ANA),
        (deal(1), 3, "Closed Won", None, "won", 0, ANA),
        (deal(2), 1, "Prospecting", 10.0, "first", 0, ANA),
        (deal(2), 2, "Closed Lost", 10.0, "lost", 0, ANA),
        (deal(2), 3, "Prospecting", 10.0, "reopened", 0, ANA),
        (deal(2), 4, "Closed Won", None, "won", 0, ANA),
        (deal(4), 1, "Prospecting", 59.0, "first", 0, BEN),
        (deal(4), 2, "Proposal", 10.0, "forward", 0, BEN),
        (deal(4), 3, "Prospecting", 21.0, "backward", 0, BEN),
    ]


def test_stage_durations(published: Company) -> None:
    # Prospecting was left four times, after 10, 10, 10 and 59 days: median 10, the 90th percentile
    # 0.7 of the way from the third to the fourth: 10 + 0.7 × 49 = 44.3. Forward or won: three.
    rows = published.rows("select * from marts.stage_durations order by stage")
    assert rows[0] == ("2026-Q1", "Negotiation", 1, 10.0, 10.0, 1, 0, 0, 1.0)
    assert rows[1] == ("2026-Q1", "Proposal", 1, 10.0, 10.0, 0, 1, 0, 0.0)
    assert rows[2] == ("2026-Q1", "Prospecting", 4, 10.0, pytest.approx(44.3), 3, 0, 1, 0.75)
    assert len(rows) == 3


def test_workload_effect(published: Company) -> None:
    # Closed deals that count and have a workload, by it: 1 (1.75), 2 (1.7667), 3 (1.8), 7 (2.0): a
    # quartile each. Ben's one deal tells nothing within Ben; Ana's three, the means (1.7722 and 20)
    # taken off: x = -4/180, -1/180, 5/180; y = 0, 10, -10.
    # Slope = Σxy ÷ Σx² = (-60/180) ÷ (42/32400) = -257.142857.
    # Residuals: Σy² − slope × Σxy = 200 − 85.714286 = 114.285714 on 4 − 2 − 1 = 1 degree of
    # freedom: error = √(114.285714 ÷ (42/32400)) = 296.92…
    rows = published.rows(
        "select workload_quartile, deals, median_cycle_days, win_rate, within_rep_slope_days,"
        " slope_standard_error, slope_n from marts.workload_effect order by 1"
    )
    slope, error = -1 / 3 / (42 / 32400), (114.2857142857 / (42 / 32400)) ** 0.5
    assert [row[:4] for row in rows] == [
        (1, 1, 20.0, 1.0),
        (2, 1, 30.0, 1.0),
        (3, 1, 10.0, 0.0),
        (4, 1, 14.0, 1.0),
    ]
    for row in rows:
        assert row[4:6] == pytest.approx((slope, error))
        assert row[6] == 4


def test_dimensions(published: Company) -> None:
    assert published.rows("select rep_id, rep_name, is_active from marts.dim_reps order by 1") == [
        (ANA, "Ana", True),
        (BEN, "Ben", True),
    ]
    assert published.rows("select quarter, is_closed from marts.dim_quarters order by 1") == [
        ("2026-Q1", True),
        ("2026-Q2", False),
    ]
