"""Leads: how they come in, how fast they are answered, and whether they are lost or sold."""

from __future__ import annotations

from contextlib import suppress

from ingestion.sample_company import activities
from ingestion.sample_company.accounts import (
    WRONG_EMAILS,
    WRONG_PHONES,
    add_contact,
    open_account,
)
from ingestion.sample_company.chance import Weighted
from ingestion.sample_company.clock import (
    AS_OF,
    DAY,
    HOUR,
    MINUTE,
    NotYet,
    at_work,
    date,
    instant,
    is_working,
    next_opening,
    reached,
)
from ingestion.sample_company.company import Owner, Rep
from ingestion.sample_company.deals import Buyer, Deal, assign_role, pursue
from ingestion.sample_company.files import flag
from ingestion.sample_company.losses import after_loss, foresee, unflag
from ingestion.sample_company.names import INDUSTRIES, Person
from ingestion.sample_company.records import Record, entered
from ingestion.sample_company.world import Place, World

REP_SOURCES = ("Cold Call", "Phone Inquiry", "Word of mouth")
OUTBOUND = ("Purchased List", "Cold Call", "Import")

ROBOT_STATUS = "Marketing Qualified"
CONVERTED = ("Closed - Converted", "Converted")
QUALIFIED = ("Qualified", "Sales Qualified", ROBOT_STATUS, *CONVERTED)

# Seconds until the first answer: from, to, how often by the fastest rep and by the slowest.
NEVER = (0, 0)
BANDS = {
    (40, 5 * MINUTE): (34, 4),
    (5 * MINUTE, 15 * MINUTE): (22, 7),
    (15 * MINUTE, HOUR): (19, 14),
    (HOUR, 4 * HOUR): (11, 22),
    (4 * HOUR, 24 * HOUR): (6, 22),
    (24 * HOUR, 120 * HOUR): (4, 16),
    NEVER: (4, 15),
}
# How many are reached when they are answered within so many seconds.
REACHED = (
    (5 * MINUTE, 0.66),
    (15 * MINUTE, 0.56),
    (HOUR, 0.46),
    (4 * HOUR, 0.36),
    (24 * HOUR, 0.27),
    (10_000 * DAY, 0.17),
)


class Lead(Record):
    """One lead; what the referral programme wants to know of it stands here when it is told."""

    def __init__(self, world: World, at: int, source: str, person: Person, owner: Owner) -> None:
        by_rep = source in REP_SOURCES and isinstance(owner, Rep)
        robot = world.company.guest if world.chance(0.4) else world.company.integration
        super().__init__(world, "Lead", at, owner, owner if by_rep else robot)
        self.person = person
        self.source = source
        # Web forms ask for the address, bought lists for little.
        known = 0.55 if source in OUTBOUND else 0.82
        self.values = {
            "Email": entered(world, 0.6 + known / 2.5, person.email, WRONG_EMAILS),
            "Title": entered(world, known - 0.2, person.title),
            "Company": entered(world, 0.8, person.firm.name),
            "Industry": entered(world, known - 0.3, world.rng.choice(INDUSTRIES)),
            "Phone": entered(world, known - 0.25, world.names.phone(), WRONG_PHONES),
            "Status": "New" if world.chance(0.6) else "Open - Not Contacted",
        }
        knows_email = self.values["Email"] == person.email
        self.recipient = world.mail.recipient(person.email, at) if knows_email else None
        self.referral_code = ""
        self.opted_out = world.chance(0.03)
        self.master_id = ""
        self.converted_at: int | None = None
        self.contact_id = ""
        self.deal: Deal | None = None
        self.first_qualified_at: int | None = None
        self.is_reached = False
        self.last_attempt_at = at

    @property
    def won_at(self) -> int | None:
        """When its deal was won, while it is."""
        return self.deal.won_at if self.deal else None

    def set_status(self, at: float, status: str, by: Owner) -> int:
        """Change the status. Raises NotYet."""
        now = self.change(at, "Status", status, by)
        if self.first_qualified_at is None and status in QUALIFIED:
            self.first_qualified_at = now
        return now

    def write(self) -> None:
        """Write the lead as it is today, and its past."""
        values, deal = self.values, self.deal
        touched_at = min(self.modified_at + 3 * DAY, AS_OF)
        self.world.files.write(
            "Lead",
            Id=self.id,
            Name=self.person.name,
            Email=values["Email"],
            Title=values["Title"],
            Company=values["Company"],
            Industry=values["Industry"],
            Phone=values["Phone"],
            Status=values["Status"],
            Lost_Reason__c=values.get("Lost_Reason__c", ""),
            OwnerId=self.owner.id,
            LeadSource=self.source,
            IsConverted=flag(self.converted_at is not None),
            ConvertedDate="" if self.converted_at is None else date(self.converted_at),
            ConvertedAccountId=deal.buyer.account_id if deal else "",
            ConvertedContactId=self.contact_id,
            ConvertedOpportunityId=deal.id if deal else "",
            MasterRecordId=self.master_id,
            Referral_Code__c=self.referral_code,
            HasOptedOutOfEmail=flag(self.opted_out),
            CreatedById=self.created_by.id,
            CreatedDate=instant(self.created_at),
            LastModifiedDate=instant(self.modified_at),
            SystemModstamp=instant(touched_at),
            IsDeleted=flag(self.is_deleted),
        )
        self.write_history()


