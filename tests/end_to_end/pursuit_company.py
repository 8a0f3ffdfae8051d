"""A company in Berlin that loses prospects, wins some of them back, and answers its leads: eleven
leads, one of them entered twice, and ten deals, small enough to be counted by hand. Fictitious.

Ana, Ben and Eva sell; Eva has left since and cannot log in any more. A queue takes what nobody has
yet, and a robot enters leads and judges some of them. All instants here are UTC, all of 2026:
Berlin is an hour ahead until 29 March and two hours ahead from then on.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.end_to_end.conftest import (
    Company,
    Rows,
    once,
    write_json_lines,
    write_salesforce,
    write_seeds,
)

AS_OF = "2026-10-12T10:00:00Z"

ANA, BEN, EVA, ROBOT = (f"005{number:012d}AAA" for number in range(1, 5))
QUEUE = "00G000000000001AAA"

# PAT is PAM, entered twice and merged into her.
VERA, ULI, TOM, PAT, PAM, SAM, PIA, ROB, OLGA, NILS, MIA, KAI = (
    f"00Q{number:012d}AAA" for number in range(1, 13)
)

VERAS_DEAL, ULIS_DEAL = "006000000000001AAA", "006000000000002AAA"
# The other deals by their accounts: no lead was converted into any of them.
MILL, MILL_TOO_SOON, MILL_AGAIN = (f"006{number:012d}AAA" for number in (3, 4, 5))
FARM, SHOP, SHOP_RENEWAL, BANK, YARD = (f"006{number:012d}AAA" for number in range(6, 11))

ACCOUNTS = {
    VERAS_DEAL: "001000000000001AAA",
    ULIS_DEAL: "001000000000002AAA",
    MILL: "001000000000003AAA",
    MILL_TOO_SOON: "001000000000003AAA",
    MILL_AGAIN: "001000000000003AAA",
    FARM: "001000000000006AAA",
    SHOP: "001000000000007AAA",
    SHOP_RENEWAL: "001000000000007AAA",
    BANK: "001000000000009AAA",
    YARD: "001000000000010AAA",
}

VERAS_CONTACT, ULIS_CONTACT, MILLER, FARMER, GROCER = (
    f"003{number:012d}AAA" for number in range(1, 6)
)

JANUARY, NEWSLETTER, FEBRUARY, APRIL, JUNE, AUTUMN = "c1", "c2", "c3", "c4", "c5", "c6"

# Two intervals a day, Good Friday and Easter Monday off.
SEEDS: dict[str, Rows] = {
    "business_hours": [
        {"weekday": weekday, "opens": opens, "closes": closes}
        for weekday in range(1, 6)
        for opens, closes in (("09:00", "12:00"), ("13:00", "18:00"))
    ],
    "holidays": [
        {"date": "2026-04-03", "name": "Good Friday"},
        {"date": "2026-04-06", "name": "Easter Monday"},
    ],
    "service_users": [{"user_id": ROBOT, "why": "enters leads"}],
    "incentive_plan": [
        {"award": award, "metric": metric, "place": 1, "payout": 100, "minimum_volume": volume}
        for award, metric, volume in (
            ("most_saved_leads", "saved_leads", 1),
            ("fastest_response", "median_rep_response_seconds", 3),
        )
    ],
}


def at(text: str) -> datetime:
    """An instant of 2026, as the published tables have it: `01-20 10:00`."""
    return datetime.fromisoformat(f"2026-{text}")


def instant(text: str) -> str:
    """An instant of 2026 as Salesforce writes it."""
    return f"{at(text).isoformat()}.000Z"


def numbered(prefix: str, rows: Rows) -> Rows:
    """The rows with Ids of this prefix, in their order."""
    return [{"Id": f"{prefix}{number:012d}AAA"} | row for number, row in enumerate(rows, 1)]


def users() -> Rows:
    people = [
        (ANA, "Ana", "true", "Standard"),
        (BEN, "Ben", "true", "Standard"),
        (EVA, "Eva", "false", "Standard"),
        (ROBOT, "Robot", "true", "Standard"),
    ]
    return [
        {"Id": id_, "Name": name, "IsActive": active, "UserType": kind}
        for id_, name, active, kind in people
    ]


def leads() -> Rows:
    """The present state of each; the fields that only some have stand below."""
    rows = [
        # Id, owner, source, title, status, created
        (VERA, ANA, "Web", "Managing Director", "Lost", "01-12 09:00"),
        (ULI, ANA, "Web", "Buyer", "Qualified", "01-15 16:40"),
        (TOM, BEN, "Web", "CEO", "Unqualified", "02-02 08:00"),
        (PAT, BEN, "Web", "", "Qualified", "02-06 09:00"),
        (PAM, BEN, "Web", "Co-founder", "Lost", "02-09 12:00"),
        (SAM, QUEUE, "", "", "", "03-31 22:30"),
        (PIA, ANA, "Purchased List", "Head of Purchasing", "Lost", "02-16 09:00"),
        (ROB, BEN, "Web", "", "Working", "03-02 08:30"),
        (OLGA, EVA, "Web", "Технический директор", "New", "03-27 16:40"),
        (NILS, BEN, "Web", "Headhunter", "New", "03-10 09:00"),
        (MIA, ANA, "Web", "", "Qualified", "02-23 09:00"),
        (KAI, BEN, "Web", "", "New", "10-12 09:30"),
    ]
    more: dict[str, dict[str, str]] = {
        VERA: {
            "Email": " Vera@example.com",
            "Lost_Reason__c": "No budget",
            **converted("2026-02-27", VERAS_CONTACT, VERAS_DEAL),
        },
        ULI: {"Email": "uli@example.com", **converted("2026-01-23", ULIS_CONTACT, ULIS_DEAL)},
        TOM: {"Lost_Reason__c": "Duplicate"},
        PAT: {"IsDeleted": "true", "MasterRecordId": PAM},
        PAM: {"Email": "pam@example.com", "Lost_Reason__c": "Price"},
        ROB: {"Email": "rob@example.com", "CreatedById": ANA},
    }
    return [
        {
            "Id": id_,
            "OwnerId": owner,
            "LeadSource": source,
            "Title": title,
            "Status": status,
            "CreatedById": ROBOT,
            "CreatedDate": instant(created),
        }
        | more.get(id_, {})
        for id_, owner, source, title, status, created in rows
    ]


def converted(day: str, contact: str, deal: str) -> dict[str, str]:
    return {
        "IsConverted": "true",
        "ConvertedDate": day,
        "ConvertedContactId": contact,
        "ConvertedOpportunityId": deal,
    }


def lead_history() -> Rows:
    """Statuses, owners and flags, lead by lead."""
    rows = [
        # lead, instant, author, field, old value, new value
        (VERA, "01-12 09:00", ROBOT, "created", "", ""),
        (VERA, "01-14 10:00", ANA, "Status", "New", "Qualified"),
        (VERA, "01-20 10:00", ANA, "Status", "Qualified", "Lost"),
        (VERA, "01-20 12:00", ROBOT, "Reactivation__c", "false", "true"),
        (VERA, "01-21 09:00", BEN, "Reactivation__c", "false", "true"),
        (VERA, "01-22 09:00", ANA, "Reactivation__c", "false", "true"),
        (VERA, "02-20 12:00", ANA, "Status", "Lost", "Working"),
        (VERA, "02-27 14:00", ANA, "Status", "Working", "Converted"),
        (VERA, "03-05 10:00", ROBOT, "Status", "Converted", "Lost"),
        *owner_change(ULI, "01-16 07:30", ("Inbox", "Ana"), (QUEUE, ANA)),
        (ULI, "01-22 10:00", ANA, "Status", "New", "Qualified"),
        (TOM, "02-03 10:00", BEN, "Status", "New", "Qualified"),
        (TOM, "02-10 10:00", BEN, "Status", "Qualified", "Unqualified"),
        (PAT, "02-16 09:00", BEN, "Status", "New", "Qualified"),
        (PAM, "02-20 09:00", BEN, "Status", "New", "Working"),
        (PAM, "03-05 11:00", BEN, "Status", "Working", "Lost"),
        (PAM, "03-06 11:00", ROBOT, "Reactivation__c", "false", "true"),
        (PIA, "05-04 10:00", ANA, "Status", "New", "Lost"),
        (PIA, "05-05 10:00", ANA, "Reactivation__c", "false", "true"),
        (ROB, "03-16 15:00", ROBOT, "Status", "New", "Marketing Qualified"),
        *owner_change(ROB, "03-16 15:30", ("Ana", "Ben"), (ANA, BEN)),
        (ROB, "04-20 08:00", BEN, "Status", "Marketing Qualified", "Lost"),
        (ROB, "04-21 07:00", BEN, "Reactivation__c", "false", "true"),
        # After as_of: as yet he is lost.
        (ROB, "10-14 10:00", BEN, "Status", "Lost", "Working"),
        (MIA, "03-20 10:00", ANA, "Status", "New", "Qualified"),
    ]
    return history_rows("017", "LeadId", rows)


History = tuple[str, str, str, str, str, str]


def owner_change(
    record: str, when: str, names: tuple[str, str], ids: tuple[str, str]
) -> Iterator[History]:
    """An owner change is written twice: with names and with Ids."""
    for old, new in (names, ids):
        yield record, when, ROBOT, "Owner", old, new


def history_rows(prefix: str, record_field: str, rows: list[History]) -> Rows:
    return numbered(
        prefix,
        [
            {
                record_field: record,
                "CreatedDate": instant(when),
                "CreatedById": author,
                "Field": field,
                "OldValue": old,
                "NewValue": new,
            }
            for record, when, author, field, old, new in rows
        ],
    )


def deals() -> Rows:
    new, renewal, won, lost = "New Business", "Renewal", "Closed Won", "Closed Lost"
    rows = [
        # Id, owner, created, type, stage, close date, amount, currency, reason
        (VERAS_DEAL, ANA, "02-27 14:00", new, won, "2026-04-10", "1000.50", "PLN", ""),
        (ULIS_DEAL, ANA, "01-23 10:00", new, won, "2026-03-20", "400", "EUR", "No decision"),
        (MILL, ANA, "01-08 08:00", new, lost, "2026-02-01", "5000", "EUR", "Missing feature"),
        (MILL_TOO_SOON, ANA, "02-05 08:00", new, won, "2026-05-15", "90", "EUR", ""),
        (MILL_AGAIN, ANA, "03-31 23:00", new, won, "2026-06-01", "7000", "EUR", ""),
        (FARM, ANA, "01-05 08:00", new, lost, "2026-03-01", "300", "EUR", "Bad timing"),
        (SHOP, BEN, "01-05 08:00", new, lost, "2026-03-20", "200", "EUR", "Price"),
        (SHOP_RENEWAL, BEN, "05-04 08:00", renewal, "Prospecting", "2026-12-01", "100", "EUR", ""),
        (BANK, QUEUE, "01-02 08:00", new, lost, "2026-04-01", "600", "EUR", "Chose competitor"),
        (YARD, BEN, "01-05 08:00", new, won, "2026-03-25", "800", "EUR", "Went quiet"),
    ]
    return [
        {
            "Id": id_,
            "AccountId": ACCOUNTS[id_],
            "OwnerId": owner,
            "CreatedDate": instant(created),
            "Type": kind,
            "StageName": stage,
            "IsClosed": stage in (won, lost),
            "IsWon": stage == won,
            "CloseDate": close_date,
            "Amount": amount,
            "CurrencyIsoCode": currency,
            "Lost_Reason__c": reason,
        }
        for id_, owner, created, kind, stage, close_date, amount, currency, reason in rows
    ]


def deal_history() -> Rows:
    """The stages. MILL_TOO_SOON, SHOP_RENEWAL and BANK have none."""
    rows = [
        (VERAS_DEAL, "02-27 14:00", "Prospecting"),
        (VERAS_DEAL, "04-10 10:00", "Closed Won"),
        (ULIS_DEAL, "01-23 10:00", "Prospecting"),
        (ULIS_DEAL, "03-02 10:00", "Closed Lost"),
        (ULIS_DEAL, "03-09 10:00", "Prospecting"),
        (ULIS_DEAL, "03-20 10:00", "Closed Won"),
        (MILL, "01-08 08:00", "Prospecting"),
        (MILL, "01-19 08:00", "Negotiation"),
        (MILL, "02-01 08:00", "Closed Lost"),
        (MILL_AGAIN, "03-31 23:00", "Prospecting"),
        (MILL_AGAIN, "06-01 09:00", "Closed Won"),
        (FARM, "01-05 08:00", "Prospecting"),
        (FARM, "01-30 09:00", "Closed Lost"),
        (FARM, "03-01 09:00", "Negotiation"),
        (FARM, "03-01 20:00", "Closed Lost"),
        (SHOP, "01-05 08:00", "Prospecting"),
        (SHOP, "03-20 10:00", "Closed Lost"),
        (YARD, "01-05 08:00", "Prospecting"),
        (YARD, "02-12 10:00", "Closed Lost"),
        (YARD, "03-03 22:00", "Prospecting"),
        (YARD, "03-25 10:00", "Closed Won"),
    ]
    return numbered(
        "008",
        [
            {"OpportunityId": deal, "CreatedDate": instant(when), "StageName": stage}
            for deal, when, stage in rows
        ],
    )


def deal_field_history() -> Rows:
    """Flags, and the owner of the mill's deal: Eva's until 15 February, then Ana's."""
    return history_rows(
        "01D",
        "OpportunityId",
        [
            (MILL, "01-31 20:00", EVA, "Reactivation__c", "false", "true"),
            *owner_change(MILL, "02-15 08:00", ("Eva", "Ana"), (EVA, ANA)),
            (FARM, "03-01 08:00", ANA, "Reactivation__c", "false", "true"),
            (SHOP, "03-23 08:00", BEN, "Reactivation__c", "false", "true"),
        ],
    )


