"""Campaigns in the CRM: what they cost, and who responded to them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from ingestion.sample_company.clock import AS_OF, DAY, START, date, instant
from ingestion.sample_company.files import ExportFiles, flag
from ingestion.sample_company.ids import Ids

# type, name, currency, cost for a company of 3,000 leads, the lead source that it brings
KINDS = (
    ("Advertisement", "Search ads", "USD", 21_000, "Paid Search"),
    ("Webinar", "Calibration webinar", "USD", 4_500, "Webinar"),
    ("Trade Show", "Metrology fair", "EUR", 26_000, "Trade Show"),
    ("Conference", "Users' conference", "GBP", 15_000, "Trade Show"),
    ("Email", "Letter series", "USD", 2_400, "Email Campaign"),
    ("Social", "Social feed", "USD", 6_800, "Social Media"),
    ("Partners", "Partner day", "EUR", 7_200, "Partner"),
    ("Referral Program", "Customers bring customers", "USD", 1_900, "Customer Referral"),
    ("Direct Mail", "Catalogue by post", "USD", 5_200, "Web"),  # a type without a channel
)
EVERY = 92 * DAY  # once in every quarter
USUAL_LEADS = 3000


@dataclass(frozen=True)
class Campaign:
    """One campaign that leads can be members of."""

    id: str
    source: str
    start: int


class CrmCampaigns:
    """Writes Campaign at once, and CampaignMember as people join."""

    def __init__(self, rng: Random, ids: Ids, files: ExportFiles, leads: int) -> None:
        self._rng = rng
        self._ids = ids
        self._files = files
        self._by_source: dict[str, list[Campaign]] = {}
        self._all: list[Campaign] = []
        scale = leads / USUAL_LEADS
        for round_number, start in enumerate(range(START, AS_OF, EVERY), 1):
            for kind, name, currency, cost, source in KINDS:
                campaign = Campaign(ids.new("Campaign"), source, start)
                spent = cost * scale * (0.8 + 0.4 * rng.random())
                self._write(campaign, f"{name} {round_number}", kind, f"{spent:.2f}", currency)
                self._by_source.setdefault(source, []).append(campaign)
                self._all.append(campaign)
        undated = Campaign(ids.new("Campaign"), "", START)
        self._write(undated, "Word in the street", "Social", "900", "USD", has_date=False)
        cancelled = Campaign(ids.new("Campaign"), "", START + 40 * DAY)
        self._write(cancelled, "Cancelled fair", "Trade Show", "12000", "EUR", is_deleted=True)
        free = Campaign(ids.new("Campaign"), "", START + 200 * DAY)
        self._write(free, "Guest lecture", "Conference", "", "GBP")

    def _write(
        self,
        campaign: Campaign,
        name: str,
        kind: str,
        cost: str,
        currency: str,
        *,
        has_date: bool = True,
        is_deleted: bool = False,
    ) -> None:
        self._files.write(
            "Campaign",
            Id=campaign.id,
            Name=name,
            Type=kind,
            Status="Completed" if campaign.start + EVERY < AS_OF else "In Progress",
            ActualCost=cost,
            CurrencyIsoCode=currency,
            StartDate=date(campaign.start) if has_date else "",
            IsDeleted=flag(is_deleted),
        )

    def of_source(self, source: str, at: int) -> Campaign | None:
        """The campaign that brings leads of that source at that instant, if one does."""
        running = [campaign for campaign in self._by_source.get(source, ()) if campaign.start <= at]
        return running[-1] if running else None

    def running(self, at: int) -> Campaign:
        """Some campaign that has started."""
        return self._rng.choice([campaign for campaign in self._all if campaign.start <= at])

    def join(
        self,
        campaign: Campaign,
        at: int,
        *,
        lead_id: str,
        contact_id: str = "",
        responded_at: int | None = None,
        as_date: bool = False,
    ) -> None:
        """Make somebody a member; `as_date` writes the day of the response only."""
        responded = ""
        if responded_at is not None:
            responded = date(responded_at) if as_date else instant(responded_at)
        self._files.write(
            "CampaignMember",
            Id=self._ids.new("CampaignMember"),
            CampaignId=campaign.id,
            LeadId=lead_id,
            ContactId=contact_id,
            HasResponded=flag(responded_at is not None),
            FirstRespondedDate=responded,
            CreatedDate=instant(at),
            IsDeleted=flag(False),
        )
