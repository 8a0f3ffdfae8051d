"""The sample company shows all there is to show, and nothing of its files is left out of a fact.

What exists is read off the files by the plain recount of section 0; what came of it, off the marts.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import pytest

from ingestion.sample_company import write_sample_company
from sales_metrics.settings import SAMPLE_COMPANY_AS_OF as AS_OF
from sales_metrics.warehouse import DBT_PROJECT, PROJECT_ROOT, DataDir, connect
from tests.recount.losses import Losses
from tests.recount.prospects import Prospects
from tests.recount.rules import Company, Setting
from tests.recount.velocity import Velocity
from tests.recount.warehouse import build_marts, load_warehouse

MARTS = (
    "fct_sales_cycles",
    "fct_stage_visits",
    "fct_loss_episodes",
    "saved_leads_baseline",
    "fct_response_cycles",
    "response_band_outcomes",
    "weakest_link",
    "incentive_awards",
    "dim_quarters",
)


@dataclass(frozen=True)
class Sample:
    """The sample company as files, as section 0 reads them, and as marts."""

    company: Company
    marts: duckdb.DuckDBPyConnection

    def values(self, query: str) -> list[Any]:
        """The only column of an answer."""
        return [value for (value,) in self.marts.execute(query).fetchall()]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    folder = tmp_path_factory.mktemp("sample")
    data, export = DataDir(folder / "data"), folder / "export"
    write_sample_company(export)
    load_warehouse(export, None, data)
    setting = Setting(as_of=AS_OF)
    tables = [f"marts.{mart}" for mart in MARTS]
    build_marts(data, setting, [*tables, "activation.reactivation_audience"])
    with connect(data.warehouse, read_only=True) as connection:
        yield Sample(Company(export, DBT_PROJECT / "seeds", setting), connection)


def test_all_outcomes_and_ways_back(sample: Sample) -> None:
    outcomes = set(sample.values("select outcome from marts.fct_loss_episodes"))
    assert outcomes == {
        "ineligible", "corrected", "saved", "returned_unaided", "pending", "expired",
    }  # fmt: skip
    ways_back = "select distinct return_type from marts.fct_loss_episodes where outcome = 'saved'"
    assert set(sample.values(ways_back)) == {"requalified", "reopened", "new_opportunity"}


@pytest.mark.parametrize(
    "step", ["flagged_at", "enrolled_at", "delivered_at", "engaged_at", "saved_won_at"]
)
def test_some_episodes_take_a_step_and_some_do_not(sample: Sample, step: str) -> None:
    taken = f"select distinct {step} is not null from marts.fct_loss_episodes"
    assert set(sample.values(taken)) == {True, False}


def test_some_quarter_has_both_rates_of_the_baseline(sample: Sample) -> None:
    assert sample.values(
        "select quarter from marts.saved_leads_baseline where lift_points is not null"
    )


def test_all_bands(sample: Sample) -> None:
    bands = set(sample.values("select band from marts.response_band_outcomes"))
    assert bands == {"≤5 min", "≤15 min", "≤1 h", "≤4 h", "≤24 h", ">24 h", "never"}


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("signal_type", {"created", "qualified", "campaign_response"}),
        ("exclusion_reason", {"rep_created", "not_inbound", None}),
        ("first_attempt_channel", {"Call", "Email", "Event", None}),
        ("is_backdated", {True, False}),
        ("is_only_a_date", {True, False}),
        ("reached_decision_maker", {True, False}),
        ("contacted_at is null", {True, False}),
        ("rep_id is null", {True, False}),
        ("rep_id = first_attempt_by", {True, False, None}),
    ],
)
def test_all_kinds_of_cycles(sample: Sample, column: str, values: set[Any]) -> None:
    found = sample.values(f"select distinct {column} from marts.fct_response_cycles")
    assert set(found) == values


# ---- counted + excluded = all


def _deals(company: Company) -> list[Any]:
    return [row["Id"] for row in company.alive("Opportunity")]


def _visits(company: Company) -> list[Any]:
    """A visit for each run of one stage in the history of a deal."""
    velocity = Velocity(company)
    return [deal for deal, visits in velocity.visits.items() for _ in visits]


def _leads(company: Company) -> list[Any]:
    return [row["Id"] for row in company.alive("Lead")]


def _losses(company: Company) -> list[Any]:
    """A loss for each time a prospect is lost while it is not; the way back is the recount's."""
    losses = Losses(Prospects(company), Velocity(company))
    return [(it.prospect.id, it.lost_at.replace(tzinfo=None)) for it in losses.episodes]


