"""Opportunities: how they move through the stages, are won, lost, reopened, or forgotten."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from ingestion.sample_company.activities import attempt
from ingestion.sample_company.clock import AS_OF, DAY, HOUR, NotYet, at_work, date, instant, reached
from ingestion.sample_company.company import LOST, RATES, STAGES, WON, Rep
from ingestion.sample_company.files import flag
from ingestion.sample_company.losses import after_loss, foresee, unflag
from ingestion.sample_company.mail import Recipient
from ingestion.sample_company.names import Firm, Person
from ingestion.sample_company.records import PLACEHOLDERS, Record, entered
from ingestion.sample_company.world import Customer, World

NEW = "New Business"
MORE = "Existing Business"
RENEWAL = "Renewal"

NAMES = [name for name, _, _, _ in STAGES]
DAYS = [days for _, _, _, days in STAGES]
PROBABILITY = {name: percent for name, _, percent, _ in STAGES} | {WON: 100, LOST: 0}
RETIRED = NAMES.index("Value Proposition")
RETIRED_AT = int(datetime(2026, 2, 1, tzinfo=UTC).timestamp())
PROPOSAL = NAMES.index("Proposal")

NEXT_STEPS = (
    "Send offer",
    "Visit with applications engineer",
    "Ask for the budget,\nthen agree on a date",
    'Clarify "acceptance test" with quality',
    "Call purchasing",
)


@dataclass
class Buyer:
    """Who buys: the account, the contact, and where mail to them goes (None: no address known)."""

    account_id: str
    firm: Firm
    contact_id: str
    person: Person
    recipient: Recipient | None


class Deal(Record):
    """One opportunity; `won_at` is set while it is won."""

    def __init__(
        self,
        world: World,
        at: int,
        owner: Rep,
        buyer: Buyer,
        *,
        kind: str = NEW,
        source: str = "",
        campaign_id: str = "",
    ) -> None:
        super().__init__(world, "Opportunity", at, owner, owner, StageName=NAMES[0])
        rng, typing = world.rng, owner.habits.typing
        self.buyer = buyer
        self.type = kind
        self.source = source
        self.campaign_id = campaign_id
        self.currency = owner.habits.currency
        size = rng.lognormvariate(9.75, 0.95) * float(RATES[self.currency])
        self.size = round(size * (0.6 if kind == RENEWAL else 1.0), -1)
        self.closed_at: int | None = None
        self.won_at: int | None = None
        self.stages: list[tuple[int, str, str, int, str, str]] = []
        typed = entered(world, 0.4 + typing / 2, self._money(self.size))
        # A number in the CRM, so a careless rep leaves it empty or types 0.
        self.values["Amount"] = rng.choice(("", "0", "0")) if typed in PLACEHOLDERS else typed
        self.values["NextStep"] = entered(world, typing, rng.choice(NEXT_STEPS))
        expected = at + int(owner.habits.pace * world.between(25, 75) * DAY)
        self.values["CloseDate"] = date(expected)
        self.close_at = expected

    @staticmethod
    def _money(value: float) -> str:
        return f"{value:.2f}"

    @property
    def stage(self) -> str:
        """The present stage."""
        return self.values["StageName"]

    def log_stage(self, at: int, by: Rep) -> None:
        """Write down stage, amount and close date as they are, as OpportunityHistory does."""
        values = self.values
        self.stages.append(
            (
                at,
                values["StageName"],
                values["Amount"],
                PROBABILITY[self.stage],
                values["CloseDate"],
                by.id,
            )
        )

    def enter(self, at: float, stage: str, by: Rep) -> int:
        """Move to a stage. Raises NotYet."""
        now = self.change(at, "StageName", stage, by)
        self.log_stage(now, by)
        return now

    def push_close_date(self, at: int, by: Rep, days: float) -> None:
        """Expect the close later; in the history too, with the stage unchanged."""
        self.close_at = at + int(days * DAY)
        self.change(at, "CloseDate", date(self.close_at), by)
        self.log_stage(reached(at), by)

    def set_amount(self, at: int, value: float, by: Rep) -> None:
        """Enter another amount."""
        self.change(at, "Amount", self._money(value), by)

    def write(self) -> None:
        """Write the deal as it is today, and its past."""
        values, stage = self.values, self.stage
        self.world.files.write(
            "Opportunity",
            Id=self.id,
            AccountId=self.buyer.account_id,
            Name=f"{self.buyer.firm.name} - {self.type}",
            StageName=stage,
            Amount=values["Amount"],
            CurrencyIsoCode=self.currency,
            Probability=PROBABILITY[stage],
            CloseDate=values["CloseDate"],
            IsClosed=flag(stage in (WON, LOST)),
            IsWon=flag(stage == WON),
            Type=self.type,
            LeadSource=self.source,
            CampaignId=self.campaign_id,
            Lost_Reason__c=values.get("Lost_Reason__c", ""),
            NextStep=values["NextStep"],
            OwnerId=self.owner.id,
            CreatedById=self.created_by.id,
            CreatedDate=instant(self.created_at),
            LastModifiedDate=instant(self.modified_at),
            # Robots touch records that nobody works on.
            SystemModstamp=instant(min(self.modified_at + 5 * DAY, AS_OF)),
            IsDeleted=flag(self.is_deleted),
        )
        for at, name, amount, percent, close_date, by_id in sorted(
            self.stages, key=lambda row: row[0]
        ):
            self.world.files.write(
                "OpportunityHistory",
                Id=self.world.ids.new("OpportunityHistory"),
                OpportunityId=self.id,
                StageName=name,
                Amount=amount,
                Probability=percent,
                CloseDate=close_date,
                CreatedById=by_id,
                CreatedDate=instant(at),
                IsDeleted=flag(self.is_deleted),
            )
        self.write_history()


def assign_role(
    world: World, deal_id: str, contact_id: str, role: str, *, is_primary: bool
) -> None:
    """Write a contact's part in a deal."""
    world.files.write(
        "OpportunityContactRole",
        Id=world.ids.new("OpportunityContactRole"),
        OpportunityId=deal_id,
        ContactId=contact_id,
        Role=role,
        IsPrimary=flag(is_primary),
        IsDeleted=flag(False),
    )


