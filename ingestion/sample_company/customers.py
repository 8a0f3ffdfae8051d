"""The customers that came with the move into the CRM, and deals that no lead was converted into."""

from __future__ import annotations

from ingestion.sample_company.accounts import add_contact, open_account, write_deleted_contact
from ingestion.sample_company.clock import AS_OF, DAY, HOUR, START, at_work, date
from ingestion.sample_company.company import LOST, WON, Rep
from ingestion.sample_company.deals import (
    MORE,
    NEW,
    RENEWAL,
    Buyer,
    Deal,
    assign_role,
    pursue,
    welcome,
)
from ingestion.sample_company.names import Firm
from ingestion.sample_company.world import Customer, World

IMPORTED_AT = START + 2 * HOUR


def import_customers(world: World, count: int) -> None:
    """Customers from before: imported, renewed in the first quarter, some again a year later."""
    for _ in range(count):
        rep = world.company.next_rep(world.rng, START)
        buyer = _import_one(world, rep)
        signing = at_work(world.rng, START + world.between(0.5, 25) * DAY)
        pursue(
            world,
            Deal(world, signing, rep, buyer, kind=RENEWAL),
            "won" if world.chance(0.9) else "lost",
        )
        if world.chance(0.4):
            at = at_work(world.rng, START + world.between(60, 400) * DAY)
            pursue(world, Deal(world, at, _acting(world, rep, at), buyer, kind=MORE))
        if world.chance(0.5):
            at = at_work(world.rng, START + world.between(366, 396) * DAY)
            pursue(world, Deal(world, at, _acting(world, rep, at), buyer, kind=RENEWAL), "won")


def _acting(world: World, rep: Rep, at: int) -> Rep:
    """The rep, or who took over from one who has left by then."""
    return rep if at < rep.left_at else world.company.next_rep(world.rng, at)


def _import_one(world: World, rep: Rep) -> Buyer:
    robot, firm = world.company.integration, world.names.firm()
    account_id = open_account(world, IMPORTED_AT, rep, robot, firm, is_import=True)
    person = world.names.person(firm)
    known = {"Email": person.email, "Phone": world.names.phone(), "Title": person.title}
    contact_id = add_contact(world, IMPORTED_AT, rep, robot, person, account_id, known)
    for _ in range(world.rng.randrange(3)):
        at = int(IMPORTED_AT + world.between(1, 200) * DAY)
        colleague = world.names.person(firm)
        owner = _acting(world, rep, at)
        if world.chance(0.05):
            write_deleted_contact(world, at, owner, colleague)
        else:
            add_contact(world, at, owner, owner, colleague, account_id)
    recipient = world.mail.recipient(person.email, IMPORTED_AT)
    world.imported_recipients.append(recipient)
    return Buyer(account_id, firm, contact_id, person, recipient)


def deals_without_lead(world: World, count: int) -> None:
    """Deals that reps open themselves, with customers and with firms they know."""
    for _ in range(count):
        card = world.draw("deal without lead")
        at = at_work(world.rng, START + world.between(1, (AS_OF - START) / DAY - 5) * DAY)
        company = world.company
        owner = (
            world.rng.choice(company.managers)
            if world.chance(0.08)
            else company.next_rep(world.rng, at)
        )
        customer = world.rng.choice(world.customers) if world.customers else None
        if customer and customer.since < at and world.chance(0.35):
            buyer, kind = _buyer_again(customer), MORE
        else:
            buyer, kind = _new_buyer(world, at, owner, world.names.firm()), NEW
        source = world.draw("lead source") if world.chance(0.6) else ""
        deal = Deal(world, at, owner, buyer, kind=kind, source=source)
        if card == "usual":
            pursue(world, deal)
        elif card == "deleted":
            deal.is_deleted = True
            deal.log_stage(at, owner)
            deal.write()
        else:
            _enter_closed(world, deal, owner, card)


def _buyer_again(customer: Customer) -> Buyer:
    person = customer.person
    return Buyer(customer.account_id, customer.firm, customer.contact_id, person, None)


def _new_buyer(world: World, at: int, owner: Rep, firm: Firm) -> Buyer:
    account_id = open_account(world, at - HOUR, owner, owner, firm)
    person = world.names.person(firm)
    contact_id = add_contact(world, at - HOUR, owner, owner, person, account_id)
    return Buyer(account_id, firm, contact_id, person, None)


def _enter_closed(world: World, deal: Deal, owner: Rep, card: str) -> None:
    """A deal that nobody saw open: it has no cycle, or one that cannot be."""
    at = deal.created_at
    is_won = card == "created as won" or world.chance(0.5)
    deal.values["StageName"] = WON if is_won else LOST
    deal.values["Amount"] = f"{deal.size:.2f}"
    days = {"without history": 20, "entered after the fact": -4}.get(card, 0)
    # Neither before the company moved into its CRM nor in the future.
    closed_at = max(START, min(at + days * DAY, AS_OF - DAY))
    deal.values["CloseDate"] = date(closed_at)
    if not is_won:
        deal.values["Lost_Reason__c"] = world.draw("recoverable reason")
    if card == "created as won":
        deal.log_stage(at, owner)
    assign_role(world, deal.id, deal.buyer.contact_id, world.draw("role"), is_primary=True)
    deal.write()
    if is_won:
        welcome(world, deal, max(at, closed_at))
