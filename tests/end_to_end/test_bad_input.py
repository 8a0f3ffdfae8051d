"""What bad input does: what is only odd is told, what is wrong stops the run, nothing is lost."""

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.end_to_end.conftest import Company, Rows, write_salesforce

REP = "005000000000001AAA"


def lead(number: int, **fields: str) -> dict[str, str]:
    return {
        "Id": f"00Q{number:012d}AAA",
        "OwnerId": REP,
        "Status": "New",
        "CreatedDate": "2026-01-05T10:00:00.000Z",
        "SystemModstamp": "2026-01-05T10:00:00.000Z",
    } | fields


def deal(number: int, **fields: str) -> dict[str, str]:
    return {
        "Id": f"006{number:012d}AAA",
        "OwnerId": REP,
        "StageName": "Closed Won",
        "IsClosed": "true",
        "IsWon": "true",
        "CloseDate": "2026-02-01",
        "Amount": "10",
        "CreatedDate": "2026-01-05T10:00:00.000Z",
    } | fields


USERS: Rows = [{"Id": REP, "Name": "Ana", "UserType": "Standard", "IsActive": "true"}]

# Seven records: one that cannot be typed, one exact repeat, one older version; four are loaded.
LEADS: Rows = [
    lead(1),
    lead(2, IsConverted="perhaps"),
    lead(3, LeadSource="Carrier pigeon"),
    lead(3, LeadSource="Carrier pigeon"),
    lead(4, Email="old@example.com"),
    lead(4, Email="new@example.com", SystemModstamp="2026-02-01T10:00:00.000+0000"),
    lead(5, Status=" ", LeadSource="Carrier pigeon"),
]

DEALS: Rows = [
    deal(1),
    deal(2, StageName="Handshake", IsClosed="", IsWon=""),
    deal(3, CurrencyIsoCode="XTS"),
]


def fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def odd(company: Company) -> Company:
    """A company with all that is odd but no reason to stop, published."""
    write_salesforce(company.export, {"User": USERS, "Lead": LEADS, "Opportunity": DEALS})
    write_salesforce(
        company.export,
        {"CurrencyType": [{"IsoCode": "USD", "ConversionRate": "1", "IsCorporate": "true"}]},
    )
    company.settings["SALES_AS_OF"] = "2026-04-01T00:00:00Z"
    run = company.run()
    assert run.returncode == 0, run.stdout + run.stderr
    return company


def report(company: Company) -> dict[str, Any]:
    return json.loads((company.data / "run_report.json").read_text())


def test_the_report_names_what_is_odd(odd: Company) -> None:
    said = report(odd)
    assert said["status"] == "success"
    warnings = "\n".join(said["warnings"])
    for words in ("Handshake", "Carrier pigeon", "XTS", "Event.csv", "check_ins.csv"):
        assert words in warnings
    (pigeons,) = [warning for warning in said["warnings"] if "Carrier pigeon" in warning]
    assert "2 rows" in pigeons


def test_every_record_of_a_file_is_accounted_for(odd: Company) -> None:
    (leads,) = [
        account
        for account in report(odd)["accounting"]
        if account["table"] == "raw_salesforce.lead"
    ]
    assert {key: leads[key] for key in ("records", "loaded", "quarantined")} == {
        "records": 7,
        "loaded": 4,
        "quarantined": 1,
    }
    assert (leads["exact_repeats"], leads["older_versions"]) == (1, 1)


def test_a_row_that_cannot_be_typed_is_in_quarantine_with_the_reason(odd: Company) -> None:
    with (odd.data / "quarantine" / "salesforce_lead.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["record"], row["column"], row["value"]) == ("2", "IsConverted", "perhaps")
    assert "true" in row["reason"]


def test_an_unknown_stage_is_open_and_an_unknown_currency_has_no_amount(odd: Company) -> None:
    assert odd.rows(
        "select is_closed, amount from marts.fct_sales_cycles order by opportunity_id"
    ) == [(True, 10), (False, 10), (True, None)]


def test_a_status_no_seed_knows_stops_the_build_and_leaves_what_was_there(odd: Company) -> None:
    before = fingerprint(odd.published)
    foo = [lead(number, Status="Foo") for number in (11, 12, 13)]
    write_salesforce(odd.export, {"Lead": [*LEADS, *foo]})
    run = odd.run()
    write_salesforce(odd.export, {"Lead": LEADS})

    assert run.returncode != 0
    assert "'Foo'" in run.stderr
    assert "3 rows" in run.stderr
    assert "lead_statuses" in run.stderr
    assert "Traceback" not in run.stderr
    assert fingerprint(odd.published) == before
    failed = report(odd)
    assert failed["status"] == "failed"
    assert "'Foo'" in failed["error"]
    with duckdb.connect(str(odd.data / "warehouse.duckdb"), read_only=True) as warehouse:
        # Raw has the new leads; the models that use a status were not replaced.
        assert warehouse.execute("select count(*) from raw_salesforce.lead").fetchone() == (7,)
        assert warehouse.execute("select count(*) from intermediate.int_leads").fetchone() == (4,)


def test_without_opportunities_the_run_stops_and_names_the_file(odd: Company) -> None:
    before = fingerprint(odd.published)
    missing = odd.export / "salesforce" / "Opportunity.csv"
    kept = missing.read_bytes()
    missing.unlink()
    run = odd.run()
    missing.write_bytes(kept)

    assert run.returncode != 0
    assert str(missing) in run.stderr.replace("\n", "")
    assert "Traceback" not in run.stderr
    assert fingerprint(odd.published) == before
    with duckdb.connect(str(odd.data / "warehouse.duckdb"), read_only=True) as warehouse:
        assert warehouse.execute("select count(*) from raw_salesforce.opportunity").fetchone() == (
            3,
        )