def contacts() -> Rows:
    rows = [
        (VERAS_CONTACT, VERAS_DEAL, "vera@example.com"),
        (ULIS_CONTACT, ULIS_DEAL, "uli@example.com"),
        (MILLER, MILL, "miller@example.com"),
        (FARMER, FARM, "farmer@example.com"),
        (GROCER, SHOP, "grocer@example.com"),
    ]
    return [{"Id": id_, "AccountId": ACCOUNTS[deal], "Email": email} for id_, deal, email in rows]


def contact_roles() -> Rows:
    rows = [
        (ULIS_DEAL, ULIS_CONTACT, "Economic Decision Maker"),
        (MILL, MILLER, "Influencer"),
        (FARM, FARMER, ""),
        (SHOP, GROCER, ""),
    ]
    return numbered(
        "00K",
        [
            {"OpportunityId": deal, "ContactId": contact, "Role": role, "IsPrimary": "true"}
            for deal, contact, role in rows
        ],
    )


def call(who: str, when: str, rep: str, **fields: str) -> dict[str, str]:
    """A closed Task, a call unless its fields say otherwise, written down when it was made."""
    return {
        "WhoId": who,
        "OwnerId": rep,
        "CreatedById": rep,
        "CreatedDate": instant(when),
        "CompletedDateTime": instant(when),
        "TaskSubtype": "Call",
        "IsClosed": "true",
    } | fields


