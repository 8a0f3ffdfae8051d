"""The companies that are counted twice, and the settings they are counted under."""

import csv
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from sales_metrics.seeds import merge_seeds
from tests.recount.awards import Kept
from tests.recount.company import LAST_STATE, Plan
from tests.recount.export_folder import MadeUpCompany
from tests.recount.recount import Recount
from tests.recount.rules import Setting

Cells = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Run:
    """A run: the instant it is as of, and the state in which it found the company's data."""

    as_of: datetime
    state: int = LAST_STATE


@dataclass(frozen=True)
class Case:
    """A company and the seeds that its organisation brings; its setting is the plan's.

    `runs_before` are the runs before, of which something is kept; `seeds_before` are seeds that
    were others as long as the data were not in their last state.
    """

    name: str
    plan: Plan
    hours: Cells
    seeds: dict[str, Cells]
    seeds_before: dict[str, Cells]
    runs_before: tuple[Run, ...] = ()

    @property
    def setting(self) -> Setting:
        return self.plan.setting

    @property
    def runs(self) -> tuple[Run, ...]:
        """All runs in the order in which they are made."""
        return (*self.runs_before, Run(self.setting.as_of))


OFFICE = (
    *((str(weekday), "09:00", "18:00") for weekday in range(1, 6)),
    ("6", "10:00", "14:00"),
)
SPLIT_OFFICE = (
    *((str(weekday), "08:00", "12:00") for weekday in range(1, 6)),
    *((str(weekday), "11:00", "13:00") for weekday in range(1, 6)),
    *((str(weekday), "13:00", "15:30") for weekday in range(1, 4)),
    *((str(weekday), "16:00", "24:00") for weekday in range(2, 7)),
    ("7", "00:00", "02:00"),
    ("7", "02:00", "06:00"),
    ("7", "05:00", "24:00"),
)
# Nights, on which the clocks change; hours begin and end where they do, never within.
NIGHT_OFFICE = (
    *((str(weekday), "00:00", "24:00") for weekday in range(6, 8)),
    *((str(weekday), "20:00", "24:00") for weekday in range(1, 6)),
    *((str(weekday), "00:00", "01:00") for weekday in range(1, 6)),
    ("3", "00:30", "21:00"),
)
REASONS = (
    ("No budget", "true"),
    ("Bad timing", "TRUE"),
    ("Price", "true"),
    ("Duplicate", "false"),
    ("Spam", "False"),
    ("Somebody's own words", "false"),
)

