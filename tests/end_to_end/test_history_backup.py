"""Of a lost data folder the copy of history.duckdb is enough: between the last two runs of the
contest's story all else was lost. As docs/operations.md says, the file was copied while no run was
at work, and put back; see `contest_company.Story`.
"""

from pathlib import Path

import pytest

from tests.end_to_end.conftest import Company, Rows
from tests.end_to_end.contest_company import Chapter, contest


@pytest.fixture(scope="module")
def before(shared_folder: Path) -> Company:
    """What the run published after which the copy was taken."""
    return contest(shared_folder, Chapter.TAKEN_BACK)


@pytest.fixture(scope="module")
def restored(shared_folder: Path) -> Company:
    """What the run published that began with the copy alone."""
    return contest(shared_folder, Chapter.NEXT_QUARTER)


def of_the_first_quarter(company: Company, table: str) -> Rows:
    return [row for row in company.table(table) if row["quarter"] == "2026-Q1"]


@pytest.mark.parametrize("table", ["incentive_awards", "award_evidence"])
def test_final_awards_are_restored(before: Company, restored: Company, table: str) -> None:
    assert of_the_first_quarter(restored, table) == of_the_first_quarter(before, table)
    assert of_the_first_quarter(before, table)


def test_adjustments_are_restored(before: Company, restored: Company) -> None:
    found_before = [
        row for row in restored.table("incentive_adjustments") if row["found_quarter"] == "2026-Q2"
    ]
    assert found_before == before.table("incentive_adjustments")
    assert found_before


@pytest.mark.parametrize("table", ["crm_rule_results", "crm_quality"])
def test_the_quality_of_past_days_is_restored(
    before: Company, restored: Company, table: str
) -> None:
    # The runs' days in New York; that of the new run comes on top.
    days = [f"2026-{day}" for day in ("03-31", "04-10", "04-11", "05-04", "06-01", "07-11")]
    rows = restored.table(table)
    assert sorted({str(row["snapshot_date"]) for row in rows}) == days
    assert [row for row in rows if str(row["snapshot_date"]) < "2026-07"] == before.table(table)