def tasks() -> Rows:
    connected = {"CallDisposition": "Connected"}
    logged_mail = {"TaskSubtype": "Email"}
    plain_mail = {"TaskSubtype": "", "Type": "Email"}
    plain_call = {"TaskSubtype": "Task", "Type": "Call", "CallDurationInSeconds": "60"}
    backdated = {"CreatedDate": instant("02-04 09:00"), "CallDurationInSeconds": "59"}
    refused = {"CallDisposition": "No answer", "CallDurationInSeconds": "300"}
    dialled = {"CreatedById": ROBOT, "CallDisposition": "Conversation"}
    return numbered(
        "00T",
        [
            # The first is what the e-mail below names as its activity.
            call(ULI, "01-16 08:45", ANA, **logged_mail),
            call(VERA, "01-12 09:04", ANA, **connected),
            call(VERAS_CONTACT, "03-03 11:30", ANA, CallDisposition="Left voicemail"),
            call(TOM, "02-02 08:05", BEN, IsClosed="false", **connected),
            call(TOM, "02-02 09:00", BEN, **backdated),
            call(PAT, "02-09 12:50", BEN, CallDurationInSeconds="60"),
            call(PAM, "10-06 09:00", BEN, **dialled),
            call(PIA, "02-16 10:00", ANA, CallDisposition="Busy"),
            call(ROB, "03-16 16:10", ANA, **plain_mail),
            call(ROB, "03-17 10:30", BEN, **refused),
            call(OLGA, "03-30 07:20", BEN, **plain_call),
            call(NILS, "03-10 11:00", ROBOT, **connected),
            call(NILS, "10-05 08:10", BEN, **connected),
            call(MIA, "02-23 10:00", ANA, IsDeleted="true", **connected),
            call(KAI, "10-12 10:05", BEN, **connected),
        ],
    )


