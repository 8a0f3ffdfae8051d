"""Lost prospects of a made-up company who may be written to now, and such as may not.

One thing is different with each: a list that was left, a mail that came too lately, an amount.
"""

from datetime import datetime, timedelta

from tests.recount.company import MILLISECOND, Builder, Row, written
from tests.recount.company_mail import Mailings

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LATELY = 14 * DAY
AMOUNTS = [
    "9999.99", "10000", "49999.994", "49999.995", "50000", "249999.99", "250000", "0", "-0.01", "",
    "2500.49", "2500.5", "-100", "-100.01", "0.005", "499999.99", "500000",
]  # fmt: skip
STATUSES = ["subscribed", "unsubscribed", "cleaned", "pending", "transactional", "archived"]


class AudienceWriter:
    """Writes lost and flagged prospects, lists and mailings."""

    def __init__(self, builder: Builder, mailings: Mailings) -> None:
        self.builder = builder
        self.mailings = mailings
        self.random = builder.random
        self.setting = builder.plan.setting
        self.lost_at = self.setting.as_of - 20 * DAY
        self.count = 0

    def new_address(self) -> str:
        self.count += 1
        return f"audience.{self.count}@example.com"

    def flag(self, table: str, record: str, at: datetime) -> None:
        self.builder.change(
            (table, record),
            at,
            self.setting.reactivation_flag_field,
            "false",
            "true",
            "false",
            self.random.choice(self.builder.reps),
        )

    # ---- prospects

    def lead(self, lost_at: datetime | None = None, **cells: str) -> Row:
        """A lead that is lost and flagged, with an address of its own."""
        lost_at = lost_at or self.lost_at
        lead = self.builder.lead(lost_at - 9 * DAY)
        lead.update(
            {
                "Email": self.new_address(),
                "CreatedDate": written(lost_at - 9 * DAY),
                "IsDeleted": "false",
                "Status": "Lost",
                "Lost_Reason__c": self.random.choice(["Price", " Price ", "", "No budget"]),
                "Industry": self.random.choice(["Energy", " Retail", "", " "]),
                "HasOptedOutOfEmail": "false",
                **cells,
            }
        )
        history = ("Lead", lead["Id"])
        self.builder.change(history, lost_at - DAY, "Status", "New", "Qualified", "false")
        left = self.random.choice(["Qualified", " Qualified", "Marketing Qualified"])
        self.builder.change(history, lost_at, "Status", left, "Lost", "false")
        self.flag("Lead", lead["Id"], lost_at + HOUR)
        return lead

    def deal(self, **cells: str) -> Row:
        """A deal of an account of its own that is lost and flagged; nobody is named in it yet."""
        created = self.lost_at - 9 * DAY
        account = self.builder.add(
            "Account",
            Id=self.builder.new_id("001"),
            Name="Customer",
            Industry=self.random.choice(["Energy", " Retail ", "", " "]),
            OwnerId=self.builder.owner(),
            CreatedDate=written(created),
            IsDeleted="true" if self.builder.sometimes(0.1) else "false",
        )
        deal = self.builder.deal(
            created,
            **{
                "AccountId": account["Id"],
                "CurrencyIsoCode": "",
                "Lost_Reason__c": "Price",
                "StageName": "Closed Lost",
                "IsClosed": "true",
                "IsWon": "false",
                **cells,
            },
        )
        if self.builder.sometimes(0.8):
            self.builder.stage_row(deal["Id"], created, "Negotiation")
        self.builder.stage_row(deal["Id"], self.lost_at, "Closed Lost")
        self.flag("Opportunity", deal["Id"], self.lost_at + HOUR)
        return deal

    def contact(self, address: str, account: str, deleted: str = "false") -> str:
        row = self.builder.add(
            "Contact",
            Id=self.builder.new_id("003"),
            AccountId=account,
            Name="Person",
            Email=address,
            OwnerId=self.builder.owner(),
            CreatedDate=written(self.lost_at - 9 * DAY),
            IsDeleted=deleted,
        )
        return row["Id"]

    def role(self, deal: Row, contact: str, *, primary: str = "true") -> None:
        self.builder.add(
            "OpportunityContactRole",
            Id=self.builder.new_id("00K"),
            OpportunityId=self.builder.reference(deal["Id"]),
            ContactId=self.builder.reference(contact),
            Role="Evaluator",
            IsPrimary=primary,
            IsDeleted="false",
        )

    # ---- stories

    def leavers(self) -> None:
        """Members of lists in every status; of two lists in two; who leaves after as_of."""
        before, after = self.lost_at - 90 * DAY, self.setting.as_of + DAY
        for status in STATUSES:
            self.mailings.member(self.lead()["Email"], status, before)
        torn = self.lead()["Email"]
        self.mailings.member(torn, "subscribed", before)
        self.mailings.member(torn, "unsubscribed", before, "another list")
        self.mailings.member(self.lead()["Email"], "cleaned", after)

    def opted_out(self) -> None:
        for cell in ("true", "TRUE", "", "False"):
            self.lead(HasOptedOutOfEmail=cell)

    def written_to(self) -> None:
        """Mail of every kind, a fortnight ago and at as_of, and just beside that."""
        as_of = self.setting.as_of
        for at in (as_of - LATELY, as_of):
            for blink in (-MILLISECOND, timedelta(0), MILLISECOND):
                campaign = self.mailings.campaign(at + blink, title="Newsletter")
                self.mailings.send(campaign, self.lead()["Email"])
        lately = as_of - 3 * DAY
        for title, status, received in (
            ("Reactivation", "sent", "sent"),
            (None, "sent", "sent"),
            ("", "sent", "hard"),
            ("Newsletter", "sending", "sent"),
            ("Newsletter", "save", "sent"),
        ):
            campaign = self.mailings.campaign(lately, title=title, status=status)
            self.mailings.send(campaign, self.lead()["Email"], received)

    def namesakes(self) -> None:
        """Two prospects of one address: lost at one instant or not; one of them opted out."""
        for apart in (timedelta(0), timedelta(0), HOUR, DAY):
            address = self.lead()["Email"]
            self.lead(self.lost_at + apart, Email=f" {address.upper()}")
        address = self.lead()["Email"]
        self.lead(self.lost_at + DAY, Email=address, HasOptedOutOfEmail="true")
        self.lead(Email="")

    def contacts(self) -> None:
        """The address is a contact's: of a converted lead, or of a deal's primary roles."""
        for own in ("", self.new_address()):
            deal = self.deal()
            lead = self.builder.lead(self.lost_at - 10 * DAY)
            contacts_own = self.new_address()
            lead.update(
                Email=own,
                IsDeleted="false",
                HasOptedOutOfEmail="false",
                Industry="",
                CreatedDate=written(self.lost_at - 10 * DAY),
                Status="Closed - Converted",
                IsConverted="true",
                ConvertedDate=(self.lost_at - 9 * DAY).date().isoformat(),
                ConvertedContactId=self.contact(contacts_own, deal["AccountId"]),
                ConvertedOpportunityId=deal["Id"],
            )
            if own:
                # It is the other one of the person's that left.
                self.mailings.member(contacts_own, "unsubscribed", self.lost_at)
        for _ in range(3):
            deal = self.deal()
            for address, deleted, primary in (
                (self.new_address(), "false", "true"),
                (self.new_address(), "false", "TRUE"),
                ("", "false", "true"),
                (self.new_address(), "true", "true"),
                (self.new_address(), "false", "false"),
            ):
                contact = self.contact(address, deal["AccountId"], deleted)
                self.role(deal, contact, primary=primary)
        # Nobody is named in it.
        self.deal()

    def amounts(self) -> None:
        for amount in AMOUNTS:
            deal = self.deal(Amount=amount)
            self.role(deal, self.contact(self.new_address(), deal["AccountId"]))


def write_audience(builder: Builder, mailings: Mailings) -> None:
    """Lost prospects who are to be written to, or not."""
    writer = AudienceWriter(builder, mailings)
    writer.leavers()
    writer.opted_out()
    writer.written_to()
    writer.namesakes()
    writer.contacts()
    writer.amounts()
