"""Visits logged in Badger Maps, in the rep's local time; some are in Salesforce as well."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ingestion.sample_company.activities import task
from ingestion.sample_company.clock import AS_OF, DAY, MINUTE, at_work
from ingestion.sample_company.world import Place, World

KINDS = ("Drop-in", "Meeting", "Demo", "Delivery")
COMMENTS = (
    "Left catalogue at reception",
    "Asked for a demo, comes back after the holidays",
    'Says: "call me in spring"',
    "Two people:\nproduction and quality",
    "",
)
MOST_VISITS = 6


def visit_places(world: World, count: int) -> None:
    """That many check-ins, at places of reps who travel, the keenest most often."""
    keen = [place for place in world.places if place.rep.habits.visits]
    written = 0
    for _ in range(MOST_VISITS):
        for customer_number, place in enumerate(keen, start=9_000_001):
            until = min(place.until, AS_OF)
            at = at_work(world.rng, place.since + world.rng.random() * (until - place.since))
            goes = at < until - DAY and world.chance(place.rep.habits.visits / 3)
            if written >= count or not goes:
                continue
            written += 1
            _check_in(world, written, at, place, customer_number)


def _check_in(world: World, number: int, at: int, place: Place, customer_number: int) -> None:
    card, rep = world.draw("check-in"), place.rep
    if card == "in both":
        # The later of the two entries is up to five minutes away.
        other_at = at + world.rng.randrange(-5, 6) * MINUTE
        is_person = place.record_id[:3] in ("00Q", "003")
        task(
            world,
            other_at,
            rep,
            rep,
            who_id=place.record_id if is_person else "",
            what_id="" if is_person else place.record_id,
            subject="Badger check-in",
            kind="Check-in",
        )
    crm_id = "" if card == "blank id" else place.record_id
    if number % 9 == 0:
        crm_id = crm_id[:15]  # Badger's importer cuts some
    spelling = f" {rep.name.lower()}" if number % 11 == 0 else rep.name
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(rep.habits.zone))
    world.files.write(
        "check_ins",
        check_in_id=str(70_000_000 + number),
        customer_id=str(customer_number),
        crm_id=crm_id,
        customer=place.name,
        log_datetime=local.strftime("%Y-%m-%dT%H:%M:%S"),
        type=world.rng.choice(KINDS),
        comments=world.rng.choice(COMMENTS),
        created_by="Temporary Driver" if card == "unknown name" else spelling,
    )
