"""The referral programme: who refers, whom, what becomes of it, and what it is rewarded with.

Leads that a referral brings are told in leads.py; asking customers for referrals is in asks.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.sample_company.clock import AS_OF, DAY, HOUR, START, instant, iso
from ingestion.sample_company.company import COMPANY, OWN_DOMAIN
from ingestion.sample_company.names import Firm, Person
from ingestion.sample_company.world import Customer, World

if TYPE_CHECKING:
    from ingestion.sample_company.leads import Lead

OPENED_AT = START + DAY
KINDS = {
    "Customer Referral": "customer",
    "Employee Referral": "employee",
    "Partner Referral": "partner",
}
CHANNELS = ("link", "email", "qr code", "social")
REWARDS = {"gift_card": 50, "commission": 250, "credit": 100}


@dataclass(frozen=True)
class Referrer:
    """Somebody who refers."""

    id: str
    person: Person
    kind: str
    code: str
    currency: str


@dataclass(frozen=True)
class Planned:
    """A referral that brings a lead, before the lead's story is told."""

    referrer: Referrer
    card: str
    created_at: int
    email: str


class Programme:
    """Writes referrers at the start, referrals and rewards as they come."""

    def __init__(self) -> None:
        self._by_kind: dict[str, list[Referrer]] = {kind: [] for kind in KINDS.values()}
        self._referrals = 0
        self._rewards = 0
        self._first_customers: list[Customer] = []
        self._earned: list[tuple[int, Person]] = []

    def open(self, world: World, count: int) -> None:
        """Enrol customers, and a few employees and partners."""
        own = Firm(COMPANY, OWN_DOMAIN)
        buyers = list({buyer.account_id: buyer for buyer in world.customers}.values())
        self._first_customers = buyers
        for number in range(count):
            if number % 8 == 6:
                self._enrol(world, world.names.person(own), "employee", "", "USD")
            elif number % 8 == 7:
                partner = world.names.person(world.names.firm())
                self._enrol(world, partner, "partner", "", "EUR")
            else:
                customer = buyers[number % len(buyers)]
                # Some enter no account: the address has to find it. Some enter the short Id.
                account_id = (customer.account_id, customer.account_id[:15], "")[number % 3]
                currency = "EUR" if customer.owner.habits.currency == "EUR" else "USD"
                self._enrol(world, customer.person, "customer", account_id, currency)

    def _enrol(
        self, world: World, person: Person, kind: str, account_id: str, currency: str
    ) -> None:
        number = sum(len(referrers) for referrers in self._by_kind.values()) + 1
        code = f"{person.email.split('@')[0].split('.')[0].upper()[:6]}{number:04}"
        referrer = Referrer(f"rfr_{number:05}", person, kind, code, currency)
        self._by_kind[kind].append(referrer)
        world.files.write(
            "referrers",
            referrer_id=referrer.id,
            email=person.email,
            name=person.name,
            kind=kind,
            crm_account_id=account_id,
            code=code,
            joined_at=iso(OPENED_AT),
        )

    def plan(self, world: World, lead: Lead) -> Planned | None:
        """Whether a referral brings this lead; a code is then entered in the lead."""
        kind = KINDS.get(lead.source)
        if kind is None:
            # Few referred people say so when they write in.
            if not world.chance(0.008):
                return None
            kind = "customer"
        referrers = self._by_kind[kind]
        card = world.draw("referral of a lead")
        if card == "only in the CRM" or not referrers:
            return None
        referrer = world.rng.choice(referrers)
        before = world.between(-0.8, 1) if world.chance(0.3) else world.between(0.01, 40)
        created_at = min(max(OPENED_AT, lead.created_at - int(before * DAY)), AS_OF)
        email = lead.person.email
        if card == "by code":
            lead.referral_code = referrer.code
            email = f"{email.split('@')[0]}@example.org"
        else:
            # The programme tells the CRM the address.
            lead.values["Email"] = email
            lead.recipient = lead.recipient or world.mail.recipient(email, lead.created_at)
        return Planned(referrer, card, created_at, email)

    def record(self, world: World, lead: Lead, planned: Planned) -> None:
        """Write the referral and its reward, now that the lead's story is known."""
        qualified_at, won_at = lead.first_qualified_at, lead.won_at
        if planned.card == "spoiled":
            status = world.draw("spoiled referral")
        elif won_at is not None:
            status = "converted" if world.chance(0.7) else "approved"
        else:
            status = "lead" if qualified_at is None else "qualified"
            self._earned.append((planned.created_at, lead.person))
        changed_at = max(planned.created_at, won_at or qualified_at or lead.created_at)
        referral_id = self._write(
            world,
            planned.referrer,
            planned.email,
            lead.person,
            status,
            planned.created_at,
            changed_at,
        )
        if qualified_at is not None:
            self._reward(world, planned, referral_id, max(qualified_at, planned.created_at))

    def _write(
        self,
        world: World,
        referrer: Referrer,
        email: str,
        person: Person,
        status: str,
        created_at: int,
        changed_at: int,
    ) -> str:
        self._referrals += 1
        referral_id = f"ref_{self._referrals:06}"
        world.files.write(
            "referrals",
            referral_id=referral_id,
            referrer_id=referrer.id,
            referee_email=email,
            referee_name=person.name,
            referee_company=person.firm.name,
            channel=world.rng.choice(CHANNELS),
            status=status,
            created_at=iso(created_at),
            converted_at=iso(changed_at) if status == "converted" else "",
            updated_at=iso(min(changed_at + HOUR, AS_OF)),
        )
        return referral_id

    def _reward(self, world: World, planned: Planned, referral_id: str, since: int) -> None:
        kind = world.draw("reward kind")
        progress = "void" if planned.card == "spoiled" else world.draw("reward progress")
        recipients = ("referrer", "referee") if world.chance(0.2) else ("referrer",)
        for recipient in recipients:
            created_at = since + int(world.between(0.1, 5) * DAY)
            if created_at > AS_OF:
                return
            issued_at = created_at + int(world.between(1, 20) * DAY)
            status = "pending" if progress == "issued" and issued_at > AS_OF else progress
            self._rewards += 1
            world.files.write(
                "rewards",
                reward_id=f"rwd_{self._rewards:06}",
                referral_id=referral_id,
                recipient=recipient,
                kind=kind,
                amount=f"{REWARDS[kind]:.2f}",
                currency=planned.referrer.currency,
                status=status,
                # Without a zone, as the voucher shop writes it: UTC.
                created_at=instant(created_at)[:19],
                issued_at=instant(issued_at)[:19] if status == "issued" else "",
            )

    def write_excluded(self, world: World, count: int) -> None:
        """Referrals that do not count, each for its own reason, and some that wait for a lead."""
        referrers = self._by_kind["customer"]
        for _ in range(count):
            card = world.draw("excluded referral")
            referrer = world.rng.choice(referrers)
            person = world.names.person(world.names.firm())
            created_at = OPENED_AT + int(world.rng.random() * (AS_OF - OPENED_AT - 2 * DAY))
            email, status = person.email, "lead"
            if card in ("denied", "expired", "reversed"):
                status = card
            elif card == "own address":
                person, email = referrer.person, referrer.person.email.upper()
            elif card == "own domain":
                person = world.names.person(referrer.person.firm)
                email = person.email
            elif card == "existing customer":
                customer = world.rng.choice(self._first_customers)
                person, email = customer.person, customer.person.email
                created_at = customer.since + int(world.rng.random() * (AS_OF - customer.since))
            elif card == "duplicate" and self._earned:
                since, person = world.rng.choice(self._earned)
                email = person.email
                created_at = since + int(world.rng.random() * (AS_OF - since))
            elif card == "visit only":
                status, email = "visited", email if world.chance(0.3) else ""
            self._write(world, referrer, email, person, status, created_at, created_at)