def events() -> Rows:
    """One meeting; the copy of an invitee seems to start earlier."""
    return numbered(
        "00U",
        [
            {
                "WhoId": PIA,
                "OwnerId": owner,
                "CreatedById": ANA,
                "CreatedDate": instant("04-01 07:00"),
                "StartDateTime": instant(starts),
                "IsChild": is_copy,
            }
            for owner, starts, is_copy in (
                (ANA, "04-01 12:00", "false"),
                (BEN, "04-01 10:00", "true"),
            )
        ],
    )


def emails() -> Rows:
    sent, draft, received = "3", "5", "0"
    rows = [
        # lead or contact, deal, instant, author, status, subject
        (ULI, "", "01-16 08:50", ANA, sent, "Your question"),
        (ULI, "", "01-16 08:51", ROBOT, received, "Automatic reply: away"),
        (ULI, "", "01-19 09:00", ROBOT, received, "Re: Your question"),
        ("", ULIS_DEAL, "04-07 07:20", ANA, sent, "News"),
        ("", ULIS_DEAL, "04-07 09:00", ROBOT, received, "Re: News"),
        (NILS, "", "03-10 10:00", BEN, draft, "Your question"),
        (NILS, "", "03-11 08:00", ROBOT, received, "Anyone there?"),
        (NILS, "", "03-12 09:00", BEN, sent, "Your question"),
        (NILS, "", "03-12 09:05", ROBOT, received, "Out of office until Monday"),
    ]
    messages = [
        {
            "WhoId": who,
            "RelatedToId": deal,
            "MessageDate": instant(when),
            "CreatedDate": instant(when),
            "CreatedById": author,
            "Status": status,
            "Incoming": status == received,
            "Subject": subject,
        }
        for who, deal, when, author, status, subject in rows
    ]
    messages[0]["ActivityId"] = tasks()[0]["Id"]
    return numbered("02s", messages)


