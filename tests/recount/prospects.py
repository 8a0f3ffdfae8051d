"""Who is pursued (0.11), under which e-mail addresses (0.10), counted again."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from tests.recount.rules import Company, Row
from tests.recount.values import address, truth


@dataclass(frozen=True, eq=False)
class Prospect:
    """A lead and the deal that is its own, or a deal that no lead was converted into."""

    id: str
    lead: Row | None
    deal: Row | None

    @property
    def lead_id(self) -> str | None:
        return None if self.lead is None else self.lead["Id"]

    @property
    def deal_id(self) -> str | None:
        return None if self.deal is None else self.deal["Id"]


class Prospects:
    """The prospects of a company, and what belongs to them."""

    def __init__(self, company: Company) -> None:
        self.company = company

    @cached_property
    def deals(self) -> dict[str, Row]:
        return {str(row["Id"]): row for row in self.company.alive("Opportunity")}

    @cached_property
    def contacts(self) -> dict[str, Row]:
        return {str(row["Id"]): row for row in self.company.alive("Contact")}

    @cached_property
    def roles(self) -> list[Row]:
        return self.company.alive("OpportunityContactRole")

    def deal_of(self, lead: Row) -> Row | None:
        """The deal that a lead was converted into, if it is there and this lead was the first."""
        deal = self.deals.get(lead["ConvertedOpportunityId"] or "")
        if deal is None:
            return None
        first = self.company.lead_of_deal.get(str(deal["Id"]))
        return deal if first is not None and first["Id"] == lead["Id"] else None

    def contact_of(self, lead: Row) -> str | None:
        """The id of the contact that a lead became."""
        return lead["ConvertedContactId"] if self.company.is_converted(lead) else None

    @cached_property
    def all(self) -> list[Prospect]:
        of_leads = [
            Prospect(str(lead["Id"]), lead, self.deal_of(lead))
            for lead in self.company.alive("Lead")
        ]
        of_deals = [
            Prospect(deal, None, row)
            for deal, row in self.deals.items()
            if deal not in self.company.lead_of_deal
        ]
        return of_leads + of_deals

    def addresses(self, prospect: Prospect) -> set[str]:
        """0.10: the lead's own and its contact's; without a lead those of the primary contacts."""
        if prospect.lead is not None:
            own = address(prospect.lead["Email"])
            contact = self.contact_of(prospect.lead)
            found = [own, *self._of_contacts([contact])]
        else:
            found = self._of_contacts(
                role["ContactId"]
                for role in self.roles
                if role["OpportunityId"] == prospect.id and truth(role["IsPrimary"])
            )
        return {one for one in found if one is not None}

    def _of_contacts(self, contacts: Iterable[str | None]) -> list[str | None]:
        return [
            address(self.contacts[contact]["Email"])
            for contact in contacts
            if contact is not None and contact in self.contacts
        ]
