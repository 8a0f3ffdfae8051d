"""The companies that are counted twice, and the settings they are counted under."""

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sales_metrics.seeds import merge_seeds
from tests.recount.company import Plan, write_company
from tests.recount.rules import Setting


@dataclass(frozen=True)
class Case:
    """A company and the setting its marts are built with."""

    name: str
    plan: Plan
    setting: Setting
    volumes: dict[str, int] | None = None


def _case(
    name: str,
    *,
    seed: int,
    zone: str,
    first_month: int,
    first_day: date,
    as_of: datetime,
    quarter_starts: tuple[date, ...],
    special_days: tuple[date, ...],
    without: tuple[str, ...] = (),
    volumes: dict[str, int] | None = None,
    minimum_volume: int = 5,
    renewals: tuple[str, ...] = ("Renewal",),
) -> Case:
    plan = Plan(
        seed=seed,
        zone=ZoneInfo(zone),
        first_day=first_day,
        days=540,
        as_of=as_of,
        quarter_starts=quarter_starts,
        special_days=special_days,
        without=without,
        short_ids=True,
    )
    return Case(name, plan, Setting(as_of, zone, first_month, minimum_volume, renewals), volumes)


CASES = [
    _case(
        "utc, as of the last day",
        seed=1,
        zone="UTC",
        first_month=1,
        first_day=date(2025, 4, 1),
        as_of=datetime(2026, 9, 20, 12, 0, 0, 500_000, tzinfo=UTC),
        quarter_starts=(date(2025, 10, 1), date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)),
        special_days=(date(2026, 3, 29), date(2026, 2, 28)),
    ),
    _case(
        "new york, as of the middle: half of it is in the future",
        seed=2,
        zone="America/New_York",
        first_month=2,
        first_day=date(2025, 8, 1),
        # 21:30 of the day before in New York
        as_of=datetime(2026, 5, 16, 1, 30, tzinfo=UTC),
        # The clocks go back on the first day of a quarter.
        quarter_starts=(date(2025, 11, 1), date(2026, 2, 1), date(2026, 5, 1), date(2026, 11, 1)),
        special_days=(date(2025, 11, 2), date(2026, 3, 8), date(2026, 11, 1)),
        volumes={"median_won_cycle_days": 2, "largest_won_amount": 2},
    ),
    _case(
        "asuncion, as of the start of a quarter whose midnight does not exist",
        seed=3,
        zone="America/Asuncion",
        first_month=10,
        first_day=date(2016, 9, 1),
        as_of=datetime(2017, 10, 1, 4, 0, tzinfo=UTC),
        quarter_starts=(date(2017, 1, 1), date(2017, 4, 1), date(2017, 7, 1), date(2017, 10, 1)),
        special_days=(date(2017, 3, 25), date(2017, 3, 26), date(2017, 10, 1)),
        without=("CurrencyType",),
        volumes={"saved_leads": 1},
        minimum_volume=2,
    ),
    _case(
        "havana, with a quarter whose midnight occurs twice",
        seed=4,
        zone="America/Havana",
        first_month=11,
        first_day=date(2020, 1, 1),
        as_of=datetime(2020, 11, 25, 18, 0, tzinfo=UTC),
        quarter_starts=(date(2020, 5, 1), date(2020, 8, 1), date(2020, 11, 1), date(2020, 11, 1)),
        special_days=(date(2020, 3, 8), date(2020, 11, 1)),
        without=("OpportunityStage",),
        renewals=("Renewal", "Existing Business"),
    ),
]


def write_seeds(folder: Path, case: Case, service_users: list[str]) -> None:
    """The organisation's own seeds: robots, and now and then a plan with other volumes."""
    folder.mkdir()
    with (folder / "service_users.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [["user_id", "why"], *([user, "a robot"] for user in service_users)]
        )
    if case.volumes is not None:
        with (folder / "incentive_plan.csv").open("w", newline="") as file:
            csv.writer(file).writerows(
                [
                    ["award", "metric", "place", "payout", "minimum_volume"],
                    *([metric, metric, 1, 750, volume] for metric, volume in case.volumes.items()),
                ]
            )


def write_case(case: Case, folder: Path) -> tuple[Path, Path]:
    """Write export folder and seeds into an empty folder; returns the two."""
    write_own(case, folder)
    merge_seeds(folder / "own_seeds", folder / "seeds")
    return folder / "export", folder / "seeds"


def write_own(case: Case, folder: Path) -> None:
    """Write what an organisation brings: `export` and `own_seeds`."""
    service_users = write_company(case.plan, folder / "export")
    write_seeds(folder / "own_seeds", case, service_users)
