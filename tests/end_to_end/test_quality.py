"""Great Expectations is the judge: its results are kept per day, and published as it gave them.

Two runs on two days, with a reader that opens the published file over and over meanwhile.
"""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.end_to_end.conftest import Company, write_salesforce

REPS = ["005000000000001AAA", "005000000000002AAA"]
PATCHED = Path(__file__).with_name("patched_run.py")


def write_company(folder: Path) -> None:
    """Ana has three leads, one without e-mail and one lost; Ben's two e-mails are none."""
    leads = [
        (1, REPS[0], "New", "ana@example.com"),
        (2, REPS[0], "New", ""),
        (3, REPS[0], "Lost", ""),
        (4, REPS[1], "New", " N/A "),
        (5, REPS[1], "New", "no-address"),
    ]
    write_salesforce(
        folder,
        {
            "User": [
                {"Id": rep, "Name": rep, "UserType": "Standard", "IsActive": "true"} for rep in REPS
            ],
            "Lead": [
                {
                    "Id": f"00Q{number:012d}AAA",
                    "OwnerId": owner,
                    "Status": status,
                    "Email": email,
                    "CreatedDate": "2026-01-05T10:00:00.000Z",
                }
                for number, owner, status, email in leads
            ],
            "Opportunity": [
                {
                    "Id": "006000000000001AAA",
                    "OwnerId": REPS[0],
                    "StageName": "Closed Won",
                    "IsClosed": "true",
                    "CreatedDate": "2026-01-05T10:00:00.000Z",
                    "CloseDate": "2026-02-05",
                }
            ],
        },
    )


class Reader(threading.Thread):
    """Opens the published file anew, again and again, and notes what it sees."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self.path = path
        self.stopped = threading.Event()
        self.seen: list[tuple[Any, ...]] = []
        self.errors: list[str] = []

    def run(self) -> None:
        while not self.stopped.wait(0.02):
            try:
                with duckdb.connect(str(self.path), read_only=True) as connection:
                    self.seen += connection.execute(
                        "select (select any_value(cast(as_of as date)) from marts.meta),"
                        " (select max(snapshot_date) from marts.crm_rule_results)"
                    ).fetchall()
            except duckdb.Error as problem:
                self.errors.append(str(problem))


@pytest.fixture(scope="module")
def days(company: Company) -> Iterator[tuple[Company, Reader]]:
    write_company(company.export)
    first = company.run(SALES_AS_OF="2026-03-01T12:00:00Z")
    assert first.returncode == 0, first.stdout + first.stderr
    reader = Reader(company.published)
    reader.start()
    # The warehouse may be deleted at any time; what was found on the first day survives.
    (company.data / "warehouse.duckdb").unlink()
    second = company.run(script=PATCHED, SALES_AS_OF="2026-03-02T12:00:00Z")
    reader.stopped.set()
    reader.join()
    assert second.returncode == 0, second.stdout + second.stderr
    return company, reader


def results(company: Company, day: str) -> list[tuple[Any, ...]]:
    return company.rows(
        "select rep_id, rule, evaluated, failed from marts.crm_rule_results"
        f" where snapshot_date = '{day}' and object = 'Lead' and rule like 'Email:%' order by all"
    )


def test_what_great_expectations_found_is_published_per_rep(
    days: tuple[Company, Reader],
) -> None:
    # A lost lead is no record any more. A placeholder is no e-mail, and is not judged as one.
    assert results(days[0], "2026-03-01") == [
        (REPS[0], "Email:email", 1, 0),
        (REPS[0], "Email:filled", 2, 1),
        (REPS[1], "Email:email", 1, 1),
        (REPS[1], "Email:filled", 2, 1),
    ]


def test_another_verdict_of_great_expectations_is_another_published_result(
    days: tuple[Company, Reader],
) -> None:
    assert results(days[0], "2026-03-02") == [
        (REPS[0], "Email:email", 1, 0),
        (REPS[0], "Email:filled", 2, 0),
        (REPS[1], "Email:email", 1, 1),
        (REPS[1], "Email:filled", 2, 0),
    ]


def test_a_reader_never_sees_an_error_or_half_of_a_publication(
    days: tuple[Company, Reader],
) -> None:
    _, reader = days
    assert reader.errors == []
    assert len(reader.seen) > 10
    assert all(as_of == newest for as_of, newest in reader.seen)
