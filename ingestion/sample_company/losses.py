"""What becomes of a lost prospect: marked, written to, won back, or not.

Works alike for a lead lost by its status and for a lost deal; how each returns is its own story's.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.sample_company.clock import DAY, HOUR, at_work, reached
from ingestion.sample_company.company import Owner, Rep
from ingestion.sample_company.mail import Mailing, Recipient
from ingestion.sample_company.records import Record
from ingestion.sample_company.world import World

FLAG = "Reactivation__c"
WINDOW_DAYS = 180


@dataclass(frozen=True)
class Fate:
    """How a loss will go on: a card of the deck `flagged loss` or `unflagged loss`."""

    is_flagged: bool
    plan: str
    reason: str


@dataclass(frozen=True)
class Return:
    """The prospect comes back; `is_correction` within days, when the loss was a slip."""

    at: int
    is_correction: bool


def foresee(world: World, rep: Rep) -> Fate:
    """Draw what will follow a loss, and the reason that the rep enters for it."""
    is_flagged = world.chance(0.65 * rep.habits.flags)
    plan = world.draw("flagged loss" if is_flagged else "unflagged loss")
    reasons = "hopeless reason" if plan == "not recoverable" else "recoverable reason"
    return Fate(is_flagged, plan, world.draw(reasons))


def after_loss(
    world: World, record: Record, lost_at: int, fate: Fate, person: Recipient | None
) -> Return | None:
    """Play out what was foreseen; the return, if there is one. Raises NotYet."""
    if fate.is_flagged:
        return _flagged(world, record, lost_at, fate.plan, person)
    if fate.plan == "flagged by robot":
        _flag(record, reached(lost_at + world.between(1, 9) * DAY), world.company.integration)
    days = {
        "corrected": (0.05, 6.5),
        "returns unaided": (9, 110),
        "returns too late": (WINDOW_DAYS + 3, WINDOW_DAYS + 60),
    }.get(fate.plan)
    if days is None:
        return None
    at = reached(at_work(world.rng, lost_at + world.between(*days) * DAY))
    return Return(at, is_correction=fate.plan == "corrected")


def _flagged(
    world: World, record: Record, lost_at: int, plan: str, person: Recipient | None
) -> Return | None:
    flagged_at = _flag_by_rep(world, record, lost_at)
    if plan == "corrected":
        return Return(reached(max(flagged_at, lost_at) + world.between(1, 40) * HOUR), True)
    if plan == "returns before mail":
        return Return(reached(at_work(world.rng, lost_at + world.between(8, 30) * DAY)), False)
    if plan in ("not recoverable", "not mailed") or person is None:
        return None
    person.is_lost_lead = True
    mailings = [
        mailing
        for mailing in world.mail.reactivations(flagged_at)
        if (mailing.send_at or 0) < person.left_at
    ]
    return _mailed(world, plan, person, mailings) if mailings else None


def _mailed(world: World, plan: str, person: Recipient, mailings: list[Mailing]) -> Return | None:
    mail, first, rest = world.mail, mailings[0], mailings[1:]
    if plan == "bounced":
        mail.bounce(person, first, "hard")
        return None
    if plan == "unsubscribes":
        mail.send(person, first, opens=True)
        mail.unsubscribe(person, first)
        return None
    if plan == "bounced, then delivered":
        mail.bounce(person, first, "soft")
        if not rest:
            return None
        first, rest = rest[0], rest[1:]
    saved = plan in ("saved", "saved unnoticed", "bounced, then delivered")
    back_at = (first.send_at or 0) + int(world.between(2, 40) * DAY) if saved else None
    mail.send(
        person,
        first,
        scanner=plan in ("scanner", "scanner and human"),
        human=plan in ("saved", "clicks, no return", "scanner and human"),
        opens=plan != "saved unnoticed",
    )
    for mailing in rest:
        if back_at is None or (mailing.send_at or 0) < back_at:
            mail.send(person, mailing, opens=world.chance(0.3))
    return None if back_at is None else Return(reached(back_at), is_correction=False)


def _flag_by_rep(world: World, record: Record, lost_at: int) -> int:
    """Mark the record as worth another try; mostly by its owner, at times by somebody else."""
    if world.chance(0.12):  # some see the loss coming
        at = max(lost_at - int(world.between(0.5, 20) * HOUR), record.created_at + 60)
    else:
        at = at_work(world.rng, lost_at + world.between(0.05, 12) * DAY)
    at = reached(at)
    by: Rep = record.actor(max(at, lost_at))
    if world.chance(0.15):
        by = world.company.next_rep(world.rng, at)
    elif world.chance(0.05):
        by = world.company.manager_of(by)
    _flag(record, at, by)
    return at


def _flag(record: Record, at: int, by: Owner) -> None:
    if record.is_flagged:
        # Left over from an earlier loss: taken off and set anew.
        record.note(at - 60, FLAG, "true", "false", by)
    record.note(at, FLAG, "false", "true", by)
    record.is_flagged = True


def unflag(record: Record, at: int, by: Owner) -> None:
    """Take the mark off again, as tidy reps do when the prospect is back."""
    if record.is_flagged:
        record.note(at, FLAG, "true", "false", by)
        record.is_flagged = False
