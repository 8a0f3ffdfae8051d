"""Great Expectations is the judge: its results are kept per day, and published as it gave them.

Two runs on two days, with a reader that opens the published file over and over meanwhile; then the
first day again, by other rules.
"""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.end_to_end.conftest import Company, write_salesforce

REPS = ["005000000000001AAA", "005000000000002AAA"]
PATCHED = Path(__file__).with_name("patched_run.py")
FIRST, SECOND = "2026-03-01T12:00:00Z", "2026-03-02T12:00:00Z"


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
    first = company.run(SALES_AS_OF=FIRST)
    assert first.returncode == 0, first.stdout + first.stderr
    reader = Reader(company.published)
    reader.start()
    # The warehouse may be deleted at any time; what was found on the first day survives.
    (company.data / "warehouse.duckdb").unlink()
    second = company.run(script=PATCHED, SALES_AS_OF=SECOND)
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


# ---- scores, and the days that are kept

OWN_RULES = """object,field,check,argument,weight,applies_when
Lead,Email,filled,,1,
Lead,Phone,filled,,1,
"""
WRONG_RULES = OWN_RULES + "Lead,Email,spelled,,1,\n"


def rules_folder(folder: Path, rules: str) -> str:
    """An organisation's own rules, as `SALES_SEEDS_DIR` names them."""
    folder.mkdir()
    (folder / "quality_rules.csv").write_text(rules, encoding="utf-8")
    return str(folder)


def quality(company: Company, day: str) -> list[tuple[Any, ...]]:
    return company.rows(
        "select rep_id, object, records, completeness, validity, freshness, quality_score"
        f" from marts.crm_quality where snapshot_date = '{day}' order by all"
    )


def kept(company: Company, day: str) -> list[list[tuple[Any, ...]]]:
    """All that history.duckdb keeps of a day."""
    with duckdb.connect(str(company.data / "history.duckdb"), read_only=True) as connection:
        return [
            connection.execute(
                f"from kept.{table} where snapshot_date = '{day}' order by all"
            ).fetchall()
            for table in ("int_crm_rule_results_kept", "int_crm_freshness_kept")
        ]


@pytest.fixture(scope="module")
def first_day_again(
    days: tuple[Company, Reader], tmp_path_factory: pytest.TempPathFactory
) -> Company:
    """The first day once more, by other rules, in a copy of what the two days left."""
    company, _ = days
    root = tmp_path_factory.mktemp("again")
    again = Company(company.export, root / "data")
    shutil.copytree(company.data, again.data)
    own = rules_folder(root / "rules", OWN_RULES)
    run = again.run(SALES_AS_OF=FIRST, SALES_SEEDS_DIR=own)
    assert run.returncode == 0, run.stdout + run.stderr
    return again


def freshness(days_old: float) -> float:
    """Of records that nobody touched since."""
    return 100 * 0.5 ** (days_old / 90)


def test_scores_of_the_day(days: tuple[Company, Reader]) -> None:
    # Ana: two leads, of whose fields only one e-mail (weight 3 of 3+2+3+1+1+2 = 12 each) is filled:
    # 3 of 24 is 12.5; the one e-mail is valid: 100. Created on January 5 at 10:00, so on March 1
    # at 12:00 they are 55 days and 2 hours old. 0.5 × 12.5 + 0.2 × 100 + 0.3 × freshness.
    # Ben: two leads, one e-mail filled (N/A is none), and that is not valid.
    fresh = freshness(55 + 2 / 24)
    assert quality(days[0], "2026-03-01") == [
        (REPS[0], "Lead", 2, 12.5, 100.0, pytest.approx(fresh), pytest.approx(26.25 + 0.3 * fresh)),
        (REPS[1], "Lead", 2, 12.5, 0.0, pytest.approx(fresh), pytest.approx(6.25 + 0.3 * fresh)),
    ]


def test_the_quarter_has_the_scores_of_its_last_day(days: tuple[Company, Reader]) -> None:
    # On March 2 the patched judge passes every filled e-mail: 3 + 3 of 24.
    fresh = freshness(56 + 2 / 24)
    assert days[0].rows(
        "select quarter, rep_id, records, completeness, validity, freshness, quality_score, rank"
        " from marts.data_enrichment where quarter = '2026-Q1' order by rep_id"
    ) == [
        (
            "2026-Q1",
            REPS[0],
            2,
            25.0,
            100.0,
            pytest.approx(fresh),
            pytest.approx(32.5 + 0.3 * fresh),
            None,
        ),
        (
            "2026-Q1",
            REPS[1],
            2,
            25.0,
            0.0,
            pytest.approx(fresh),
            pytest.approx(12.5 + 0.3 * fresh),
            None,
        ),
    ]


def test_other_rules_are_other_scores(first_day_again: Company) -> None:
    # One of two e-mails and neither phone: 1 of 4. No rule but filled ones: no validity, and the
    # rest is scaled up: (0.5 × 25 + 0.3 × freshness) ÷ 0.8. So it is for Ben.
    fresh = freshness(55 + 2 / 24)
    score = pytest.approx((12.5 + 0.3 * fresh) / 0.8)
    assert quality(first_day_again, "2026-03-01") == [
        (rep, "Lead", 2, 25.0, None, pytest.approx(fresh), score) for rep in REPS
    ]


def test_a_day_taken_again_changes_no_other_day(
    days: tuple[Company, Reader], first_day_again: Company
) -> None:
    assert kept(first_day_again, "2026-03-02") == kept(days[0], "2026-03-02")
    assert all(kept(days[0], "2026-03-02"))
    assert kept(first_day_again, "2026-03-01") != kept(days[0], "2026-03-01")


def test_a_later_day_is_not_seen(first_day_again: Company) -> None:
    assert first_day_again.one("select max(snapshot_date)::varchar from marts.crm_quality") == (
        "2026-03-01",
    )


def test_an_unknown_check_stops_the_run_and_names_the_line(
    first_day_again: Company, tmp_path: Path
) -> None:
    before = first_day_again.published.read_bytes()
    wrong = rules_folder(tmp_path / "rules", WRONG_RULES)
    run = first_day_again.run(SALES_AS_OF=SECOND, SALES_SEEDS_DIR=wrong)
    assert run.returncode == 1
    said = " ".join((run.stdout + run.stderr).split())
    assert "quality_rules.csv, line 4: " in said
    assert "spelled" in said
    assert first_day_again.published.read_bytes() == before
