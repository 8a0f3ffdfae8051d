"""Asking customers for referrals: Tasks of the few reps who do it."""

from __future__ import annotations

from ingestion.sample_company.activities import task
from ingestion.sample_company.clock import AS_OF, DAY, at_work
from ingestion.sample_company.world import Customer, World

KIND = "Referral Ask"
SUBJECTS = ("Ask for a referral", "Ask for referral at the review", "Рекомендация: спросить")


def ask_customers(world: World) -> None:
    """Every rep who asks comes back to each of their customers every few months."""
    # Who bought twice is asked no more often.
    first_purchases = {buyer.account_id: buyer for buyer in reversed(world.customers)}
    for customer in reversed(first_purchases.values()):
        rep = customer.owner
        if not rep.habits.asks:
            continue
        at = customer.since + world.between(2, 90) * DAY
        while at < min(AS_OF - 4 * DAY, rep.left_at):
            at = at_work(world.rng, at)
            _ask(world, at, customer)
            at += world.between(60, 170) * DAY


def _ask(world: World, at: int, customer: Customer) -> None:
    rep, card = customer.owner, world.draw("ask")
    if world.chance(0.15):
        # A colleague who asks stands in; what comes of it is the colleague's.
        rep = world.rng.choice([rep for rep in world.company.reps if rep.habits.asks])
    subject = "Quarterly talk" if card == "account by type" else world.rng.choice(SUBJECTS)
    kind = "" if card == "account by subject" else KIND
    who_id = customer.contact_id if card == "contact" else ""
    what_id = {"opportunity": customer.deal_id, "contact": ""}.get(card, customer.account_id)
    task(
        world,
        at,
        rep,
        rep,
        who_id=who_id,
        what_id=what_id,
        subject=subject,
        kind=kind,
        is_closed=card != "still open",
    )