RULES = (
    ("object", "field", "check", "argument", "weight", "applies_when"),
    ("Lead", "Email", "filled", "", "0.3", ""),
    ("Lead", "Email", "email", "", "1e1", "Industry=Retail"),
    ("Lead", "Phone", "phone", "", "2.5", ""),
    ("Lead", "Industry", "in_set", "Energy|retail| Other", "0.1", ""),
    ("Lead", "Score__c", "in_range", "-2.5:10", "1", ""),
    ("Lead", "Score__c", "filled", "", "1", "Industry=Energy;LeadSource=Web"),
    ("Lead", "Company", "filled", "", "7", "HasOptedOutOfEmail=true"),
    ("Contact", "Phone", "phone", "", "1", "Title=CEO"),
    ("Contact", "AccountId", "filled", "", "0.25", ""),
    ("Contact", "OwnerId", "filled", "", "1", ""),
    ("Account", "Website", "url", "", "3", ""),
    ("Account", "NumberOfEmployees", "in_range", "1:5000000", "1", ""),
    ("Opportunity", "CloseDate", "not_in_past", "", "1", ""),
    ("Opportunity", "NextStep", "filled", "", "2", "Type=New Business"),
    ("Opportunity", "Amount", "in_range", "0.005:2500.5", "1", ""),
    ("Opportunity", "AccountId", "filled", "", "1.5", ""),
)
AWARDS = ("award", "metric", "place", "payout", "minimum_volume")
# Three places of everything, and a prize for speed, too.
THREE_PLACES = (
    AWARDS,
    ("savers", "saved_leads", "1", "1000", "1"),
    ("savers", "saved_leads", "2", "500.5", "1"),
    ("savers", "saved_leads", "3", "250", ""),
    ("quick", "median_rep_response_seconds", "1", "750", "4"),
    ("quick", "median_rep_response_seconds", "2", "300", "6"),
    ("quick", "median_rep_response_seconds", "3", "0", "5"),
    ("closers", "median_won_cycle_days", "1", "750", "2"),
    ("closers", "median_won_cycle_days", "3", "75", "2"),
    ("large", "largest_won_amount", "1", "1000", "2"),
    ("large", "largest_won_amount", "2", "400", "2"),
    ("large", "largest_won_amount", "3", "100", "2"),
    ("referrers", "referrals_earned", "1", "1000", "1"),
    ("referrers", "referrals_earned", "2", "600", "1"),
    ("referrers", "referrals_earned", "3", "300", "1"),
    ("stewards", "quality_score", "1", "500", "9"),
    ("stewards", "quality_score", "2", "200", "12"),
    ("speed", "velocity_per_day", "1", "99.99", "3"),
    ("speed", "velocity_per_day", "2", "50", "3"),
    ("speed", "velocity_per_day", "3", "25", "3"),
)
# Two prizes for one metric, none for others; what is blank is the default.
TWO_PRIZES = (
    AWARDS,
    ("savers", "saved_leads", "1", "1000", "7"),
    ("best savers", "saved_leads", "1", "9999.99", "0"),
    ("quick", "median_rep_response_seconds", "1", "750", "3"),
    ("referrers", "referrals_earned", "1", "10", "8"),
    ("referrers", "referrals_earned", "2", "5", "8"),
    ("speed", "velocity_per_day", "1", "500", ""),
)
# As it was before: other sums and volumes, and a prize that there is no more.
PLAN_BEFORE = (
    AWARDS,
    ("savers", "saved_leads", "1", "111", "1"),
    ("savers", "saved_leads", "2", "22", "1"),
    ("quick", "median_rep_response_seconds", "1", "333", "1"),
    ("quick", "median_rep_response_seconds", "2", "44", "1"),
    ("quick", "median_rep_response_seconds", "3", "0", "1"),
    ("closers", "median_won_cycle_days", "1", "666", "3"),
    ("large", "largest_won_amount", "1", "777", "1"),
    ("large", "largest_won_amount", "2", "70", "1"),
    ("referrers", "referrals_earned", "1", "888", "1"),
    ("stewards", "quality_score", "1", "999", "1"),
    ("diligence", "velocity_per_day", "1", "99", "2"),
)
TARGETS = (
    ("link", "target_rate"),
    ("leads_answered_in_time", "0.9"),
    ("leads_qualified", ""),
    ("opportunities_won", "0.55"),
    ("prospects_saved", "1"),
    ("customers_referred", ""),
    ("records_complete", "0.123456"),
)
# Where these are reached, leads that wait too long are the weakest link.
EASY_TARGETS = (
    ("link", "target_rate"),
    ("leads_qualified", "0.4"),
    ("opportunities_won", "0.5"),
    ("customers_referred", "0"),
)
FEW_REFERRALS = (
    ("source", "channel", "is_inbound"),
    ("Web", "organic", "true"),
    ("Partner", "partner", "true"),
    ("Webinar", "event", "TRUE"),
    ("Cold Call", "outbound", "false"),
    ("Partner Referral", "referral", "true"),
)
BANDS = (
    ("label", "from"),
    ("a lot", "2500.50"),
    ("debt", "-100"),
    ("something", "0.01"),
    ("very much", "500000"),
)
# Without a rule for contacts, and for deals only such as judge what is filled.
FEW_RULES = (
    RULES[0],
    ("Lead", "Phone", "filled", "", "1", "Industry=Nothing has this"),
    ("Lead", "Email", "email", "", "1", ""),
    ("Account", "Website", "filled", "", "1", ""),
    ("Account", "NumberOfEmployees", "filled", "", "3", ""),
    ("Account", "Industry", "in_set", "Energy", "2", "Website=example.com"),
    ("Opportunity", "NextStep", "in_set", "Call", "1", ""),
)
PLACEHOLDERS = (("value",), ("TBD",), ("0",), ("none",), ("null",), ("Mr. X",))
FREE_MAIL = (("domain",), ("Gmail.com",), ("mail.ru",), ("example.com",))
CHANNELS = (
    ("campaign_type", "channel"),
    ("Webinar", "referral"),
    ("Sky Banner", "skies"),
    ("Email", "organic"),
)


def _costs(*quarters: str) -> Cells:
    """What channels cost in some quarters: something, nothing, and much in one that has no lead."""
    rows = [
        (quarter, channel, amount)
        for quarter in quarters
        for channel, amount in (
            ("referral", "1000.50"),
            ("organic", "0"),
            ("partner", "2500"),
            ("skywriting", "99.99"),
            ("other", ""),
        )
    ]
    return (("quarter", "channel", "amount"), *rows)


