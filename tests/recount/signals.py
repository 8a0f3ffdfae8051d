"""Signals of interest on leads (section 2, Signal), counted again."""

from dataclasses import dataclass
from datetime import date, datetime

from tests.recount.rules import Company, Row
from tests.recount.statuses import steps
from tests.recount.values import instant, instant_of_date

# At one instant the signals go in the order in which the text names them.
KINDS = ("created", "qualified", "campaign_response")


@dataclass(frozen=True)
class Signal:
    """A lead shows interest; `on` is its day if that is all that is known."""

    at: datetime
    kind: str
    on: date | None = None
    exclusion: str | None = None

    @property
    def order(self) -> tuple[datetime, int, bool]:
        """0.7, and at one instant the kind, and what is known exactly before a mere day."""
        return self.at, KINDS.index(self.kind), self.on is not None


def creation(company: Company, lead: Row) -> list[Signal]:
    at = instant(lead["CreatedDate"])
    if at is None:
        return []
    exclusion = None
    if lead["CreatedById"] in company.reps:
        exclusion = "rep_created"
    elif not company.is_inbound(lead["LeadSource"]):
        exclusion = "not_inbound"
    return [Signal(at, "created", exclusion=exclusion)]


def qualifications(company: Company, lead: Row) -> list[Signal]:
    """The entries into class `qualified` by a user who is not a rep."""
    return [
        Signal(step.at, "qualified")
        for step in steps(company, lead)
        if step.row is not None and step.enters("qualified") and step.row.author not in company.reps
    ]


def responses(company: Company, lead: Row) -> list[Signal]:
    """Answers to campaigns, those of leads that were merged into this one too."""
    result = []
    for member in company.alive("CampaignMember"):
        if company.survivors.get(member["LeadId"] or "") != lead["Id"]:
            continue
        signal = _response(company, lead, member)
        if signal is not None and signal.at <= company.setting.as_of:
            result.append(signal)
    return result


def _response(company: Company, lead: Row, member: Row) -> Signal | None:
    text = member["FirstRespondedDate"]
    if text is None:
        return None
    if len(text) > len("2026-01-05"):
        at = instant(text)
        return None if at is None else Signal(at, "campaign_response")
    on = date.fromisoformat(text)
    created = [instant(row["CreatedDate"]) for row in (lead, member)]
    latest = max((at for at in created if at is not None), default=None)
    return Signal(instant_of_date(on, latest, company.setting.zone), "campaign_response", on)


def signals(company: Company, lead: Row) -> list[Signal]:
    """All signals of a lead in order. An excluded one that coincides with another is dropped."""
    found = [
        *creation(company, lead),
        *qualifications(company, lead),
        *responses(company, lead),
    ]
    counting = {signal.at for signal in found if signal.exclusion is None}
    kept = [signal for signal in found if signal.exclusion is None or signal.at not in counting]
    return sorted(kept, key=lambda signal: signal.order)