def pursue(world: World, deal: Deal, outcome: str | None = None) -> None:
    """Tell a deal's story until it ends or today, and write it.

    `outcome` is `won`, `lost` or `stalls`; by default the owner's skill decides.
    """
    assign_role(
        world,
        deal.id,
        deal.buyer.contact_id,
        "" if world.chance(0.1) else world.draw("role"),
        is_primary=True,
    )
    with suppress(NotYet):
        _live(world, deal, outcome or _luck(world, deal, 0.82))
    if deal.closed_at is None:
        deal.actor(AS_OF)
    deal.write()


def _luck(world: World, deal: Deal, factor: float) -> str:
    if world.chance(0.05 + 0.08 * (1 - deal.actor(deal.modified_at).habits.care)):
        return "stalls"
    skill = deal.actor(deal.modified_at).habits.skill * factor
    skill *= 1.35 if "eferral" in deal.source else 1.0
    return "won" if world.chance(skill) else "lost"


def _live(world: World, deal: Deal, outcome: str) -> None:
    at = deal.created_at
    start = 0 if world.chance(0.6) else 1
    deal.values["StageName"] = NAMES[start]
    deal.log_stage(at, deal.actor(at))
    while True:
        _walk(world, deal, at, start, outcome)
        closed_at = deal.closed_at
        if closed_at is None:
            return
        if deal.won_at is not None:
            if deal.type == RENEWAL or not world.chance(0.02):
                return
            # The customer withdraws: the deal is open again, and then lost.
            at = at_work(world.rng, closed_at + world.between(2, 25) * DAY)
            outcome = "lost"
        else:
            back_at = _after_loss(world, deal, closed_at)
            if back_at is None:
                return
            at = back_at
            outcome = _luck(world, deal, 1.6)
        start = PROPOSAL if world.chance(0.7) else PROPOSAL - 2
        rep = deal.actor(at)
        at = deal.enter(at, NAMES[start], rep)
        deal.closed_at = deal.won_at = None
        deal.push_close_date(at, rep, 30)
        if world.chance(0.5):
            unflag(deal, at, rep)