def new_lead(world: World, at: int, source: str) -> Lead:
    """Somebody shows interest, or is found by a rep; nothing has happened yet."""
    rep = world.company.next_rep(world.rng, at)
    owner: Owner = rep
    if source not in REP_SOURCES and world.chance(0.6):
        owner = world.company.queues[rep.habits.zone.startswith("Europe")]
    earlier = world.latest_converted
    if earlier and world.chance(0.04):
        person = world.names.person(earlier[0].person.firm)
    else:
        person = world.names.person(world.names.firm())
    return Lead(world, at, source, person, owner)


def tell(world: World, lead: Lead, *, stays_in_queue: bool = False) -> None:
    """A lead's whole story until today; everything in it is written."""
    _join_campaign(world, lead)
    with suppress(NotYet):
        if not (stays_in_queue and not isinstance(lead.owner, Rep)):
            _live(world, lead)
    if lead.converted_at is None and isinstance(lead.owner, Rep) and world.chance(0.8):
        lead.actor(AS_OF)
    lead.write()
    if lead.recipient:
        world.mail.close(lead.recipient)
    if isinstance(lead.owner, Rep) and lead.owner.habits.visits and world.chance(0.1):
        world.places.append(
            Place(lead.id, lead.person.name, lead.owner, lead.created_at, lead.owner.left_at)
        )


def _join_campaign(world: World, lead: Lead) -> None:
    """Who comes from a campaign is its member from the start; some others are only written to."""
    campaign = world.campaigns.of_source(lead.source, lead.created_at)
    if campaign and world.chance(0.75):
        as_date = lead.source == "Trade Show"
        world.campaigns.join(
            campaign,
            lead.created_at,
            lead_id=lead.id,
            responded_at=lead.created_at,
            as_date=as_date,
        )
    elif world.chance(0.04):
        campaign = world.campaigns.running(lead.created_at)
        world.campaigns.join(campaign, lead.created_at, lead_id=lead.id)


def _live(world: World, lead: Lead) -> None:
    assigned_at = _assign(world, lead)
    scored = world.draw("scored by robot") if lead.source not in OUTBOUND else "no"
    robot = world.company.integration
    if scored == "before the answer":
        assigned_at = lead.set_status(assigned_at + 20, ROBOT_STATUS, robot)

    answered_at = _answer(world, lead, lead.created_at, assigned_at)
    if scored == "after the answer":
        since = answered_at or assigned_at
        at = lead.set_status(since + world.between(0.2, 12) * DAY, ROBOT_STATUS, robot)
        answered_at = _answer(world, lead, at, at) or answered_at
    if answered_at is None:
        _give_up(world, lead, assigned_at)
        return
    _work(world, lead, answered_at)
    _later_response(world, lead)


def _assign(world: World, lead: Lead) -> int:
    """From the queue to a rep within minutes, or hours at night; returns when the rep has it."""
    company, rng = world.company, world.rng
    at = lead.created_at
    if not isinstance(lead.owner, Rep):
        wait = rng.lognormvariate(4.3, 1.2)  # seconds, mostly one or two minutes
        if world.chance(0.1):
            wait += world.between(1, 9) * HOUR
        at = reached(at + wait)
        by = company.integration if world.chance(0.8) else company.managers[0]
        at = lead.change_owner(at, company.next_rep(rng, at), by)
    if world.chance(0.04):
        rep = lead.actor(at)
        at = reached(at + world.between(0.1, 20) * HOUR)
        at = lead.change_owner(at, company.next_rep(rng, at), company.manager_of(rep))
    return at


