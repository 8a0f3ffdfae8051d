"""Founds the company, lets its days pass, and puts the finished export folder in place."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random

from ingestion.sample_company.asks import ask_customers
from ingestion.sample_company.badger import visit_places
from ingestion.sample_company.campaigns import CrmCampaigns
from ingestion.sample_company.clock import AS_OF, HOUR, START, is_working
from ingestion.sample_company.company import COMPANY, found_company
from ingestion.sample_company.customers import deals_without_lead, import_customers
from ingestion.sample_company.decks import shuffle_decks
from ingestion.sample_company.files import ExportFiles
from ingestion.sample_company.ids import Ids
from ingestion.sample_company.leads import (
    REP_SOURCES,
    Lead,
    new_lead,
    tell,
    tell_deleted,
    tell_duplicate,
)
from ingestion.sample_company.mail import Mail
from ingestion.sample_company.names import Names
from ingestion.sample_company.referrals import Programme
from ingestion.sample_company.world import World
from sales_metrics.errors import SalesMetricsError
from sales_metrics.settings import SAMPLE_COMPANY_AS_OF

README = "README.txt"
NOTICE = f"{COMPANY} is a fictitious company."


@dataclass(frozen=True)
class SampleSummary:
    """What was written: `rows` counts the records of each file, by its path in the folder."""

    folder: Path
    company: str
    seed: int
    as_of: datetime
    rows: dict[str, int]


def write_sample_company(folder: Path, *, leads: int = 3000, seed: int = 20261120) -> SampleSummary:
    """Write an export folder for the fictitious company, replacing an earlier one whole.

    The same `leads` and `seed` give the same bytes. Raises SalesMetricsError if `leads` is below 1,
    or if `folder` holds anything but an earlier sample company.
    """
    if leads < 1:
        raise SalesMetricsError(f"The sample company needs at least 1 lead, not {leads}.")
    folder = folder.resolve()
    _refuse_foreign(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = folder.with_name(f".{folder.name}.unfinished-{os.getpid()}")
    try:
        unfinished.mkdir()
        with ExportFiles(unfinished) as files:
            _tell_all(files, leads, seed)
        (unfinished / README).write_bytes(_readme(leads, seed).encode())
        _put_in_place(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return SampleSummary(folder, COMPANY, seed, SAMPLE_COMPANY_AS_OF, files.rows)


def _refuse_foreign(folder: Path) -> None:
    """Nobody's real export may be replaced by a fiction."""
    if not folder.exists():
        return
    if folder.is_dir():
        readme = folder / README
        is_ours = readme.is_file() and NOTICE.encode() in readme.read_bytes()
        if is_ours or not any(folder.iterdir()):
            return
    raise SalesMetricsError(
        f"{folder} is there already and holds no sample company, so it is not replaced; "
        "name another folder, or remove it."
    )


def _put_in_place(finished: Path, folder: Path) -> None:
    """Swap folders by renaming, so that no reader finds a half-written company."""
    earlier = folder.with_name(f".{folder.name}.earlier-{os.getpid()}")
    if folder.exists():
        folder.rename(earlier)
    finished.rename(folder)
    shutil.rmtree(earlier, ignore_errors=True)


def _readme(leads: int, seed: int) -> str:
    return (
        f"{NOTICE}\n\n"
        f"Nothing in this folder is about anybody: people, firms, deals and visits are invented.\n"
        f"All e-mail addresses are in domains reserved for examples; "
        f"all telephone numbers hold 555.\n\n"
        f"The company's last day is {SAMPLE_COMPANY_AS_OF:%Y-%m-%d, %H:%M} UTC. "
        f"Written from seed {seed} with {leads} leads.\n"
    )


def _tell_all(files: ExportFiles, leads: int, seed: int) -> None:
    rng, ids = Random(seed), Ids()
    world = World(
        rng=rng,
        files=files,
        ids=ids,
        names=Names(rng),
        company=found_company(ids, files),
        decks=shuffle_decks(rng),
        campaigns=CrmCampaigns(rng, ids, files, leads),
        mail=Mail(rng, files),
        programme=Programme(),
    )
    import_customers(world, max(12, leads // 25))
    world.programme.open(world, max(8, leads // 60))
    for created_at in _arrivals(rng, leads):
        _tell_lead(world, created_at)
    deals_without_lead(world, max(12, leads // 12))
    world.programme.write_excluded(world, max(13, leads // 50))
    ask_customers(world)
    visit_places(world, max(20, leads // 5))
    for recipient in world.imported_recipients:
        world.mail.close(recipient)
    world.mail.write_campaigns()


def _arrivals(rng: Random, count: int) -> list[int]:
    """When leads come in, in order: mostly while offices are open, and more every month."""
    arrivals: list[int] = []
    while len(arrivals) < count:
        at = START + HOUR + int((AS_OF - START - HOUR) * rng.random() ** 0.85)
        if is_working(at) or rng.random() < 0.17:
            arrivals.append(at)
    return sorted(arrivals)


def _tell_lead(world: World, created_at: int) -> None:
    source = world.draw("lead source")
    card = world.draw("what kind of lead")
    lead = new_lead(world, created_at, source)
    survivor = world.rng.choice(world.recent_leads) if world.recent_leads else None
    if card == "duplicate" and survivor and source not in REP_SOURCES:
        tell_duplicate(world, lead, survivor)
        _remember(world, lead, 0.6)
    elif card == "deleted":
        tell_deleted(world, lead)
    else:
        planned = world.programme.plan(world, lead)
        tell(world, lead, stays_in_queue=card == "stays in queue")
        if planned:
            world.programme.record(world, lead, planned)
        _remember(world, lead, 0.2)


def _remember(world: World, lead: Lead, share: float) -> None:
    """A later entry may turn out to be the same person; merged leads may be merged into again."""
    if world.chance(share):
        world.recent_leads.append(lead)
