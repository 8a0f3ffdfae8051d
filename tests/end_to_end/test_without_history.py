"""A company of which only users and deals were exported: no history, no stages, some gaps."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Company, write_salesforce

REPS = [f"005{number:012d}AAA" for number in (1, 2)]


def write_company(folder: Path) -> None:
    """40 deals: per rep 10 won after 30, 31, … 39 days at 1,000, 5 lost, 3 open, and of rep 1 two
    more, won, that nobody knows the creation of."""
    deals = []
    for rep in REPS:
        for number in range(18):
            closed, won = number < 15, number < 10
            days = 30 + number
            deals.append(
                {
                    "Id": f"006{len(deals):012d}AAA",
                    "Name": f"Deal {len(deals)}",
                    "OwnerId": rep,
                    "StageName": "Closed Won" if won else "Closed Lost" if closed else "Engaging",
                    "IsClosed": str(closed).lower(),
                    "IsWon": str(won).lower(),
                    "Amount": "1000" if won else "",
                    "CreatedDate": "2017-01-01T00:00:00.000Z",
                    "CloseDate": f"2017-{1 + days // 31:02d}-{1 + days % 31:02d}" if closed else "",
                }
            )
    deals += [
        {
            "Id": f"006{number:012d}AAA",
            "OwnerId": REPS[0],
            "StageName": "Closed Won",
            "IsClosed": "true",
            "IsWon": "true",
            "Amount": "500",
            "CloseDate": "2017-02-01",
        }
        for number in (98, 99)
    ]
    users = [
        {"Id": rep, "Name": f"Rep {rep}", "IsActive": "true", "UserType": "Standard"}
        for rep in REPS
    ]
    write_salesforce(folder, {"User": users, "Opportunity": deals})


@pytest.fixture(scope="module")
def published(company: Company) -> Company:
    write_company(company.export)
    run = company.run(SALES_AS_OF="2018-01-15T00:00:00Z")
    assert run.returncode == 0, run.stdout + run.stderr
    return company


def test_deals_count_by_their_close_dates(published: Company) -> None:
    # Day 30 after 1 January is 31 January, day 44 is 14 February: all in the first quarter.
    # Rep 1: 12 won, 10 × 1,000 + 2 × 500; rep 2: 10 won. Cycles 30 … 39 days: mean and median 34.5.
    assert published.rows(
        "select quarter, rep_id, won, lost, won_amount, mean_won_cycle_days, median_won_cycle_days,"
        " fastest_rank, largest_rank from marts.sales_velocity order by rep_id"
    ) == [
        ("2017-Q1", REPS[0], 12, 5, Decimal("11000.00"), 34.5, 34.5, 1, 1),
        ("2017-Q1", REPS[1], 10, 5, Decimal("10000.00"), 34.5, 34.5, 1, 1),
    ]


def test_a_deal_without_a_creation_is_won_all_the_same(published: Company) -> None:
    assert published.one(
        "select count(*), count(cycle_days), count(mean_open_deals), bool_and(closed_by_history)"
        " from marts.fct_sales_cycles where opened_at is null"
    ) == (2, 0, 0, False)


def test_without_history_there_are_no_visits(published: Company) -> None:
    assert published.one("select count(*) from marts.fct_stage_visits") == (0,)
    assert published.one("select count(*) from marts.stage_durations") == (0,)