def _answer(world: World, lead: Lead, signal_at: int, assigned_at: int) -> int | None:
    """Outreach after a signal, and more until the person is reached; the instant of the first."""
    rep = lead.actor(assigned_at)
    speed = rep.habits.speed
    weights = {band: fast * speed + slow * (1 - speed) for band, (fast, slow) in BANDS.items()}
    band = Weighted(weights).draw(world.rng)
    activities.noise(world, assigned_at, rep, lead.id)
    if band == NEVER:
        return None
    delay = world.between(*band)
    start = assigned_at
    if not is_working(start) and world.chance(0.75):
        start = next_opening(start)
    at = start + delay if band[1] <= 4 * HOUR else at_work(world.rng, start + delay)
    at = reached(at)
    rep = lead.actor(at)

    share = next(share for limit, share in REACHED if at - signal_at <= limit)
    connects = world.chance(share)
    first_at = activities.attempt(world, at, rep, lead.id, connects=connects)
    if lead.values["Status"] in ("New", "Open - Not Contacted"):
        status = "Working - Contacted" if world.chance(0.7) else "Working"
        lead.set_status(first_at + 2 * MINUTE, status, rep)
    more = 0
    while not connects and more < 4 and world.chance(0.35 + 0.4 * rep.habits.care):
        more += 1
        at = reached(at_work(world.rng, at + world.between(0.7, 4) * DAY))
        rep = lead.actor(at)
        connects = world.chance(share / 2)
        activities.attempt(world, at, rep, lead.id, connects=connects)
    lead.is_reached = connects
    lead.last_attempt_at = at
    return first_at


def _give_up(world: World, lead: Lead, since: int) -> None:
    """Nobody answers; weeks later somebody may clear it away, or it waits to this day."""
    if world.chance(0.3):
        at = at_work(world.rng, max(since, lead.modified_at) + world.between(20, 60) * DAY)
        rep = lead.actor(reached(at))
        lead.set_status(at, world.draw("lost status"), world.company.manager_of(rep))
    else:
        _later_response(world, lead)


def _work(world: World, lead: Lead, answered_at: int) -> None:
    """From the first answer to what becomes of the lead."""
    at = max(answered_at, lead.last_attempt_at, lead.modified_at)
    _keep(world, lead, at)
    likely = 0.74 if lead.is_reached else 0.17
    likely *= 1.25 if "eferral" in lead.source else 1.0
    likely *= 0.6 if lead.source in OUTBOUND else 1.0
    at = at_work(world.rng, at + world.rng.lognormvariate(0.6, 0.8) * DAY)
    rep = lead.actor(reached(at))
    if world.chance(likely):
        status = "Qualified" if world.chance(0.6) else "Sales Qualified"
        at = lead.set_status(at, status, rep)
        _qualified(world, lead, at)
        return
    ending = world.draw("never qualified")
    if ending == "closed":
        at = reached(at + world.between(3, 30) * DAY)
        rep = lead.actor(at)
        lead.set_status(at, world.draw("lost status"), rep)
        lead.change(at, "Lost_Reason__c", world.draw("recoverable reason"), rep)
    elif ending == "nurtured":
        lead.set_status(at, "Nurturing", rep)


def _qualified(world: World, lead: Lead, at: int) -> None:
    """A qualified lead is sold to, lost, or left; a lost one may come back, and be lost again."""
    ending = world.draw("after qualification")
    while True:
        at = reached(at_work(world.rng, at + world.rng.lognormvariate(1.5, 0.8) * DAY))
        rep = lead.actor(at)
        if ending == "converts":
            _convert(world, lead, at, rep)
            return
        if ending == "lingers":
            activities.attempt(world, at, rep, lead.id, connects=world.chance(0.3))
            return
        lost_at = reached(at + world.between(0, 20) * DAY)
        rep = lead.actor(lost_at)
        fate = foresee(world, rep)
        lead.set_status(lost_at, world.draw("lost status"), rep)
        lead.change(lost_at, "Lost_Reason__c", fate.reason, rep)
        back = after_loss(world, lead, lost_at, fate, lead.recipient)
        if back is None:
            return
        rep = lead.actor(back.at)
        at = lead.set_status(back.at, "Qualified" if world.chance(0.6) else "Working", rep)
        if world.chance(0.5):
            unflag(lead, at, rep)
        if lead.values["Status"] == "Working" and world.chance(0.7):
            at = reached(at + world.between(0.5, 9) * DAY)
            lead.set_status(at, "Sales Qualified", lead.actor(at))
        ending = world.draw("after return")