def _case(
    name: str,
    setting: Setting,
    *,
    seed: int,
    first_day: date,
    quarter_starts: tuple[date, ...],
    special_days: tuple[date, ...],
    without: tuple[str, ...] = (),
    hours: Cells = OFFICE,
    seeds: dict[str, Cells] | None = None,
    seeds_before: dict[str, Cells] | None = None,
    runs_before: tuple[Run, ...] = (),
    losses: int = 60,
    referred: int = 22,
    crowd: int = 0,
) -> Case:
    plan = Plan(
        seed=seed,
        setting=setting,
        first_day=first_day,
        days=540,
        quarter_starts=quarter_starts,
        special_days=special_days,
        without=without,
        short_ids=True,
        losses=losses,
        referred=referred,
        crowd=crowd,
    )
    return Case(name, plan, hours, seeds or {}, seeds_before or {}, runs_before)


CASES = [
    _case(
        "utc, as of the last day",
        Setting(datetime(2026, 9, 20, 12, 0, 0, 500_000, tzinfo=UTC)),
        seed=1,
        first_day=date(2025, 4, 1),
        quarter_starts=(date(2025, 10, 1), date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)),
        special_days=(date(2026, 3, 29), date(2026, 2, 28)),
        crowd=120,
        seeds={
            "funnel_targets": EASY_TARGETS,
            "source_costs": _costs("2025-Q1", "2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"),
            "free_mail_domains": FREE_MAIL,
        },
    ),
    _case(
        "new york, as of the middle: half of it is in the future",
        # 21:30 of the day before in New York
        Setting(
            datetime(2026, 5, 16, 1, 30, tzinfo=UTC),
            "America/New_York",
            fiscal_year_start_month=2,
            reactivation_window_days=90,
            response_sla_minutes=15,
            decision_maker_roles=("Evaluator",),
            referral_attribution_days=30,
            referral_ask_types=("Ask", "Referral Ask"),
            freshness_half_life_days=30,
            check_in_activity_types=("Visit", "On site"),
        ),
        seed=2,
        first_day=date(2025, 8, 1),
        # The clocks go back on the first day of a quarter.
        quarter_starts=(date(2025, 11, 1), date(2026, 2, 1), date(2026, 5, 1), date(2026, 11, 1)),
        special_days=(date(2025, 11, 2), date(2026, 3, 8), date(2026, 11, 1)),
        referred=6,
        hours=SPLIT_OFFICE,
        seeds={
            "incentive_plan": THREE_PLACES,
            "funnel_targets": TARGETS,
            "lead_sources": FEW_REFERRALS,
            "source_costs": _costs("2026-Q4", "2027-Q1", "2027-Q2", "2027-Q3"),
            "quality_rules": RULES,
            "placeholders": PLACEHOLDERS,
        },
    ),
    _case(
        "asuncion, as of the start of a quarter whose midnight does not exist",
        Setting(
            datetime(2017, 10, 1, 4, 0, tzinfo=UTC),
            "America/Asuncion",
            fiscal_year_start_month=10,
            minimum_volume=2,
            reopen_grace_days=20,
            reactivation_flag_field="Win_Back__c",
            auto_reply_pattern="automatic|автоответ",
            referral_ask_pattern="^ask for|рекомендац",
            gross_margin=0.35,
            quality_score_weights=(0, 1, 0.5),
            # The quarter before is final as of its end.
            close_grace_days=0,
        ),
        seed=3,
        first_day=date(2016, 9, 1),
        quarter_starts=(date(2017, 1, 1), date(2017, 4, 1), date(2017, 7, 1), date(2017, 10, 1)),
        special_days=(date(2017, 3, 25), date(2017, 3, 26), date(2017, 10, 1)),
        without=("CurrencyType", "Campaign"),
        hours=NIGHT_OFFICE,
        seeds={
            "incentive_plan": TWO_PRIZES,
            "funnel_targets": (TARGETS[0], ("customers_referred", "0.5")),
            "amount_bands": BANDS,
            "lost_reasons": (("reason", "is_recoverable"), *REASONS),
            "holidays": (("date", "name"), ("2017-03-25", "A Saturday"), ("2017-09-30", "")),
            "source_costs": _costs("2017-Q1", "2017-Q3", "2018-Q1", "2018-Q2"),
            "free_mail_domains": FREE_MAIL,
            "quality_rules": FEW_RULES,
        },
    ),
    _case(
        "havana, with a quarter whose midnight occurs twice",
        Setting(
            # The last of the days in which the awards of the quarter before are provisional.
            datetime(2021, 2, 10, 18, 0, tzinfo=UTC),
            "America/Havana",
            fiscal_year_start_month=11,
            non_new_business_types=("Renewal", "Existing Business"),
            reopen_grace_days=0,
            reactivation_window_days=60,
            reactivation_campaign_pattern="^react|back|реактивац",
            decision_maker_pattern="head|vp|c[et]o",
            referral_attribution_days=0.5,
            gross_margin=1.5,
            freshness_half_life_days=0.25,
            quality_score_weights=(3, 2, 0),
            check_in_activity_types=("Check-in", "Meeting"),
        ),
        seed=4,
        first_day=date(2020, 1, 1),
        quarter_starts=(date(2020, 5, 1), date(2020, 8, 1), date(2020, 11, 1), date(2020, 11, 1)),
        special_days=(date(2020, 3, 8), date(2020, 11, 1)),
        losses=15,
        without=("OpportunityStage",),
        hours=NIGHT_OFFICE,
        seeds={
            "incentive_plan": THREE_PLACES,
            "funnel_targets": (TARGETS[0], ("opportunities_won", "1.0"), ("leads_qualified", "0")),
            "amount_bands": BANDS,
            "connected_dispositions": (("disposition",), ("Connected",), ("connected",)),
            "holidays": (("date", "name"), ("2020-11-02", "The day after")),
            "source_costs": _costs("2020-Q3", "2020-Q4", "2021-Q1"),
            "campaign_channels": CHANNELS,
            "free_mail_domains": FREE_MAIL,
            "quality_rules": RULES,
        },
        seeds_before={"incentive_plan": PLAN_BEFORE},
        runs_before=(
            # Closes the quarters before its own.
            Run(datetime(2020, 10, 10, 12, 0, tzinfo=UTC), state=0),
            # The last second of a day, and of the quarter.
            Run(datetime(2020, 11, 1, 3, 59, 59, tzinfo=UTC), state=1),
            # A day that is to come; it was looked at once, and is not seen now.
            Run(datetime(2021, 3, 10, 12, 0, tzinfo=UTC), state=1),
            # The same day, hours before.
            Run(datetime(2021, 2, 10, 9, 0, tzinfo=UTC), state=1),
        ),
    ),
]


