"""Sections 0 to 5 twice: by the models in a warehouse, and by the plain recount of the text.

Every row and every cell must agree: keys, money, nulls, text and instants exactly, floats to 1e-9.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal

import pytest

from sales_metrics.warehouse import DataDir, connect
from tests.recount.cases import CASES, write_case
from tests.recount.comparison import differences
from tests.recount.recount import KEYS, Recount
from tests.recount.values import Mart
from tests.recount.warehouse import build_marts, load_warehouse, read_table


@dataclass(frozen=True)
class Both:
    """The two counts of one case."""

    recount: dict[str, Mart]
    marts: dict[str, Mart]


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Both]:
    """Every case by name. While dbt builds one, the next is loaded: most of it is waiting."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        builds = {}
        for case in CASES:
            folder = tmp_path_factory.mktemp("company")
            export, seeds = write_case(case, folder)
            data = DataDir(folder / "data")
            load_warehouse(export, folder / "own_seeds", data)
            assert not data.quarantine.exists(), "a made-up company must have legal rows"
            recount = Recount(export, seeds, case.setting, case.runs_before).marts
            build = pool.submit(build_marts, data, case.setting, KEYS, case.runs_before)
            builds[case.name] = (data, recount, build)
    return {name: _both(*parts) for name, parts in builds.items()}


def _both(data: DataDir, recount: dict[str, Mart], build: Future[None]) -> Both:
    build.result()
    with connect(data.warehouse, read_only=True) as connection:
        return Both(recount, {table: read_table(connection, table) for table in KEYS})


@pytest.mark.parametrize("table", list(KEYS))
@pytest.mark.parametrize("case", [case.name for case in CASES])
def test_the_warehouse_has_what_the_text_says(
    counts: dict[str, Both], case: str, table: str
) -> None:
    both = counts[case]
    assert both.recount[table], f"nothing to compare in {table}"
    assert differences(table, both.recount[table], both.marts[table]) == []


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
