"""Accounts and contacts, and how well their owners keep them."""

from __future__ import annotations

from contextlib import suppress

from ingestion.sample_company.clock import AS_OF, DAY, HOUR, NotYet, instant
from ingestion.sample_company.company import Owner, Rep
from ingestion.sample_company.files import flag
from ingestion.sample_company.names import INDUSTRIES, Firm, Person
from ingestion.sample_company.records import Record, entered
from ingestion.sample_company.world import Place, World

WRONG_URLS = ("http://", "see e-mail", "www halden", "intranet")
WRONG_EMAILS = ("mail@", "none at all", "ask reception", "@firm")
WRONG_PHONES = ("call office", "555-01", "555 ext. x", "+1 555 x")
WRONG_COUNTS = ("0", "-5")


def open_account(
    world: World, at: int, owner: Rep, by: Owner, firm: Firm, *, is_import: bool = False
) -> str:
    """Create an account, let its owner keep it until today, write it; returns its Id."""
    rng, typing = world.rng, owner.habits.typing
    full = {
        "Industry": rng.choice(INDUSTRIES),
        "Website": rng.choice(("https://www.{}", "{}", "http://{}/en")).format(firm.domain),
        "Phone": world.names.phone(),
        "NumberOfEmployees": str(int(rng.lognormvariate(5, 1.3)) + 1),
    }
    typed_care = 0.6 if is_import else typing
    record = Record(
        world,
        "Account",
        at,
        owner,
        by,
        Name=firm.name,
        Industry=entered(world, typed_care, full["Industry"]),
        Website=entered(world, typed_care, full["Website"], WRONG_URLS),
        Phone=entered(world, typed_care, full["Phone"]),
        # A whole number in the CRM, so no placeholder fits into it.
        NumberOfEmployees=rng.choice(("", full["NumberOfEmployees"], *WRONG_COUNTS))
        if world.chance(0.5 * (1 - typed_care))
        else full["NumberOfEmployees"],
    )
    _keep(record, full)
    values = record.values
    world.files.write(
        "Account",
        Id=record.id,
        **values,
        OwnerId=record.owner.id,
        CreatedDate=instant(at),
        LastModifiedDate=instant(record.modified_at),
        IsDeleted=flag(False),
    )
    record.write_history()
    if owner.habits.visits:
        world.places.append(Place(record.id, firm.name, owner, at, owner.left_at))
    return record.id


def add_contact(
    world: World,
    at: int,
    owner: Rep,
    by: Owner,
    person: Person,
    account_id: str,
    known: dict[str, str] | None = None,
) -> str:
    """Create a contact with what a lead knew, or what its owner types; write it; returns its Id."""
    care, typing = owner.habits.care, owner.habits.typing
    full = {"Email": person.email, "Phone": world.names.phone(), "Title": person.title}
    # Conversion links the two; who types a contact may forget the account.
    forgotten = known is None and world.chance(0.3 * (1 - care))
    if known is None:
        known = {
            "Email": entered(world, typing, full["Email"], WRONG_EMAILS),
            "Phone": entered(world, typing, full["Phone"], WRONG_PHONES),
            "Title": entered(world, typing, full["Title"]),
        }
    record = Record(world, "Contact", at, owner, by, **known)
    _keep(record, full)
    world.files.write(
        "Contact",
        Id=record.id,
        AccountId="" if forgotten else account_id,
        Name=person.name,
        **record.values,
        OwnerId=record.owner.id,
        CreatedDate=instant(at),
        LastModifiedDate=instant(record.modified_at),
        IsDeleted=flag(False),
    )
    record.write_history()
    return record.id


def _keep(record: Record, full: dict[str, str]) -> None:
    """Fill gaps from time to time, blank some again, and let the robot fill others.

    The careless clear what they do not believe; the address stays, for mail is sent to it.
    """
    world = record.world
    robot = world.company.integration
    with suppress(NotYet):
        for field, value in full.items():
            last = record.modified_at
            habits = record.actor(last).habits
            if world.chance(0.5 * habits.care):
                at = int(last + world.between(0.2, 50) * DAY)
                rep = record.actor(at)
                record.fill(at, field, value, rep)
                if world.chance(0.05):
                    later = at + 3 * HOUR
                    record.change(later, field, "", record.actor(later))
            elif world.chance(0.06):
                record.fill(last + world.between(1, 90) * DAY, field, value, robot)
            elif field != "Email" and habits.wipes and world.chance(habits.wipes):
                at = last + 3 * HOUR
                record.change(at, field, "", record.actor(at))
    _review(record, full)
    record.actor(AS_OF)


def _review(record: Record, full: dict[str, str]) -> None:
    """The most careful go through their records once more, and enter what is true by now."""
    world, owner = record.world, record.owner
    if isinstance(owner, Rep) and owner.habits.reviews:
        at = AS_OF - int(world.between(1, 150) * DAY)
        if at > record.modified_at:
            for field, value in (full | {"Phone": world.names.phone()}).items():
                record.change(at, field, value, owner)


def write_deleted_contact(world: World, at: int, owner: Rep, person: Person) -> None:
    """A contact that somebody threw away."""
    world.files.write(
        "Contact",
        Id=world.ids.new("Contact"),
        Name=person.name,
        Email=person.email,
        OwnerId=owner.id,
        CreatedDate=instant(at),
        LastModifiedDate=instant(at),
        IsDeleted=flag(True),
    )
