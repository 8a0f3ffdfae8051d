"""The whole job on a company that is asked over HTTP: the marts of its files, and no secret told.

The servers imitate what the vendors' documentation describes (`tests/ingestion/servers/`).
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.sample_company import write_sample_company
from sales_metrics.settings import SAMPLE_COMPANY_AS_OF
from tests.end_to_end.conftest import Company
from tests.ingestion.servers.badger import BadgerServer
from tests.ingestion.servers.local import Reply
from tests.ingestion.servers.mailchimp import MailchimpServer
from tests.ingestion.servers.rewardful import RewardfulServer, as_rewardful_knows
from tests.ingestion.servers.salesforce import CLIENT_ID, CLIENT_SECRET, SalesforceServer

pytestmark = pytest.mark.end_to_end

SETTINGS = {"SALES_AS_OF": SAMPLE_COMPANY_AS_OF.isoformat()}


class Vendors:
    """The servers of one company, and the settings that lead to them."""

    def __init__(self, export: Path, stack: ExitStack) -> None:
        self.salesforce = SalesforceServer()
        self.mailchimp, self.badger, self.rewardful = (
            MailchimpServer(),
            BadgerServer(),
            RewardfulServer(),
        )
        self.salesforce.clock = datetime.now(UTC)
        self.salesforce.page_size = 200
        self.salesforce.load_folder(export)
        stack.enter_context(self.salesforce)
        for server in (self.mailchimp, self.badger, self.rewardful):
            server.take_over(export)
            stack.enter_context(server)

    @property
    def settings(self) -> dict[str, str]:
        return {
            "SALES_EXPORT_DIR": "",
            "SALES_SALESFORCE_SOURCE": "api",
            "SALES_MAILCHIMP_SOURCE": "api",
            "SALES_BADGER_SOURCE": "api",
            "SALES_REFERRALS_SOURCE": "rewardful",
            "SALES_SALESFORCE_LOGIN_URL": self.salesforce.url,
            "SALES_SALESFORCE_CLIENT_ID": CLIENT_ID,
            "SALES_SALESFORCE_CLIENT_SECRET": CLIENT_SECRET,
            "SALES_MAILCHIMP_API_KEY": self.mailchimp.key,
            "SALES_MAILCHIMP_BASE_URL": self.mailchimp.url,
            "SALES_BADGER_TOKEN": self.badger.token,
            "SALES_BADGER_BASE_URL": self.badger.url,
            "SALES_REWARDFUL_API_SECRET": self.rewardful.secret,
            "SALES_REWARDFUL_BASE_URL": self.rewardful.url,
        } | SETTINGS

    @property
    def secrets(self) -> list[str]:
        """All that nobody may read anywhere, the tokens of the day too."""
        own = [CLIENT_SECRET, self.mailchimp.key, self.badger.token, self.rewardful.secret]
        return own + list(self.salesforce.tokens)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("company")


@pytest.fixture(scope="module")
def export(root: Path) -> Path:
    folder = root / "export"
    write_sample_company(folder, leads=200)
    as_rewardful_knows(folder)
    return folder


@pytest.fixture(scope="module")
def vendors(export: Path) -> Iterator[Vendors]:
    with ExitStack() as stack:
        yield Vendors(export, stack)


@pytest.fixture(scope="module")
def by_api(vendors: Vendors, root: Path) -> Company:
    """The company by its APIs, read once in full."""
    company = Company(Path(), root / "by_api", vendors.settings)
    result = company.run()
    assert result.returncode == 0, result.stderr
    assert told_anywhere(vendors.secrets, company.data, result.stdout, result.stderr) == []
    return company


def marts(published: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All published rows, by table; which run wrote them is no part.

    A sum of doubles has another last digit where its rows come in another order: 12 will do.
    """
    with duckdb.connect(str(published), read_only=True) as connection:
        names = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts' order by 1"
        ).fetchall()
        return {
            name: [
                tuple(float(f"{cell:.12g}") if isinstance(cell, float) else cell for cell in row)
                for row in connection.execute(f"from marts.{name} order by all").fetchall()
            ]
            for (name,) in names
            if name != "meta"
        }


def report_of(company: Company) -> dict[str, Any]:
    """The newest run's report."""
    report: dict[str, Any] = json.loads((company.data / "run_report.json").read_text())
    return report


def told_anywhere(secrets: list[str], folder: Path, *texts: str) -> list[str]:
    """Where a secret stands: in a file below the folder, or in what was printed."""
    found = [f"printed: {secret}" for secret in secrets for text in texts if secret in text]
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found += [f"{path}: {secret}" for secret in secrets if secret.encode() in content]
    return found


def test_the_marts_are_those_of_the_files(export: Path, by_api: Company, root: Path) -> None:
    by_files = Company(export, root / "by_files", SETTINGS)
    result = by_files.run()
    assert result.returncode == 0, result.stderr
    expected, found = marts(by_files.published), marts(by_api.published)
    assert found.keys() == expected.keys()
    for name, rows in expected.items():
        assert found[name] == rows, name
    report = report_of(by_api)
    assert report["fictitious_company"] is False
    assert "salesforce/Lead" in [account["file"] for account in report["accounting"]]


def test_no_rule_judges_what_is_not_shown(by_api: Company, vendors: Vendors) -> None:
    """And a later run, which asks for changes only, keeps all else as it was."""
    before = marts(by_api.published)
    vendors.salesforce.hide("Lead", "Phone")
    result = by_api.run()
    assert result.returncode == 0, result.stderr
    skipped = "Lead Phone:filled is skipped: Lead does not show Phone"
    assert skipped in report_of(by_api)["warnings"]
    after = marts(by_api.published)
    rules = {row[:3] for row in after["crm_rule_results"]}
    assert rules < {row[:3] for row in before["crm_rule_results"]}
    assert not [row for row in rules if "Lead" in row and "Phone:filled" in row]
    assert after["fct_response_cycles"] == before["fct_response_cycles"]


def test_no_secret_is_told_when_all_goes_wrong(
    by_api: Company, vendors: Vendors, root: Path
) -> None:
    published = by_api.published.read_bytes()
    secrets = vendors.secrets
    # Each vendor repeats the secret in its refusal.
    for server, secret in (
        (vendors.mailchimp, vendors.mailchimp.key),
        (vendors.badger, vendors.badger.token),
        (vendors.rewardful, vendors.rewardful.secret),
    ):
        server.faults.extend([Reply({"detail": f"wrong: {secret}"}, 403)] * 50)
    told = [{"message": f"wrong: {CLIENT_SECRET}", "errorCode": "FORBIDDEN"}]
    vendors.salesforce.disturb(".*describe.*", "403", times=50, body=told)
    verbose = root / "verbose.py"
    verbose.write_text(
        "import sys\nsys.argv[1:] = ['run', '--verbose']\n"
        "from sales_metrics.cli import app\napp()\n"
    )
    failed = by_api.run(verbose)
    assert failed.returncode == 1
    assert report_of(by_api)["status"] == "failed"
    assert "wrong: ***" in failed.stderr + failed.stdout
    assert told_anywhere(secrets + vendors.secrets, by_api.data, failed.stdout, failed.stderr) == []
    assert by_api.published.read_bytes() == published
