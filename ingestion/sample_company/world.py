"""What all stories share: chance, the files, the people, and what earlier stories left behind."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from ingestion.sample_company.chance import Deck
from ingestion.sample_company.company import Company, Rep
from ingestion.sample_company.files import ExportFiles
from ingestion.sample_company.ids import Ids
from ingestion.sample_company.names import Firm, Names, Person

if TYPE_CHECKING:
    from ingestion.sample_company.campaigns import CrmCampaigns
    from ingestion.sample_company.deals import Deal
    from ingestion.sample_company.leads import Lead
    from ingestion.sample_company.mail import Mail, Recipient
    from ingestion.sample_company.referrals import Programme


@dataclass(frozen=True)
class Customer:
    """An account that has bought, from `since` on."""

    account_id: str
    firm: Firm
    contact_id: str
    person: Person
    deal_id: str
    owner: Rep
    since: int


@dataclass(frozen=True)
class Place:
    """Something a rep may visit: an account, contact or lead, from `since` on."""

    record_id: str
    name: str
    rep: Rep
    since: int
    until: int


@dataclass
class World:
    """The company while its story is told."""

    rng: Random
    files: ExportFiles
    ids: Ids
    names: Names
    company: Company
    decks: dict[str, Deck[str]]
    campaigns: CrmCampaigns
    mail: Mail
    programme: Programme
    customers: list[Customer] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    imported_recipients: list[Recipient] = field(default_factory=list)
    recent_leads: deque[Lead] = field(default_factory=lambda: deque(maxlen=20))
    latest_converted: tuple[Lead, Deal] | None = None

    def chance(self, share: float) -> bool:
        """True in that share of cases."""
        return self.rng.random() < share

    def between(self, low: float, high: float) -> float:
        """A number between the two, evenly."""
        return low + (high - low) * self.rng.random()

    def draw(self, deck: str) -> str:
        """The next card of a deck named in decks.py."""
        return self.decks[deck].draw()