def campaign_members() -> Rows:
    rows = [
        (VERA, "2026-03-03T09:00:00.000Z"),
        (ULI, "2026-04-02T15:40:00.000Z"),
        (TOM, "2026-10-12T08:00:00.000Z"),
        (PAT, "2026-10-06T07:00:00.000Z"),
        (PIA, "2026-04-01"),
        (NILS, "2026-10-05T08:00:00.000Z"),
        (MIA, "2026-10-02T08:00:00.000Z"),
    ]
    return numbered(
        "00v",
        [
            {
                "CampaignId": "701000000000001AAA",
                "LeadId": lead,
                "FirstRespondedDate": responded,
                "CreatedDate": instant("03-01 08:00"),
            }
            for lead, responded in rows
        ],
    )


def campaigns() -> Rows:
    rows = [
        (JANUARY, "Winback January", "sent", "2026-01-26T08:00:00+00:00"),
        (NEWSLETTER, "Newsletter February", "sent", "2026-02-03T08:00:00+00:00"),
        (FEBRUARY, "REACTIVATION February", "sent", "2026-02-10T08:00:00+00:00"),
        (APRIL, "Реактивация весной", "sent", "2026-04-14T08:00:00+00:00"),
        (JUNE, "Win-back June", "sent", "2026-06-15T08:00:00+00:00"),
        (AUTUMN, "Reactivation autumn", "save", ""),
    ]
    return [
        {"id": id_, "status": status, "send_time": send_time, "settings": {"title": title}}
        for id_, title, status, send_time in rows
    ]


