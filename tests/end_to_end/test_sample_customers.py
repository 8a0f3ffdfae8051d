"""The sample company has customers who refer and reps of every care, and nothing of it is left out.

What exists is read off the files by the plain recount; what came of it, off the marts.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import duckdb
import pytest

from ingestion.sample_company import write_sample_company
from sales_metrics.settings import SAMPLE_COMPANY_AS_OF as AS_OF
from sales_metrics.warehouse import DBT_PROJECT, DataDir, connect
from tests.recount.asks import Asks
from tests.recount.prospects import Prospects
from tests.recount.referrals import Referrals
from tests.recount.rules import Company, Row, Setting
from tests.recount.values import address, stamp
from tests.recount.velocity import Velocity
from tests.recount.warehouse import build_marts, load_warehouse, read_table

MARTS = ("fct_referrals", "referrals_earned", "data_enrichment")
EXCLUSIONS = {
    "reversed",
    "denied",
    "self_referral",
    "existing_customer",
    "duplicate",
    "visit_only",
}
BANDS = {"below 60": (0, 60), "60 to 70": (60, 70), "70 to 80": (70, 80), "80 and above": (80, 100)}
# Points by which a rep is inside a band, so that a small change elsewhere does not empty it.
MARGIN = 1
ENOUGH_RECORDS = 5


@dataclass(frozen=True)
class Sample:
    """The sample company as files, as the recount reads them, and as marts."""

    recount: Referrals
    marts: duckdb.DuckDBPyConnection

    @property
    def company(self) -> Company:
        return self.recount.company

    @cached_property
    def referrals(self) -> list[dict[str, Any]]:
        """The rows of `fct_referrals`."""
        return read_table(self.marts, "marts.fct_referrals")

    @property
    def programme(self) -> list[dict[str, Any]]:
        """Those of them that the referral programme knows."""
        return [row for row in self.referrals if row["origin"] == "programme"]

    @cached_property
    def files(self) -> dict[str, Row]:
        """The rows of referrals.csv that exist as of as_of, by their id."""
        rows = self.company.read("referrals/referrals")
        return {
            str(row["referral_id"]): row
            for row in rows
            if (at := stamp(row["created_at"])) is None or at <= AS_OF
        }

    def value(self, query: str) -> Any:
        """The only value of an answer."""
        ((value,),) = self.marts.execute(query).fetchall()
        return value


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    folder = tmp_path_factory.mktemp("sample")
    data, export, own_seeds = DataDir(folder / "data"), folder / "export", folder / "own_seeds"
    own_seeds.mkdir()
    write_sample_company(export)
    load_warehouse(export, own_seeds, data)
    setting = Setting(as_of=AS_OF)
    build_marts(data, setting, [f"marts.{mart}" for mart in MARTS])
    company = Company(export, DBT_PROJECT / "seeds", setting)
    recount = Referrals(Asks(Prospects(company), Velocity(company)))
    with connect(data.warehouse, read_only=True) as connection:
        yield Sample(recount, connection)


# ---- what there is to show


@pytest.mark.parametrize(
    ("origin", "reasons"), [("programme", {None, *EXCLUSIONS}), ("crm_only", {None})]
)
def test_all_origins_and_exclusions(sample: Sample, origin: str, reasons: set[str | None]) -> None:
    found = {row["exclusion_reason"] for row in sample.referrals if row["origin"] == origin}
    assert found == reasons


def test_leads_are_found_by_address_and_by_code(sample: Sample) -> None:
    leads = {row["Id"]: row for row in sample.company.alive("Lead")}
    codes = {row["referrer_id"]: row["code"] for row in sample.company.read("referrals/referrers")}
    ways: Counter[str] = Counter()
    for row in sample.programme:
        if row["lead_id"] is None:
            ways["no lead"] += 1
            continue
        lead = leads[row["lead_id"]]
        named = address(sample.files[row["referral_id"]]["referee_email"])
        if named is not None and address(lead["Email"]) == named:
            ways["address"] += 1
        else:
            assert lead["Referral_Code__c"] == codes[row["referrer_id"]]
            ways["code"] += 1
    assert set(ways) == {"address", "code", "no lead"}
    assert min(ways.values()) >= 5


@pytest.mark.parametrize("step", ["qualified_at", "won_at"])
def test_some_referrals_take_a_step_and_some_do_not(sample: Sample, step: str) -> None:
    for origin in ("programme", "crm_only"):
        rows = [row for row in sample.referrals if row["origin"] == origin]
        assert {row[step] is None for row in rows} == {True, False}


def test_crm_only_referrals_are_leads_and_deals(sample: Sample) -> None:
    rows = [row for row in sample.referrals if row["origin"] == "crm_only"]
    assert {row["lead_id"] is None for row in rows} == {True, False}
    assert all(row["referral_id"] == (row["lead_id"] or row["opportunity_id"]) for row in rows)


def test_credit_goes_to_who_asked_to_the_owner_and_to_nobody(sample: Sample) -> None:
    asks = sample.recount.asks
    kinds: Counter[str] = Counter()
    for row in sample.programme:
        at = stamp(sample.files[row["referral_id"]]["created_at"])
        account = row["referrer_account_id"]
        asking = owner = None
        if account is not None and at is not None:
            asking, owner = asks.credited(account, at), asks.owner_at(account, at)
        assert row["rep_id"] == (asking or owner)
        if asking is None:
            kinds["nobody" if owner is None else "owner"] += 1
        else:
            kinds["ask by the owner" if asking == owner else "ask by another"] += 1
    assert set(kinds) == {"nobody", "owner", "ask by the owner", "ask by another"}


def test_credit_of_crm_only_goes_to_the_owner_and_to_nobody(sample: Sample) -> None:
    credited = {row["rep_id"] is None for row in sample.referrals if row["origin"] == "crm_only"}
    assert credited == {True, False}


def test_rewards_cost_money_unless_they_are_void(sample: Sample) -> None:
    company = sample.company
    costs: dict[str, Decimal] = defaultdict(Decimal)
    statuses = defaultdict(set)
    for reward in company.read("referrals/rewards"):
        created_at = stamp(reward["created_at"])
        if created_at is not None and created_at > AS_OF:
            continue
        referral, status = str(reward["referral_id"]), str(reward["status"])
        statuses[referral].add(status)
        if status != "void":
            costs[referral] += company.money(reward["amount"], reward["currency"]) or 0
    found = {row["referral_id"]: row["reward_cost"] for row in sample.referrals}
    assert found == {referral: costs[referral] for referral in found}
    assert {"void"} in statuses.values()
    assert {"issued"} in statuses.values()
    currencies = {reward["currency"] for reward in company.read("referrals/rewards")}
    assert len(currencies) > 1


@pytest.mark.parametrize("band", BANDS)
def test_a_rep_in_every_quality_band(sample: Sample, band: str) -> None:
    low, high = BANDS[band]
    found = sample.value(
        f"""
        select count(*)
        from marts.data_enrichment
        where
            quarter = (select max(quarter) from marts.data_enrichment)
            and records >= {ENOUGH_RECORDS}
            and quality_score between {low + MARGIN} and {high - MARGIN}
        """
    )
    assert found


# ---- counted + excluded = all


def test_each_referral_of_the_programme_is_there_once(sample: Sample) -> None:
    assert sorted(row["referral_id"] for row in sample.programme) == sorted(sample.files)


def test_each_referral_that_only_the_crm_knows_is_there_once(sample: Sample) -> None:
    found = [row["referral_id"] for row in sample.referrals if row["origin"] == "crm_only"]
    expected = [it.id for it in sample.recount.referrals if it.origin == "crm_only"]
    assert sorted(found) == sorted(expected)


def test_a_referral_counts_for_a_rep_for_nobody_or_says_why_not(sample: Sample) -> None:
    earned = sample.value("select sum(referrals_earned) from marts.referrals_earned")
    counted = [row for row in sample.referrals if row["exclusion_reason"] is None]
    of_nobody = [row for row in counted if row["rep_id"] is None]
    excluded = [row for row in sample.referrals if row["exclusion_reason"] in EXCLUSIONS]
    assert of_nobody
    assert earned + len(of_nobody) + len(excluded) == len(sample.referrals)


@pytest.mark.parametrize(
    ("reason", "statuses"), [("reversed", {"reversed"}), ("denied", {"denied", "expired"})]
)
def test_who_is_excluded_by_status(sample: Sample, reason: str, statuses: set[str]) -> None:
    found = {row["referral_id"] for row in sample.referrals if row["exclusion_reason"] == reason}
    assert found == {key for key, row in sample.files.items() if row["status"] in statuses}
