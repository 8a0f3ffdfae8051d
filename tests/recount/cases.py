"""The companies that are counted twice, and the settings they are counted under."""

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sales_metrics.seeds import merge_seeds
from tests.recount.company import Plan
from tests.recount.export_folder import write_company
from tests.recount.rules import Setting

Cells = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Case:
    """A company and the seeds that its organisation brings; its setting is the plan's.

    `runs_before` are the instants of runs before, whose quality snapshots are kept.
    """

    name: str
    plan: Plan
    volumes: dict[str, int]
    hours: Cells
    seeds: dict[str, Cells]
    runs_before: tuple[datetime, ...] = ()

    @property
    def setting(self) -> Setting:
        return self.plan.setting


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
    volumes: dict[str, int] | None = None,
    hours: Cells = OFFICE,
    seeds: dict[str, Cells] | None = None,
    runs_before: tuple[datetime, ...] = (),
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
    )
    return Case(name, plan, volumes or {}, hours, seeds or {}, runs_before)


CASES = [
    _case(
        "utc, as of the last day",
        Setting(datetime(2026, 9, 20, 12, 0, 0, 500_000, tzinfo=UTC)),
        seed=1,
        first_day=date(2025, 4, 1),
        quarter_starts=(date(2025, 10, 1), date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)),
        special_days=(date(2026, 3, 29), date(2026, 2, 28)),
        seeds={
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
        volumes={"median_won_cycle_days": 2, "largest_won_amount": 2, "quality_score": 9},
        hours=SPLIT_OFFICE,
        seeds={
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
        ),
        seed=3,
        first_day=date(2016, 9, 1),
        quarter_starts=(date(2017, 1, 1), date(2017, 4, 1), date(2017, 7, 1), date(2017, 10, 1)),
        special_days=(date(2017, 3, 25), date(2017, 3, 26), date(2017, 10, 1)),
        without=("CurrencyType", "Campaign"),
        volumes={"saved_leads": 2, "median_rep_response_seconds": 3, "referrals_earned": 8},
        hours=NIGHT_OFFICE,
        seeds={
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
            datetime(2020, 11, 25, 18, 0, tzinfo=UTC),
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
        without=("OpportunityStage",),
        hours=NIGHT_OFFICE,
        seeds={
            "connected_dispositions": (("disposition",), ("Connected",), ("connected",)),
            "holidays": (("date", "name"), ("2020-11-02", "The day after")),
            "source_costs": _costs("2020-Q3", "2020-Q4", "2021-Q1"),
            "campaign_channels": CHANNELS,
            "free_mail_domains": FREE_MAIL,
            "quality_rules": RULES,
        },
        runs_before=(
            # The last second of a day, and of a quarter.
            datetime(2020, 11, 1, 3, 59, 59, tzinfo=UTC),
            # A day that is to come; it was looked at once, and is not seen now.
            datetime(2020, 12, 10, 12, 0, tzinfo=UTC),
            # The same day, hours before.
            datetime(2020, 11, 25, 9, 0, tzinfo=UTC),
        ),
    ),
]


def write_seeds(folder: Path, case: Case, service_users: list[str]) -> None:
    """The organisation's own seeds: robots, office hours, and now and then more of them."""
    seeds: dict[str, Cells] = {
        "service_users": (("user_id", "why"), *((user, "a robot") for user in service_users)),
        "business_hours": (("weekday", "opens", "closes"), *case.hours),
        **case.seeds,
    }
    if case.volumes:
        seeds["incentive_plan"] = (
            ("award", "metric", "place", "payout", "minimum_volume"),
            *((metric, metric, "1", "750", str(volume)) for metric, volume in case.volumes.items()),
        )
    folder.mkdir()
    for name, rows in seeds.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)


def write_case(case: Case, folder: Path) -> tuple[Path, Path]:
    """Write export folder and seeds into an empty folder; returns the two."""
    write_own(case, folder)
    merge_seeds(folder / "own_seeds", folder / "seeds")
    return folder / "export", folder / "seeds"


def write_own(case: Case, folder: Path) -> None:
    """Write what an organisation brings: `export` and `own_seeds`."""
    service_users = write_company(case.plan, folder / "export")
    write_seeds(folder / "own_seeds", case, service_users)