def _after_loss(world: World, deal: Deal, lost_at: int) -> int | None:
    """When the deal itself is reopened; a new one on the account is told from here."""
    fate = foresee(world, deal.actor(lost_at))
    deal.change(lost_at, "Lost_Reason__c", fate.reason, deal.actor(lost_at))
    back = after_loss(world, deal, lost_at, fate, deal.buyer.recipient)
    if back is None:
        return None
    if back.is_correction or world.draw("return of a deal") == "reopened":
        return back.at
    again = Deal(world, back.at, deal.actor(back.at), deal.buyer, source=deal.source, kind=NEW)
    pursue(world, again, _luck(world, again, 1.6))
    return None


def _walk(world: World, deal: Deal, at: int, place: int, outcome: str) -> None:
    """Go from stage to stage until the deal is closed, or rests for good if it stalls."""
    rng, first = world.rng, place
    while True:
        pace = deal.actor(at).habits.pace
        until = at + int(pace * DAYS[place] * rng.lognormvariate(0, 0.6) * DAY) + HOUR
        until = at_work(rng, until)
        _touch(world, deal, at, until)
        rep = deal.actor(reached(until))
        at = until
        if world.chance(0.012):
            heir = world.company.next_rep(rng, at)
            deal.change_owner(at - HOUR, heir, world.company.manager_of(rep))
            rep = heir
        if outcome == "stalls" and world.chance(0.4):
            return
        if place == len(NAMES) - 1 and outcome != "stalls":
            _close(world, deal, at, outcome == "won", rep)
            return
        if outcome == "lost" and world.chance(0.28):
            _close(world, deal, at, False, rep)
            return
        place = _next_place(world, at, place, first)
        if place >= PROPOSAL:
            deal.set_amount(at, deal.size, rep)
        if deal.close_at < at and world.chance(0.35 + 0.6 * rep.habits.care):
            deal.push_close_date(at, rep, world.between(14, 45))
        at = deal.enter(at, NAMES[place], rep)
        if world.chance(0.5 * rep.habits.care):
            deal.change(at, "NextStep", rng.choice(NEXT_STEPS), rep)


def _next_place(world: World, at: int, place: int, first: int) -> int:
    """Mostly one stage on; at times one or two back, or past one."""
    luck = world.rng.random()
    if luck < 0.08 and place > first:
        step = -1
    elif luck < 0.16:
        step = 2
    else:
        step = 1
    place = min(place + step, len(NAMES) - 1)
    if place == RETIRED and not (at < RETIRED_AT and world.chance(0.6)):
        place += 1 if step > 0 else -1
    return place


def _touch(world: World, deal: Deal, start: int, until: int) -> None:
    """What the rep does about the deal meanwhile, and the close date that slips."""
    at = start + int(world.between(0.2, 9) * DAY)
    while at < until:
        now = at_work(world.rng, at)
        if now >= until:
            return
        rep = deal.actor(reached(now))
        attempt(world, now, rep, deal.buyer.contact_id, deal.id, connects=world.chance(0.4))
        if world.chance(0.05):
            deal.push_close_date(now, rep, world.between(20, 60))
        at = now + int(world.between(3, 16) * DAY)


def _close(world: World, deal: Deal, at: int, is_won: bool, rep: Rep) -> None:
    if is_won:
        # Some of the price goes in the last hour.
        deal.set_amount(at, round(deal.size * world.between(0.86, 1.0), 2), rep)
    deal.change(at, "CloseDate", date(at), rep)
    deal.enter(at, WON if is_won else LOST, rep)
    deal.closed_at = at
    if is_won:
        deal.won_at = at
        welcome(world, deal, at)


def welcome(world: World, deal: Deal, since: int) -> None:
    """Remember the buyer as a customer."""
    owner = deal.owner
    if isinstance(owner, Rep):
        buyer = deal.buyer
        world.customers.append(
            Customer(
                buyer.account_id,
                buyer.firm,
                buyer.contact_id,
                buyer.person,
                deal.id,
                owner,
                since,
            )
        )