def recipient(campaign: str, email: str) -> dict[str, str]:
    return {"campaign_id": campaign, "email_id": email.lower(), "email_address": email}


def sent_to() -> Rows:
    rows = [
        (JANUARY, "vera@example.com", "hard"),
        (NEWSLETTER, "vera@example.com", "sent"),
        (FEBRUARY, "VERA@example.com", "sent"),
        (FEBRUARY, "miller@example.com", "sent"),
        (FEBRUARY, "farmer@example.com", "sent"),
        (APRIL, "grocer@example.com", "sent"),
        (APRIL, "farmer@example.com", "sent"),
        (APRIL, "pam@example.com", "sent"),
        (JUNE, "rob@example.com", "soft"),
        (AUTUMN, "rob@example.com", "sent"),
    ]
    return [recipient(campaign, email) | {"status": status} for campaign, email, status in rows]


def email_activity() -> Rows:
    rows: list[tuple[str, str, list[tuple[str, str, str]]]] = [
        (
            FEBRUARY,
            "VERA@example.com",
            [
                ("open", "02-10 08:00:03", ""),
                # A scanner, ten seconds apart; then a person.
                ("click", "02-10 08:00:05", "https://example.com/a"),
                ("click", "02-10 08:00:15", "https://example.com/b"),
                ("click", "02-11 07:30:00", "https://example.com/a"),
            ],
        ),
        (FEBRUARY, "miller@example.com", [("open", "02-10 09:00:00", "")]),
        (
            APRIL,
            "grocer@example.com",
            [
                ("click", "04-14 08:00:02", "https://example.com/b"),
                ("click", "04-14 08:00:03", "https://example.com/a"),
            ],
        ),
    ]
    return [
        recipient(campaign, email) | {"activity": [action(*what) for what in actions]}
        for campaign, email, actions in rows
    ]


def action(kind: str, when: str, url: str) -> dict[str, Any]:
    return {"action": kind, "timestamp": f"{at(when).isoformat()}+00:00"} | (
        {"url": url} if url else {}
    )


def write_pursuit_company(folder: Path) -> None:
    """Write the export folder. What is to come out of it is counted in the tests."""
    stages = ["Prospecting", "Negotiation", "Closed Won", "Closed Lost"]
    write_salesforce(
        folder,
        {
            "User": users(),
            "Lead": leads(),
            "LeadHistory": lead_history(),
            "Contact": contacts(),
            "Opportunity": deals(),
            "OpportunityHistory": deal_history(),
            "OpportunityFieldHistory": deal_field_history(),
            "OpportunityStage": [
                {"ApiName": name, "SortOrder": order, "IsActive": "true"}
                | {"IsClosed": name.startswith("Closed"), "IsWon": name == "Closed Won"}
                for order, name in enumerate(stages, 1)
            ],
            "OpportunityContactRole": contact_roles(),
            "Task": tasks(),
            "Event": events(),
            "EmailMessage": emails(),
            "CampaignMember": campaign_members(),
            "CurrencyType": [
                {"IsoCode": "EUR", "ConversionRate": "1", "IsCorporate": "true"},
                {"IsoCode": "PLN", "ConversionRate": "4", "IsCorporate": "false"},
            ],
        },
    )
    write_json_lines(
        folder,
        {
            "mailchimp/campaigns": campaigns(),
            "mailchimp/sent_to": sent_to(),
            "mailchimp/email_activity": email_activity(),
        },
    )


def published_pursuit(folder: Path) -> Company:
    """The company with its one run, whichever test module asks for it first."""
    root = folder / "pursuit"
    company = Company(
        root / "export",
        root / "data",
        {
            "SALES_AS_OF": AS_OF,
            "SALES_VARS": '{"org_time_zone": "Europe/Berlin"}',
            "SALES_SEEDS_DIR": str(root / "seeds"),
        },
    )

    def publish() -> None:
        write_pursuit_company(company.export)
        write_seeds(root / "seeds", SEEDS)
        company.run_well()

    once(folder, "pursuit", publish)
    return company