def write_seeds(folder: Path, case: Case, state: int, service_users: list[str]) -> None:
    """The organisation's own seeds: robots, office hours, and now and then more of them."""
    seeds: dict[str, Cells] = {
        "service_users": (("user_id", "why"), *((user, "a robot") for user in service_users)),
        "business_hours": (("weekday", "opens", "closes"), *case.hours),
        **case.seeds,
        **(case.seeds_before if state < LAST_STATE else {}),
    }
    folder.mkdir(parents=True)
    for name, rows in seeds.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)


@dataclass(frozen=True)
class Written:
    """What a run finds: an export folder, the organisation's own seeds, and all seeds."""

    setting: Setting
    export: Path
    own_seeds: Path
    seeds: Path


def write_case(case: Case, folder: Path) -> list[Written]:
    """Write what each run of a case finds into an empty folder, in the order of the runs."""
    company = MadeUpCompany(case.plan)
    # The last state first: what was before it takes nothing from it.
    for state in sorted({run.state for run in case.runs}, reverse=True):
        of_state = folder / f"state_{state}"
        company.write(of_state / "export", state)
        write_seeds(of_state / "own_seeds", case, state, company.service_users)
        merge_seeds(of_state / "own_seeds", of_state / "seeds")
    return [_written(case, folder, run) for run in case.runs]


def _written(case: Case, folder: Path, run: Run) -> Written:
    of_state = folder / f"state_{run.state}"
    setting = replace(case.setting, as_of=run.as_of)
    return Written(setting, of_state / "export", of_state / "own_seeds", of_state / "seeds")


def recount_runs(runs: list[Written]) -> Recount:
    """The last of a company's runs counted again, and before it all that it builds upon."""
    *before, last = runs
    kept = Kept()
    for run in before:
        kept = Recount(run.export, run.seeds, run.setting, kept).awards.keep()
    return Recount(last.export, last.seeds, last.setting, kept)