def _convert(world: World, lead: Lead, at: int, rep: Rep) -> None:
    """The lead becomes a contact with a deal, its own or one that a colleague's lead opened."""
    earlier = world.latest_converted
    joins = (
        earlier is not None
        and earlier[0].person.firm == lead.person.firm
        and earlier[1].created_at < at
        and not earlier[1].is_deleted
    )
    if joins and earlier is not None:
        deal = earlier[1]
        account_id = deal.buyer.account_id
    else:
        account_id = open_account(world, at, rep, rep, lead.person.firm)
    known = {field: lead.values[field] for field in ("Email", "Phone", "Title")}
    lead.contact_id = add_contact(world, at, rep, rep, lead.person, account_id, known)
    lead.set_status(at, CONVERTED[world.chance(0.05)], rep)
    lead.converted_at = at
    if joins and earlier is not None:
        lead.deal = earlier[1]
        assign_role(world, lead.deal.id, lead.contact_id, world.draw("role"), is_primary=False)
        return
    buyer = Buyer(account_id, lead.person.firm, lead.contact_id, lead.person, lead.recipient)
    campaign = world.campaigns.of_source(lead.source, lead.created_at)
    lead.deal = Deal(
        world,
        at,
        rep,
        buyer,
        # The careless do not carry the source over.
        source=lead.source if world.chance(0.6 + 0.4 * rep.habits.care) else "",
        campaign_id=campaign.id if campaign else "",
    )
    world.latest_converted = (lead, lead.deal)
    pursue(world, lead.deal)


def _keep(world: World, lead: Lead, since: int) -> None:
    """Reps fill gaps as far as they care; some blank a field again; the robot fills some too.

    The careless clear what they do not believe.
    """
    full = {
        "Title": lead.person.title,
        "Phone": world.names.phone(),
        "Industry": world.rng.choice(INDUSTRIES),
        "Company": lead.person.firm.name,
    }
    at = float(since)
    for field, value in full.items():
        rep = lead.actor(reached(at))
        if world.chance(0.75 * rep.habits.care):
            at += world.between(1, 90) * MINUTE
            lead.fill(at, field, value, rep)
            if world.chance(0.05):
                at += world.between(1, 30) * HOUR
                lead.change(at, field, "", lead.actor(reached(at)))
        elif world.chance(0.08):
            at += world.between(1, 20) * HOUR
            lead.fill(at, field, value, world.company.integration)
        elif rep.habits.wipes and world.chance(rep.habits.wipes):
            at += 5 * MINUTE
            lead.change(at, field, "", lead.actor(reached(at)))


def _later_response(world: World, lead: Lead) -> None:
    """Some answer a campaign weeks later, which asks for an answer anew."""
    form = world.draw("later response")
    if form == "no" or lead.converted_at is not None:
        return
    at = reached(max(lead.modified_at, lead.created_at) + world.between(3, 60) * DAY)
    world.campaigns.join(
        world.campaigns.running(at - DAY),
        at - DAY,
        lead_id=lead.id,
        responded_at=at,
        as_date=form == "date",
    )
    _answer(world, lead, at, at)


def tell_deleted(world: World, lead: Lead) -> None:
    """A lead that was thrown away as spam."""
    rep = world.company.next_rep(world.rng, lead.created_at)
    lead.is_deleted = True
    with suppress(NotYet):
        at = lead.change_owner(lead.created_at + 5 * MINUTE, rep, world.company.integration)
        lead.set_status(at + HOUR, "Unqualified", rep)
    lead.write()


def tell_duplicate(world: World, lead: Lead, survivor: Lead) -> None:
    """A second entry of the same person: worked on for a while, then merged into the first."""
    lead.person = survivor.person
    lead.values["Email"] = survivor.person.email
    lead.recipient = None
    with suppress(NotYet):
        rep = world.company.next_rep(world.rng, lead.created_at)
        at = lead.change_owner(lead.created_at + 3 * MINUTE, rep, world.company.integration)
        campaign = world.campaigns.running(at)
        world.campaigns.join(campaign, at, lead_id=lead.id, responded_at=at)
        at = reached(at_work(world.rng, at + world.between(0.01, 3) * DAY))
        activities.attempt(world, at, lead.actor(at), lead.id, connects=world.chance(0.3))
        at = lead.set_status(at + MINUTE, "Working", lead.actor(at))
        if world.chance(0.3):
            lead.set_status(at + DAY, "Qualified", lead.actor(reached(at + DAY)))
        reached(at + 2 * DAY)
        lead.is_deleted = True
        lead.master_id = survivor.id
    lead.write()
