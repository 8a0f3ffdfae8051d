"""Sections 0 to 6 twice: by the models in a warehouse, and by the plain recount of the text.

Every row and every cell must agree: keys, money, nulls, text and instants exactly, floats to 1e-9.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from sales_metrics.warehouse import DataDir, connect
from tests.recount.cases import CASES, Case, recount_runs, write_case
from tests.recount.comparison import differences
from tests.recount.recount import KEYS
from tests.recount.values import Mart
from tests.recount.warehouse import KEPT, build_marts, loaded, read_table

# Without runs before it a run finds nothing to adjust.
MAY_BE_EMPTY = ("marts.incentive_adjustments",)


@dataclass(frozen=True)
class Both:
    """The two counts of one case."""

    recount: dict[str, Mart]
    marts: dict[str, Mart]


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Both]:
    """Every case by name, two at a time: most of it is waiting. First the one of many runs."""
    cases = sorted(CASES, key=lambda case: -len(case.runs))
    folders = [tmp_path_factory.mktemp("company") for _ in cases]
    with ThreadPoolExecutor(max_workers=2) as pool:
        both = list(pool.map(_count_twice, cases, folders))
    return {case.name: counted for case, counted in zip(cases, both, strict=True)}


def _count_twice(case: Case, folder: Path) -> Both:
    """Make a case's runs one after the other, and count the last of them again."""
    runs, data = write_case(case, folder), DataDir(folder / "data")
    for run in loaded(runs, data):
        assert not data.quarantine.exists(), "a made-up company must have legal rows"
        build_marts(data, run.setting, KEYS if run is runs[-1] else KEPT)
    with connect(data.warehouse, read_only=True) as connection:
        marts = {table: read_table(connection, table) for table in KEYS}
    return Both(recount_runs(runs).marts, marts)


@pytest.mark.parametrize("table", list(KEYS))
@pytest.mark.parametrize("case", [case.name for case in CASES])
def test_the_warehouse_has_what_the_text_says(
    counts: dict[str, Both], case: str, table: str
) -> None:
    both = counts[case]
    assert both.recount[table] or table in MAY_BE_EMPTY, f"nothing to compare in {table}"
    assert differences(table, both.recount[table], both.marts[table]) == []


def test_an_adjustment_says_why(counts: dict[str, Both]) -> None:
    reasons = [
        row["reason"]
        for both in counts.values()
        for row in both.marts["marts.incentive_adjustments"]
    ]
    assert reasons
    assert all(reason.strip() for reason in reasons)


@pytest.mark.parametrize(
    ("cell", "is_noticed"),
    [
        (0.5 * (1 + 1e-8), True),
        (0.5 * (1 + 1e-10), False),
        (None, True),
        (1, True),
        (Decimal("0.5"), True),
    ],
)
def test_the_comparison_notices_a_cell(cell: object, is_noticed: bool) -> None:
    recounted = [{"quarter": "2026-Q1", "stage": "New", "forward_rate": 0.5}]
    built = [{"quarter": "2026-Q1", "stage": "New", "forward_rate": cell}]
    assert bool(differences("marts.stage_durations", recounted, built)) is is_noticed


@pytest.mark.parametrize("stages", [[], ["New", "Other"], ["Other"], ["New", "New"]])
def test_the_comparison_notices_a_row(stages: list[str]) -> None:
    recounted = [{"quarter": "2026-Q1", "stage": "New"}]
    built = [{"quarter": "2026-Q1", "stage": stage} for stage in stages]
    assert differences("marts.stage_durations", recounted, built) != []
