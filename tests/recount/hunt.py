"""More companies than the tests build, for a difference between the marts and the recount.

    python -m tests.recount.hunt --seeds 100-139 [--tables fct_loss_episodes saved_leads] [--dry]

Each seed is one of the tests' cases with other random numbers; a difference can be had again by its
seed. The exit code is 1 if there are any. `--dry` only recounts, and says what came of it.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sales_metrics.warehouse import DataDir, connect
from tests.recount.cases import CASES, Case, recount_runs, write_case
from tests.recount.comparison import differences
from tests.recount.recount import KEYS
from tests.recount.warehouse import KEPT, build_marts, loaded, read_table

SHOWN = 30


def case_of(seed: int) -> Case:
    """The case that a seed stands for."""
    case = CASES[seed % len(CASES)]
    return replace(case, plan=replace(case.plan, seed=seed))


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def hunt(seed: int, tables: Sequence[str], *, dry: bool) -> list[str]:
    """The differences in one company."""
    case = case_of(seed)
    with tempfile.TemporaryDirectory(prefix=f"recount-{seed}-") as name:
        folder = Path(name)
        runs = write_case(case, folder)
        recount = recount_runs(runs).marts
        if dry:
            say(f"  {', '.join(f'{table}: {len(recount[table])}' for table in tables)}")
            return []
        data = DataDir(folder / "data")
        for run in loaded(runs, data):
            build_marts(data, run.setting, tables if run is runs[-1] else KEPT)
        with connect(data.warehouse, read_only=True) as connection:
            return [
                difference
                for table in tables
                for difference in differences(table, recount[table], read_table(connection, table))
            ]


def wanted_tables(names: Sequence[str]) -> list[str]:
    """Tables of the recount by name; all of them if none is named."""
    found = [table for table in KEYS if not names or table.split(".")[1] in names]
    if names and len(found) < len(set(names)):
        known = ", ".join(table.split(".")[1] for table in KEYS)
        raise SystemExit(f"Not all of {', '.join(names)} are recounted. Known: {known}.")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Build and recount companies of more seeds.")
    parser.add_argument("--seeds", required=True, help="one, or the first and last: 100-139")
    parser.add_argument("--tables", nargs="+", default=[], metavar="TABLE")
    parser.add_argument("--dry", action="store_true", help="recount only, build nothing")
    options = parser.parse_args(arguments)
    first, _, last = options.seeds.partition("-")
    tables = wanted_tables(options.tables)
    total = 0
    for seed in range(int(first), int(last or first) + 1):
        say(f"seed {seed} ({case_of(seed).name})")
        found = hunt(seed, tables, dry=options.dry)
        total += len(found)
        for difference in found[:SHOWN]:
            say(f"  {difference}")
        if len(found) > SHOWN:
            say(f"  and {len(found) - SHOWN} more")
    say(f"{total} differences")
    return 1 if total else 0


if __name__ == "__main__":
    raise SystemExit(main())