@pytest.mark.parametrize(
    ("fact", "record", "expected"),
    [
        ("fct_sales_cycles", "opportunity_id", _deals),
        ("fct_stage_visits", "opportunity_id", _visits),
        ("fct_loss_episodes", "(prospect_id, lost_at)", _losses),
        # Each lead that exists was created, which is a signal or an excluded one: it has a cycle.
        ("(select distinct lead_id from marts.fct_response_cycles)", "lead_id", _leads),
    ],
)
def test_counted_and_excluded_are_all(
    sample: Sample, fact: str, record: str, expected: Callable[[Company], list[Any]]
) -> None:
    table = fact if fact.startswith("(") else f"marts.{fact}"
    found = sample.values(f"select {record} from {table}")
    assert sorted(found) == sorted(expected(sample.company))


@pytest.mark.parametrize(
    ("fact", "reasons"),
    [
        ("fct_loss_episodes", {"ineligible", "corrected"}),
        ("fct_response_cycles", {"rep_created", "not_inbound"}),
    ],
)
def test_a_row_counts_or_says_why_not(sample: Sample, fact: str, reasons: set[str]) -> None:
    (everything,) = sample.values(f"select count(*) from marts.{fact}")
    (counted,) = sample.values(f"select count(*) from marts.{fact} where exclusion_reason is null")
    excluded = sample.values(
        f"select exclusion_reason from marts.{fact} where exclusion_reason is not null"
    )
    assert set(excluded) == reasons
    assert counted + len(excluded) == everything


def test_created_signals_that_do_not_count_are_all_there(sample: Sample) -> None:
    # Leads created by a rep, or from a source that is not inbound, by the files; one at the same
    # instant as a signal that counts is dropped.
    company = sample.company
    not_inbound = {
        row["source"] for row in company.seed("lead_sources") if row["is_inbound"] == "false"
    }
    without = {
        row["Id"]
        for row in company.alive("Lead")
        if row["CreatedById"] in company.reps or (row["LeadSource"] or "").strip() in not_inbound
    }
    excluded = set(
        sample.values(
            "select lead_id from marts.fct_response_cycles where exclusion_reason is not null"
        )
    )
    signalled_at_creation = set(
        sample.values(
            """
            select cycles.lead_id
            from marts.fct_response_cycles as cycles
            inner join raw_salesforce.lead as leads on cycles.lead_id = leads.id
            where cycles.exclusion_reason is null and cycles.signal_at = leads.created_date
            """
        )
    )
    assert excluded == without - signalled_at_creation
    assert excluded


def test_the_readme_says_what_the_sample_company_says(sample: Sample) -> None:
    """The factor beside the article's is the last closed quarter's of the headline."""
    readme = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8")
    told = re.findall(r"sample company's data say (\d+\.\d)×", readme)
    fast = "band in ('≤5 min', '≤15 min', '≤1 h')"
    (factor,) = sample.values(
        f"""
        select round(
            (sum(reached_decision_maker) filter (where {fast}) / sum(cycles) filter (where {fast}))
            / (
                sum(reached_decision_maker) filter (where band = '>24 h')
                / sum(cycles) filter (where band = '>24 h')
            ),
            1
        )
        from marts.response_band_outcomes
        where quarter = (select max(quarter) from marts.dim_quarters where is_closed)
        """
    )
    assert told == [f"{factor:.1f}"]


# ---- section 6 shows something, too


def test_the_last_closed_quarter_has_a_weakest_link(sample: Sample) -> None:
    weakest = sample.values(
        """
        select amount_at_stake from marts.weakest_link
        where is_weakest and quarter = (
            select max_by(quarter, start_date) from marts.dim_quarters where is_closed
        )
        """
    )
    assert len(weakest) == 1
    assert weakest[0] > 0


def test_every_contest_of_the_running_quarter_has_a_leader(sample: Sample) -> None:
    contests = sample.values("select distinct award from seeds.incentive_plan")
    leading = sample.values(
        "select distinct award from marts.incentive_awards where status = 'provisional'"
    )
    assert set(leading) == set(contests)


def test_prospects_are_written_to_and_left_out_for_every_reason(sample: Sample) -> None:
    reasons = sample.values(
        "select distinct left_out_because from intermediate.int_reactivation_candidates"
    )
    assert set(reasons) == {
        None,
        "not flagged",
        "no e-mail address",
        "unsubscribed or cleaned",
        "opted out of e-mail",
        "written to in the last 14 days",
        "same e-mail as a prospect lost later",
    }
