"""Prospects of a made-up company that are lost, flagged, written to, come back and are won.

Every step is put where the rules draw a line: at it, a millisecond before or after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.recount.company import MILLISECOND, Builder, Row, written
from tests.recount.company_mail import URLS, Mailings

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LOST_STATUSES = ["Lost", " Lost", "Unqualified", "Recycled", "Closed - Not Converted"]
QUALIFIED_STATUSES = ["Qualified", "Sales Qualified", "Marketing Qualified "]
OPEN_STATUSES = ["New", "Working", "Nurturing", ""]
LOST_STAGES = ["Closed Lost", "Closed Lost ", "Gone Quiet"]
OPEN_STAGES = ["Prospecting", "Negotiation", " Qualification"]


@dataclass
class Pursuit:
    """A prospect in the making: its records, its addresses, where they stand now."""

    lead: Row | None
    deal: Row | None
    addresses: list[str]
    status: str = "New"
    stage: str = ""
    losses: list[datetime] = field(default_factory=list)

    @property
    def histories(self) -> list[tuple[str, str]]:
        found = []
        if self.lead is not None:
            found.append(("Lead", self.lead["Id"]))
        if self.deal is not None:
            found.append(("Opportunity", self.deal["Id"]))
        return found


class LossWriter:
    """Writes prospects, and what happens to them, into a builder's tables."""

    def __init__(self, builder: Builder, mailings: Mailings) -> None:
        self.builder = builder
        self.mailings = mailings
        self.random = builder.random
        self.setting = builder.plan.setting
        self.robot = builder.people[6]
        # Few, so that deals of several prospects are lost on one account.
        self.accounts = builder.accounts[:4]

    # ---- instants

    def lost_at(self) -> datetime:
        """Mostly so long ago that the window is over, or nearly; sometimes lately."""
        as_of, kind = self.setting.as_of, self.random.random()
        if kind < 0.2:
            return as_of - self.setting.reactivation_window + self._blink()
        if kind < 0.65:
            days = self.random.randrange(1, 220)
            return as_of - self.setting.reactivation_window - days * DAY
        if kind < 0.9:
            return as_of - self.random.randrange(0, 180) * DAY
        return self.builder.moment()

    def _blink(self) -> timedelta:
        return self.random.choice([-MILLISECOND, timedelta(0), timedelta(0), MILLISECOND])

    def _return_after(self) -> timedelta | None:
        """How long after its loss a prospect comes back, if ever."""
        grace, window = self.setting.reopen_grace, self.setting.reactivation_window
        return self.random.choice(
            [
                None, None, None, timedelta(0), MILLISECOND, 5 * HOUR, grace, grace + self._blink(),
                grace + 2 * DAY, 20 * DAY, 30 * DAY, 45 * DAY, 60 * DAY, 90 * DAY,
                window, window, window + MILLISECOND, window + 20 * DAY,
            ]
        )  # fmt: skip

    # ---- the parts

    def status(self, pursuit: Pursuit, at: datetime, new: str, *, told: bool = True) -> None:
        """A status change; `told` is False where the history has lost the row."""
        assert pursuit.lead is not None
        author = self.robot if self.builder.sometimes(0.3) else None
        deleted = "false" if told else "true"
        history = ("Lead", pursuit.lead["Id"])
        self.builder.change(history, at, "Status", pursuit.status, new, deleted, author)
        pursuit.status = pursuit.lead["Status"] = new

    def stage(self, pursuit: Pursuit, at: datetime, new: str) -> None:
        assert pursuit.deal is not None
        self.builder.stage_row(pursuit.deal["Id"], at, new)
        pursuit.stage = new
        won = new.strip() in ("Closed Won", "Signed")
        closed = won or new in LOST_STAGES
        pursuit.deal.update(StageName=new, IsClosed=str(closed).lower(), IsWon=str(won).lower())

    def lead(self, created: datetime) -> Pursuit:
        lead = self.builder.lead(created)
        address = self.builder.new_address()
        lead.update(
            CreatedDate=written(created),
            IsDeleted="false",
            Email=self.builder.spelled(address),
            OwnerId=self.random.choice(self.builder.reps),
        )
        self.builder.owner_changes(("Lead", lead["Id"]), lead["OwnerId"], 0.3)
        return Pursuit(lead, None, [address])

    def contact(self, address: str, account: str) -> str:
        row = self.builder.add(
            "Contact",
            Id=self.builder.new_id("003"),
            AccountId=account,
            Name="Person",
            Email=self.builder.spelled(address),
            OwnerId=self.random.choice(self.builder.reps),
            CreatedDate=written(self.builder.midnight(self.builder.plan.first_day)),
            IsDeleted=self.builder.deleted(0.08),
        )
        return row["Id"]

    def deal(self, created: datetime, account: str, **cells: str) -> Row:
        return self.builder.deal(
            created,
            AccountId=self.builder.reference(account),
            OwnerId=self.random.choice(self.builder.reps),
            **{"Type": "New Business", "StageName": "Prospecting", "IsClosed": "false", **cells},
        )

    def convert(self, pursuit: Pursuit, at: datetime, deal: Row | None) -> None:
        """A conversion: with a status row or by its date alone, with or without a deal."""
        assert pursuit.lead is not None
        address = self.builder.new_address()
        pursuit.addresses.append(address)
        contact = self.contact(address, self.random.choice(self.accounts))
        pursuit.lead.update(
            IsConverted="true",
            ConvertedDate=at.astimezone(self.builder.plan.zone).date().isoformat(),
            ConvertedContactId=self.builder.reference(contact),
            ConvertedOpportunityId="" if deal is None else self.builder.reference(deal["Id"]),
        )
        if self.builder.sometimes(0.6):
            self.status(pursuit, at, "Closed - Converted")
            if self.builder.sometimes(0.2):
                self.status(pursuit, at, "Lost")
        else:
            pursuit.lead["Status"] = "Closed - Converted"
        if self.builder.sometimes(0.3):
            self.status(pursuit, at + 3 * DAY, "Lost")
            self.status(pursuit, at + 20 * DAY, "Working")

    # ---- flags, mail

    def pursue(
        self, pursuit: Pursuit, lost_at: datetime, returned_at: datetime | None, *, well: bool
    ) -> None:
        """Flag a loss and write to the prospect: as it should be done, or in some other way."""
        window_end = lost_at + self.setting.reactivation_window
        over_at = min(returned_at or window_end, window_end)
        edges = [lost_at - DAY, lost_at, over_at, window_end, self.setting.as_of]
        if well:
            flagged_at = lost_at + self.random.choice([-DAY, timedelta(0), HOUR])
            self.flag(pursuit, flagged_at, self.random.choice(self.builder.reps))
            sent_at = flagged_at + self.random.choice([timedelta(0), HOUR, DAY, 12 * DAY])
            self.write_to(pursuit, self.mailings.campaign(sent_at), sent_at, over_at, sure=True)
            edges += [sent_at]
        for _ in range(self.random.choice([0, 1, 1, 2])):
            at = self.random.choice(edges) + self.random.choice([self._blink(), HOUR])
            self.flag(pursuit, at, self.builder.owner(), sure=False)
            edges.append(at)
        for _ in range(self.random.choice([0, 1, 2])):
            at = self.random.choice(edges[2:]) + self.random.choice([self._blink(), HOUR])
            self.write_to(pursuit, self.mailings.any_campaign(at), at, over_at, sure=False)

    def flag(self, pursuit: Pursuit, at: datetime, author: str, *, sure: bool = True) -> None:
        history = self.random.choice(pursuit.histories)
        name, old, new = self.setting.reactivation_flag_field, "false", "true"
        if not sure and self.builder.sometimes(0.3):
            name, old, new = self.random.choice(
                [(name, "true", "false"), ("Other__c", old, new), (name, "", "True")]
            )
        self.builder.change(
            history, at, name, old, new, "false" if sure else self.builder.deleted(0.1), author
        )

    def write_to(
        self, pursuit: Pursuit, campaign: str, at: datetime, over_at: datetime, *, sure: bool
    ) -> None:
        """Send a campaign to the prospect's addresses, and let them react."""
        for address in pursuit.addresses:
            kinds = ["sent"] if sure else ["sent", "hard", "soft", "sent"]
            self.mailings.send(campaign, address, self.random.choice(kinds))
            if self.builder.sometimes(0.6):
                moment = self.random.choice([at, at, at + HOUR, at - MILLISECOND, over_at])
                self.mailings.react(campaign, address, moment)
            if self.builder.sometimes(0.2):
                self.mailings.react(campaign, address, over_at - MILLISECOND)

    # ---- whole stories

    def lead_story(self) -> None:
        """A lead that is qualified and lost, up to three times; at last it may be converted."""
        lost_at = self.lost_at()
        pursuit = self.lead(lost_at - self.random.choice([1, 20, 40]) * DAY)
        if self.builder.sometimes(0.15):
            # Qualified only by what its first row left behind.
            pursuit.status = "Sales Qualified"
        elif self.builder.sometimes(0.9):
            early = lost_at - self.random.choice([timedelta(0), HOUR, DAY])
            self.status(pursuit, early, self.random.choice(QUALIFIED_STATUSES))
        for _ in range(self.random.choice([1, 1, 2, 3])):
            self.status(pursuit, lost_at, self.random.choice(LOST_STATUSES))
            if self.builder.sometimes(0.15):
                self.status(pursuit, lost_at + 2 * HOUR, self.random.choice(LOST_STATUSES))
            after = self._return_after()
            returned_at = None if after is None else lost_at + after
            self.pursue(pursuit, lost_at, returned_at, well=self.builder.sometimes(0.55))
            if returned_at is None:
                break
            if self.builder.sometimes(0.2):
                account = self.random.choice(self.accounts)
                deal = self.deal(returned_at, account)
                self.convert(pursuit, returned_at, deal)
                pursuit.deal = deal
                self.deal_rounds(pursuit, returned_at + 10 * DAY)
                return
            back = self.random.choice([*QUALIFIED_STATUSES, *OPEN_STATUSES])
            self.status(pursuit, returned_at, back, told=not self.builder.sometimes(0.06))
            lost_at = returned_at + self.random.choice(
                [timedelta(0), MILLISECOND, 5 * HOUR, 23 * HOUR, 30 * DAY]
            )

    def deal_story(self) -> None:
        """A deal that is lost, up to three times, of a lead (or two) or of nobody."""
        lost_at = self.lost_at()
        created = lost_at - self.random.choice([timedelta(0), 10 * DAY, 60 * DAY])
        account = self.random.choice(self.accounts)
        deal = self.deal(created, account)
        # A conversion may turn a lead around at its instant: not at that of the deal's loss, too,
        # for nothing says which of two records was first.
        if created < lost_at and self.builder.sometimes(0.6):
            pursuit = self.lead(created - 5 * DAY)
            self.convert(pursuit, created, deal)
            if self.builder.sometimes(0.2):
                second = self.lead(created - 6 * DAY)
                self.convert(second, created + self.random.choice([timedelta(0), DAY]), deal)
            pursuit.deal = deal
        else:
            pursuit = Pursuit(None, deal, [])
            self._roles(pursuit, account)
        if self.builder.sometimes(0.1):
            self._lost_by_date(pursuit, lost_at)
            return
        if created < lost_at:
            self.stage(pursuit, created, self.random.choice(OPEN_STAGES))
        self.deal_rounds(pursuit, lost_at)

    def late_lead_story(self) -> None:
        """A lead that is lost while the deal that it is converted into at last is lost too."""
        lost_at = self.lost_at()
        deal = self.deal(lost_at - 60 * DAY, self.random.choice(self.accounts))
        pursuit = self.lead(lost_at - 20 * DAY)
        pursuit.deal = deal
        self.stage(pursuit, lost_at - 60 * DAY, "Prospecting")
        self.status(pursuit, lost_at - DAY, "Qualified")
        self.status(pursuit, lost_at, "Lost")
        deal_lost_at = lost_at + self.random.choice([-5 * DAY, timedelta(0), HOUR, 8 * DAY])
        self.stage(pursuit, deal_lost_at, "Closed Lost")
        if self.builder.sometimes(0.5):
            self.stage(pursuit, max(lost_at, deal_lost_at) + 15 * DAY, "Negotiation")
        returned_at = max(lost_at, deal_lost_at) + self.random.choice([2, 15, 30]) * DAY
        self.pursue(pursuit, lost_at, returned_at, well=self.builder.sometimes(0.7))
        self.convert(pursuit, returned_at, deal)
        self.new_deals(pursuit, lost_at, returned_at + 9 * DAY)

    def rivals_story(self) -> None:
        """Two deals of one account are saved, and others come and are won: whose wins are they?"""
        account = self.random.choice(self.accounts)
        lost_at = self.lost_at()
        reopened_at = lost_at + self.setting.reopen_grace + 2 * DAY
        apart = self.random.choice([timedelta(0), HOUR])
        for place in range(2):
            pursuit = Pursuit(None, self.deal(lost_at - DAY, account, Lost_Reason__c=""), [])
            self._roles(pursuit, account)
            self.stage(pursuit, lost_at - DAY, "Prospecting")
            self.stage(pursuit, lost_at, "Closed Lost")
            self.stage(pursuit, reopened_at + place * apart, "Negotiation")
            self.pursue(pursuit, lost_at, reopened_at, well=True)
        for place in range(self.random.choice([1, 2, 2, 3])):
            deal = self.deal(reopened_at + 4 * DAY, account)
            won_at = reopened_at + 4 * DAY + self.random.choice([0, place]) * DAY
            self.stage(Pursuit(None, deal, []), won_at, "Closed Won")

    def _roles(self, pursuit: Pursuit, account: str) -> None:
        assert pursuit.deal is not None
        for place in range(self.random.choice([1, 1, 2])):
            address = self.builder.new_address()
            is_primary = place == 0 or self.builder.sometimes(0.3)
            self.builder.add(
                "OpportunityContactRole",
                Id=self.builder.new_id("00K"),
                OpportunityId=self.builder.reference(pursuit.deal["Id"]),
                ContactId=self.builder.reference(self.contact(address, account)),
                Role="Evaluator",
                IsPrimary=str(is_primary).lower(),
                IsDeleted=self.builder.deleted(0.1),
            )
            pursuit.addresses.append(address)

    def _lost_by_date(self, pursuit: Pursuit, lost_at: datetime) -> None:
        """A deal without any stage row: what is known is the day on which it was closed."""
        assert pursuit.deal is not None
        on = lost_at.astimezone(self.builder.plan.zone).date()
        pursuit.deal.update(
            StageName="Closed Lost", IsClosed="true", IsWon="false", CloseDate=on.isoformat()
        )
        start = self.builder.midnight(on)
        self.pursue(pursuit, start, None, well=True)
        self.new_deals(pursuit, start, start + 30 * DAY)

    def deal_rounds(self, pursuit: Pursuit, lost_at: datetime) -> None:
        """Losses and returns of a deal, and what others do on its account."""
        assert pursuit.deal is not None
        for _ in range(self.random.choice([1, 1, 2, 3])):
            self.stage(pursuit, lost_at, self.random.choice(LOST_STAGES))
            if self.builder.sometimes(0.15):
                self.stage(pursuit, lost_at + HOUR, self.random.choice(LOST_STAGES))
            after = self._return_after()
            returned_at = None if after is None else lost_at + after
            self.pursue(pursuit, lost_at, returned_at, well=self.builder.sometimes(0.55))
            if returned_at is None or self.builder.sometimes(0.35):
                self.new_deals(pursuit, lost_at, returned_at or lost_at + 40 * DAY)
                if returned_at is None:
                    return
            if self.builder.sometimes(0.25):
                self.stage(pursuit, returned_at, "Closed Won")
            else:
                self.stage(pursuit, returned_at, self.random.choice(OPEN_STAGES))
                if self.builder.sometimes(0.4):
                    won_at = returned_at + self.random.choice([timedelta(0), DAY, 30 * DAY])
                    self.stage(pursuit, won_at, self.random.choice(["Closed Won", "Signed"]))
            if self.builder.sometimes(0.5):
                return
            lost_at = returned_at + self.random.choice(
                [timedelta(0), MILLISECOND, 5 * HOUR, 23 * HOUR, 30 * DAY, 60 * DAY]
            )

    def new_deals(self, pursuit: Pursuit, lost_at: datetime, later: datetime) -> None:
        """Deals that come to the account: too early, in time, of the wrong type, from a lead."""
        assert pursuit.deal is not None
        account = pursuit.deal["AccountId"]
        grace = lost_at + self.setting.reopen_grace
        moments = [grace, grace + MILLISECOND, later, later, later + MILLISECOND]
        for _ in range(self.random.choice([1, 2, 2, 3])):
            created = self.random.choice(moments)
            kind = self.random.choice(["New Business", "New Business", "", "Renewal"])
            deal = self.deal(created, account, Type=kind, IsDeleted=self.builder.deleted(0.05))
            if self.builder.sometimes(0.15):
                self.convert(self.lead(created - DAY), created, deal)
            self._close_new(deal, created)

    def _close_new(self, deal: Row, created: datetime) -> None:
        """Some are won at once or later, in history or by their date; some twice."""
        kind = self.random.choice(["open", "won", "won", "twice", "by date", "at once"])
        pursuit = Pursuit(None, deal, [])
        if kind in ("won", "twice"):
            self.stage(pursuit, created, "Prospecting")
            self.stage(pursuit, created + self.random.choice([HOUR, 20 * DAY]), "Closed Won")
        if kind == "twice":
            self.stage(pursuit, created + 30 * DAY, "Negotiation")
            self.stage(pursuit, created + 40 * DAY, "Signed")
        if kind == "at once":
            self.stage(pursuit, created, "Signed")
        if kind == "by date":
            on = created.astimezone(self.builder.plan.zone).date()
            deal.update(
                StageName="Closed Won", IsClosed="true", IsWon="true", CloseDate=on.isoformat()
            )

    # ---- plain stories

    def plain(
        self,
        losses: Sequence[tuple[datetime, timedelta | None]],
        *,
        flag_after: timedelta = HOUR,
        sent_after: timedelta = DAY,
        reps: Sequence[str] = (),
    ) -> str:
        """A lead that is lost at these instants and comes back so long after; each is mailed to.

        `reps` flag one loss each. Returns the lead's address.
        """
        builder = self.builder
        pursuit = self.lead(losses[0][0] - 10 * DAY)
        assert pursuit.lead is not None
        address = f"plain.{len(builder.addresses)}@example.com"
        builder.addresses.append(address)
        pursuit.lead.update(Email=address, Lost_Reason__c="Price")
        history = ("Lead", pursuit.lead["Id"])
        builder.change(history, losses[0][0] - DAY, "Status", "New", "Qualified", "false")
        for place, (lost_at, after) in enumerate(losses):
            builder.change(history, lost_at, "Status", "Qualified", "Lost", "false")
            if after is not None:
                builder.change(history, lost_at + after, "Status", "Lost", "Working", "false")
            flagged_at = lost_at + flag_after
            self.flag(pursuit, flagged_at, (reps or builder.reps)[place])
            self.mailings.send(self.mailings.campaign(flagged_at + sent_after), address)
        return address

    def edges(self) -> None:
        """Losses, returns and flags exactly where a rule draws its line, and just beyond it."""
        grace, window = self.setting.reopen_grace, self.setting.reactivation_window
        long_ago = self.setting.as_of - window - 40 * DAY
        for after in (timedelta(0), grace, window):
            self.plain([(long_ago, after)])
            self.plain([(long_ago, after + MILLISECOND)])
        for blink in (timedelta(0), MILLISECOND):
            self.plain([(self.setting.as_of - window + blink, None)])
            self.plain([(long_ago, 30 * DAY)], flag_after=-DAY - blink)
        for flag_after in (timedelta(0), 30 * DAY - MILLISECOND, 30 * DAY, window):
            self.plain([(long_ago, 30 * DAY)], flag_after=flag_after)
        # Twice in what is mostly one quarter; the second flag is set as the first loss is over.
        start = self.builder.midnight(self.builder.plan.quarter_starts[0]) + DAY
        twice = [(start, grace + 3 * DAY), (start + grace + 4 * DAY, grace + 3 * DAY)]
        self.plain(twice)
        self.plain(twice, flag_after=-DAY)
        self._near_as_of()
        self._two_campaigns(long_ago)
        self._older_than_itself(long_ago)
        self._converted_as_it_is_lost(long_ago)

    def _near_as_of(self) -> None:
        """Written to at as_of, and after it."""
        for blink in (timedelta(0), MILLISECOND):
            lost_at = self.setting.as_of - 2 * DAY
            self.plain([(lost_at, None)], sent_after=2 * DAY - HOUR + blink)

    def _two_campaigns(self, lost_at: datetime) -> None:
        """Links of two campaigns, clicked one after the other: no scanner does that."""
        address = self.plain([(lost_at, 30 * DAY)])
        for place, url in enumerate(URLS[:2]):
            campaign = self.mailings.campaign(lost_at + 2 * DAY)
            self.mailings.send(campaign, address)
            clicked_at = lost_at + (3 * DAY + timedelta(seconds=3 * place))
            self.mailings.act(campaign, address, (clicked_at, "click", url))

    def _older_than_itself(self, lost_at: datetime) -> None:
        """A deal whose history begins before it was created: it is no new deal to itself."""
        account = self.builder.new_id("001")
        created = lost_at + self.setting.reopen_grace + 20 * DAY
        pursuit = Pursuit(None, self.deal(created, account), [])
        self.stage(pursuit, lost_at - DAY, "Prospecting")
        self.stage(pursuit, lost_at, "Closed Lost")

    def _converted_as_it_is_lost(self, lost_at: datetime) -> None:
        """A lead that is lost as the day begins on which it was converted."""
        on = lost_at.astimezone(self.builder.plan.zone).date()
        start = self.builder.midnight(on)
        pursuit = self.lead(start - 10 * DAY)
        assert pursuit.lead is not None
        history = ("Lead", pursuit.lead["Id"])
        self.builder.change(history, start - DAY, "Status", "New", "Qualified", "false")
        self.builder.change(history, start, "Status", "Qualified", "Lost", "false")
        pursuit.lead.update(IsConverted="true", ConvertedDate=on.isoformat())

    def race(self, counts: Sequence[int]) -> None:
        """Reps that save so many leads each in one quarter: shared and later places."""
        start = self.builder.plan.quarter_starts[1]
        lost_at = self.builder.midnight(start) - 25 * DAY
        sent_after = self.setting.reopen_grace + DAY
        for rep, count in zip(self.builder.reps, counts, strict=False):
            for _ in range(count):
                self.plain([(lost_at, 30 * DAY)], sent_after=sent_after, reps=[rep])
        # Never written to, and back exactly as the others had their mail, or just after it.
        for blink in (timedelta(0), MILLISECOND):
            self.plain([(lost_at, HOUR + sent_after + blink)], flag_after=-2 * DAY)


def write_losses(builder: Builder, mailings: Mailings) -> None:
    """The stories of a company's lost prospects."""
    writer = LossWriter(builder, mailings)
    for _ in range(builder.plan.losses):
        kind = builder.random.random()
        if kind < 0.45:
            writer.lead_story()
        elif kind < 0.9:
            writer.deal_story()
        else:
            writer.late_lead_story()
    for _ in range(builder.plan.losses // 20):
        writer.rivals_story()
    writer.edges()
    writer.race([9, 6, 6, 3])
