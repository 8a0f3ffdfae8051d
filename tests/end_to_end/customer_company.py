"""A company in Tokyo whose customers refer others, and whose reps keep its records: eight leads,
seven deals, four accounts and four contacts, small enough to be counted by hand. Fictitious.

Ana travels from New York and Ben sits in Tokyo; Eva has left. A queue holds what nobody has yet,
and a robot edits records. All instants here are UTC, all of 2026. Tokyo is nine hours ahead all
year: its days and quarters begin at 15:00, the second quarter on 31 March, the third on 30 June.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.end_to_end.conftest import (
    Company,
    Rows,
    once,
    write_salesforce,
    write_seeds,
    write_table,
)

# 180 days after the end of the first quarter, to the minute; 28 September, 00:00 in Tokyo.
AS_OF = "2026-09-27T15:00:00Z"
DAYS_AGO_180, DAYS_AGO_90, DAYS_AGO_30 = "03-31 15:00", "06-29 15:00", "08-28 15:00"

ANA, BEN, EVA, NAMESAKE, ROBOT = (f"005{number:012d}AAA" for number in range(1, 6))
QUEUE = "00G000000000001AAA"

LEA, NED, REV, KIM, PAL, LEO, UMA, IDA = (f"00Q{number:012d}AAA" for number in range(1, 9))

MILL, FARM, SHOP, BANK = (f"001{number:012d}AAA" for number in range(1, 5))

MILLER, FARMER, GROCER, BANKER = (f"003{number:012d}AAA" for number in range(1, 5))

MILLS_DEAL, FARMS_DEAL, LEAS_DEAL, UMAS_DEAL = (f"006{number:012d}AAA" for number in range(1, 5))
# The open ones.
REFERRED, RENEWAL, VISITED = (f"006{number:012d}AAA" for number in range(5, 8))


def at(text: str) -> datetime:
    """An instant of 2026, as the published tables have it: `01-20 10:00`."""
    return datetime.fromisoformat(f"2026-{text}")


def instant(text: str) -> str:
    """An instant of 2026 as Salesforce writes it."""
    return f"{at(text).isoformat()}.000Z"


def rows_of(header: str, *rows: tuple[Any, ...]) -> Rows:
    """Rows of these columns, their names parted by blanks."""
    return [dict(zip(header.split(), row, strict=True)) for row in rows]


SEEDS: dict[str, Rows] = {
    "service_users": [{"user_id": ROBOT, "why": "edits records"}],
    "source_costs": rows_of(
        "quarter channel amount",
        ("2026-Q1", "referral", "20"),
        ("2026-Q1", "paid", "80"),
        ("2026-Q1", "email", "50"),
        ("2026-Q3", "email", "10"),
        # After as_of's quarter.
        ("2026-Q4", "email", "999"),
    ),
    "quality_rules": rows_of(
        "object field check argument weight applies_when",
        ("Lead", "Email", "filled", "", 3, ""),
        ("Lead", "Title", "filled", "", 1, ""),
        ("Lead", "Email", "email", "", 2, ""),
        ("Lead", "Title", "in_set", "CEO|CTO", 2, ""),
        ("Contact", "Phone", "filled", "", 2, ""),
        ("Contact", "AccountId", "filled", "", 2, ""),
        ("Contact", "Phone", "phone", "", 1, ""),
        ("Account", "Industry", "filled", "", 1, ""),
        ("Account", "Website", "url", "", 3, ""),
        ("Opportunity", "NextStep", "filled", "", 1, "StageName=Negotiation"),
        ("Opportunity", "Amount", "filled", "", 3, ""),
        ("Opportunity", "Amount", "in_range", "1:1000", 1, ""),
        ("Opportunity", "CloseDate", "not_in_past", "", 3, ""),
    ),
}


def numbered(prefix: str, rows: Rows) -> Rows:
    """The rows with Ids of this prefix, in their order."""
    return [{"Id": f"{prefix}{number:012d}AAA"} | row for number, row in enumerate(rows, 1)]


def users() -> Rows:
    """Ben's zone is blank: it is Tokyo's. Somebody of a customer's has Eva's name."""
    return rows_of(
        "Id Name IsActive UserType TimeZoneSidKey",
        (ANA, "Ana", "true", "Standard", "America/New_York"),
        (BEN, "Ben", "true", "Standard", ""),
        (EVA, "Eva", "false", "Standard", "Asia/Tokyo"),
        (NAMESAKE, " EVA ", "true", "PowerCustomerSuccess", "Asia/Tokyo"),
        (ROBOT, "Robot", "true", "Standard", "Asia/Tokyo"),
    )


def leads() -> Rows:
    """The present state of each."""
    rows = [
        # Id, owner, source, e-mail, title, code, status, created
        (LEA, ANA, "Web", "lea@bank.example ", "CFO", "", "Converted", "02-09 10:00"),
        (NED, ANA, "Customer Referral", "lea@bank.example", "", "", "Lost", "02-15 09:00"),
        (REV, BEN, "Customer Referral", "rev@example.com", "", "", "Unqualified", "03-05 09:00"),
        (KIM, QUEUE, "Web", "kim@work.example", "CTO", "SHOP10", "New", DAYS_AGO_90),
        (PAL, ANA, "Web", "Pal@gmail.com", "CEO", "MILL10", "Qualified", "06-25 10:00"),
        (LEO, ANA, "Word of mouth", "leo(at)example.com", "N/A", "", "Qualified", "04-15 09:00"),
        (UMA, BEN, "Paid Search", "uma@shop.example", "Buyer", "", "Converted", "01-15 09:00"),
        (IDA, BEN, "Web", "n/a", "Buyer", "", "New", DAYS_AGO_180),
    ]
    into = {
        LEA: converted("2026-02-09", BANK, BANKER, LEAS_DEAL),
        UMA: converted("2026-01-30", SHOP, GROCER, UMAS_DEAL),
    }
    return [
        {
            "Id": id_,
            "OwnerId": owner,
            "LeadSource": source,
            "Email": email,
            "Title": title,
            "Referral_Code__c": code,
            "Status": status,
            "CreatedById": ROBOT,
            "CreatedDate": instant(created),
        }
        | into.get(id_, {})
        for id_, owner, source, email, title, code, status, created in rows
    ]


def converted(day: str, account: str, contact: str, deal: str) -> dict[str, str]:
    return {
        "IsConverted": "true",
        "ConvertedDate": day,
        "ConvertedAccountId": account,
        "ConvertedContactId": contact,
        "ConvertedOpportunityId": deal,
    }


def accounts() -> Rows:
    return rows_of(
        "Id OwnerId Industry Website CreatedDate",
        (MILL, ANA, "Food", "mill.example/about", instant("01-02 08:00")),
        (FARM, BEN, "Farming", "", instant("01-02 08:00")),
        (SHOP, BEN, "-", "no site yet", instant("01-02 08:00")),
        (BANK, QUEUE, "", "", instant("02-09 12:00")),
    )


def contacts() -> Rows:
    """The banker is who Lea became."""
    return rows_of(
        "Id AccountId OwnerId Email Phone CreatedDate",
        (MILLER, MILL, ANA, "miller@mill.example", "+81 (3) 1234-5678", instant("01-02 08:00")),
        (FARMER, FARM, BEN, "farmer@gmail.com", "", instant("01-05 08:00")),
        (GROCER, SHOP, EVA, "grocer@shop.example", "12345", instant("01-05 08:00")),
        (BANKER, BANK, ANA, "lea@bank.example", "ext. 5", instant("02-09 12:00")),
    )


def deals() -> Rows:
    new, renewal, won, talks = "New Business", "Renewal", "Closed Won", "Negotiation"
    rows = rows_of(
        "Id AccountId OwnerId CreatedDate Type LeadSource StageName CloseDate Amount",
        (MILLS_DEAL, MILL, ANA, "01-05 08:00", new, "", won, "2026-01-20", "800"),
        (FARMS_DEAL, FARM, BEN, "01-10 08:00", new, "", won, "2026-05-20", "300"),
        (LEAS_DEAL, BANK, ANA, "02-09 12:00", new, "", won, "2026-04-10", "1000.50"),
        (UMAS_DEAL, SHOP, BEN, "01-30 08:00", new, "", won, "2026-02-25", "500"),
        (REFERRED, BANK, ANA, "06-30 15:00", "", "Partner Referral", talks, "2026-09-27", "1500"),
        (RENEWAL, FARM, BEN, DAYS_AGO_180, renewal, "Word of mouth", talks, "2026-12-01", "1000"),
        (VISITED, MILL, ANA, "02-09 08:00", new, "", "Prospecting", "2026-09-28", ""),
    )
    more = {LEAS_DEAL: {"CurrencyIsoCode": "PLN"}, REFERRED: {"NextStep": "Call"}}
    return [
        row
        | {
            "CreatedDate": instant(row["CreatedDate"]),
            "IsClosed": row["StageName"] == won,
            "IsWon": row["StageName"] == won,
        }
        | more.get(row["Id"], {})
        for row in rows
    ]


def deal_history() -> Rows:
    """The stages; the farm's won deal has none."""
    rows = [
        (MILLS_DEAL, "01-05 08:00", ROBOT, "Prospecting"),
        (MILLS_DEAL, "01-20 08:00", ROBOT, "Closed Won"),
        (LEAS_DEAL, "02-09 12:00", ROBOT, "Prospecting"),
        (LEAS_DEAL, "04-10 10:00", ROBOT, "Closed Won"),
        (UMAS_DEAL, "01-30 08:00", ROBOT, "Prospecting"),
        (UMAS_DEAL, "02-25 08:00", ROBOT, "Closed Won"),
        (REFERRED, "06-30 15:00", ROBOT, "Prospecting"),
        (REFERRED, DAYS_AGO_30, ANA, "Negotiation"),
        (RENEWAL, DAYS_AGO_180, ROBOT, "Negotiation"),
        (VISITED, "02-09 08:00", ROBOT, "Prospecting"),
    ]
    return numbered(
        "008",
        [
            {
                "OpportunityId": deal,
                "CreatedDate": instant(when),
                "CreatedById": author,
                "StageName": stage,
            }
            for deal, when, author, stage in rows
        ],
    )


History = tuple[str, str, str, str, str, str]


def history_rows(prefix: str, record_field: str, *rows: History) -> Rows:
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


def lookup(
    record: str, when: str, author: str, field: str, names: tuple[str, str], ids: tuple[str, str]
) -> Iterator[History]:
    """The change of a lookup is written twice: with names and with Ids."""
    for old, new in (names, ids):
        yield record, when, author, field, old, new


def lead_history() -> Rows:
    return history_rows(
        "017",
        "LeadId",
        (LEA, "02-09 11:00", ROBOT, "Status", "New", "Qualified"),
        (LEA, "02-09 12:00", ANA, "Status", "Qualified", "Converted"),
        (IDA, DAYS_AGO_180, BEN, "created", "", ""),
        (IDA, "04-02 09:00", ROBOT, "Title", "", "Buyer"),
        (LEO, "05-02 10:00", BEN, "Status", "New", "Qualified"),
        (PAL, DAYS_AGO_90, ANA, "Title", "", "CEO"),
        (KIM, "06-30 10:00", EVA, "Title", " N/A", "CTO"),
        *lookup(LEO, "07-01 08:00", ROBOT, "Owner", ("Ben", "Ana"), (BEN, ANA)),
        (PAL, "07-05 09:00", ROBOT, "Status", "New", "Qualified"),
        (LEO, "08-01 09:00", ANA, "Title", "", "CTO"),
        (LEO, "08-02 09:00", ROBOT, "Title", "CTO", "N/A"),
    )


def contact_history() -> Rows:
    return history_rows(
        "03H",
        "ContactId",
        (GROCER, "02-03 10:00", EVA, "Phone", "", "999"),
        (GROCER, "02-20 10:00", ROBOT, "Phone", "999", ""),
        (GROCER, DAYS_AGO_180, EVA, "Phone", "", "12345"),
        (BANKER, DAYS_AGO_180, ANA, "Phone", "", "ext. 5"),
        (MILLER, DAYS_AGO_90, ANA, "Phone", "", "+81 (3) 1234-5678"),
        *lookup(FARMER, DAYS_AGO_90, BEN, "Account", ("", "Farm"), ("", FARM)),
    )


def account_history() -> Rows:
    return history_rows(
        "01H",
        "AccountId",
        (SHOP, "03-25 09:00", BEN, "Industry", "", "Retail"),
        (SHOP, DAYS_AGO_180, ANA, "Industry", "Retail", "-"),
        *lookup(SHOP, "05-10 08:00", ROBOT, "Owner", ("Eva", "Ben"), (EVA, BEN)),
        (FARM, DAYS_AGO_90, BEN, "Industry", "Unknown", "Farming"),
        (FARM, DAYS_AGO_90, BEN, "Phone", "", "555 0100"),
    )


def deal_field_history() -> Rows:
    return history_rows(
        "01D",
        "OpportunityId",
        (VISITED, "02-09 16:00", ANA, "NextStep", "", "Visit"),
        (VISITED, "02-12 09:00", BEN, "NextStep", "Visit", ""),
        *lookup(RENEWAL, "07-15 08:00", ROBOT, "Owner", ("Eva", "Ben"), (EVA, BEN)),
        (RENEWAL, "09-01 08:00", ROBOT, "Amount", "", "1000"),
    )


def task(when: str, owner: str, author: str, **fields: str) -> dict[str, str]:
    """A closed Task, written down when it was done unless its fields say otherwise."""
    return {
        "OwnerId": owner,
        "CreatedById": author,
        "CreatedDate": instant(when),
        "CompletedDateTime": instant(when),
        "TaskSubtype": "Task",
        "IsClosed": "true",
    } | fields


def call(who: str, when: str, rep: str, logged: str) -> dict[str, str]:
    created = {"CreatedDate": instant(logged)}
    return task(when, rep, rep, WhoId=who, TaskSubtype="Call") | created


def asks() -> Rows:
    """Whether a customer would refer somebody; Ben's of 2 March is still to be done."""
    ask = {"Type": "Referral Ask"}
    todo = {"IsClosed": "false", "CompletedDateTime": ""}
    return [
        task("01-30 09:00", ANA, EVA, WhatId=MILL, **ask),
        task("03-02 09:00", BEN, BEN, WhatId=SHOP, **ask, **todo),
        task("03-20 09:00", QUEUE, BEN, WhatId=MILLS_DEAL, Subject="Ask for a referral"),
        task("04-05 09:00", EVA, EVA, WhatId=FARM, **ask),
        task("06-01 09:00", ANA, ANA, WhoId=GROCER, Subject="Просьба о рекомендации"),
        task("07-20 09:00", QUEUE, ROBOT, WhatId=BANK, **ask),
        task("08-15 09:00", ANA, ANA, Subject="REFERRAL ASK, at the fair"),
    ]


def tasks() -> Rows:
    """The first is what the e-mail below names as its activity."""
    return numbered(
        "00T",
        [
            task("03-20 01:00", ANA, ANA, WhoId=BANKER, TaskSubtype="Email"),
            call(UMA, "01-16 03:00", BEN, logged="01-16 09:00"),
            call(UMA, "01-20 03:00", BEN, logged="01-20 02:00"),
            call(GROCER, "02-17 03:00", BEN, logged="02-17 04:00"),
            call(IDA, "09-10 03:00", ROBOT, logged="09-10 03:00"),
            call(LEO, "09-27 15:00", ANA, logged="09-27 15:00"),
            task("06-10 05:00", ANA, ANA, WhatId=MILL, Type="Check-in"),
            *asks(),
        ],
    )


def events() -> Rows:
    """Ben's check-in at the shop; Eva's meeting with the farmer, and its copy for Ben."""
    return numbered(
        "00U",
        rows_of(
            "WhoId WhatId OwnerId CreatedById Type CreatedDate StartDateTime IsChild",
            ("", SHOP, BEN, BEN, "Check-in", instant("02-17 03:00"), instant("02-17 01:00"), ""),
            (FARMER, "", EVA, EVA, "", instant("04-01 01:00"), instant("04-06 01:00"), "false"),
            (FARMER, "", BEN, EVA, "", instant("04-01 01:00"), instant("04-06 01:00"), "true"),
        ),
    )


def emails() -> Rows:
    return numbered(
        "02s",
        [
            {
                "WhoId": BANKER,
                "RelatedToId": LEAS_DEAL,
                "ActivityId": tasks()[0]["Id"],
                "MessageDate": instant("03-20 01:00"),
                "CreatedDate": instant("03-20 03:00"),
                "CreatedById": ANA,
                "Status": "3",
                "Incoming": "false",
            }
        ],
    )


def campaigns() -> Rows:
    """What they cost; nobody knows when the last one began."""
    return numbered(
        "701",
        rows_of(
            "Type StartDate ActualCost CurrencyIsoCode",
            ("Referral Program", "2026-02-01", "40", "PLN"),
            ("Advertisement", "2026-03-31", "20", "EUR"),
            ("Billboard", "2026-04-01", "25", ""),
            ("Advertisement", "", "777", "EUR"),
        ),
    )


def referrers() -> Rows:
    """The grocer's account is the contact's; the friend is nobody's customer."""
    return rows_of(
        "referrer_id email kind crm_account_id code joined_at",
        ("P-MILL", "miller@mill.example", "customer", MILL, "MILL10", "2026-01-25T08:00:00"),
        ("P-SHOP", " Grocer@shop.example", "customer", "", "SHOP10", "2026-01-25T08:00:00"),
        ("P-FRIEND", "friend@gmail.com", "partner", "", "FRIEND", "2026-01-25T08:00:00"),
    )


def referrals() -> Rows:
    rows = [
        ("F01", "P-MILL", "Lea@Bank.example", "converted", "02-10 10:00"),
        ("F02", "P-MILL", "rev@example.com", "reversed", "03-01 10:00"),
        ("F03", "P-SHOP", "kim@home.example", "lead", DAYS_AGO_180),
        ("F04", "P-FRIEND", "kim@work.example", "expired", "04-01 10:00"),
        ("F05", "P-MILL", "Boss@Mill.example", "lead", "04-02 10:00"),
        ("F06", "P-MILL", "visitor@example.com", "visited", "05-05 10:00"),
        ("F07", "P-SHOP", "farmer@gmail.com", "lead", "06-05 10:00"),
        ("F08", "P-MILL", "shy@example.com", "qualified", "06-10 10:00"),
        ("F09", "P-FRIEND", "pal@gmail.com", "lead", "06-15 10:00"),
        ("F10", "P-MILL", "PAL@gmail.com", "lead", "07-10 10:00"),
    ]
    return [
        {
            "referral_id": id_,
            "referrer_id": referrer,
            "referee_email": email,
            "status": status,
            "created_at": at(created).isoformat(),
        }
        for id_, referrer, email, status, created in rows
    ]


def rewards() -> Rows:
    """The last one comes after as_of."""
    rows = [
        ("W1", "F01", "50", "EUR", "issued", "02-20 10:00"),
        ("W2", "F01", "30", "EUR", "void", "02-21 10:00"),
        ("W3", "F02", "20", "EUR", "pending", "03-10 10:00"),
        ("W4", "F01", "40", "PLN", "processing", "04-10 10:00"),
        ("W5", "F03", "15", "XXX", "issued", "05-15 10:00"),
        ("W6", "F09", "5", "", "eligible", "07-03 10:00"),
        ("W7", "F01", "100", "EUR", "issued", "10-01 10:00"),
    ]
    return [
        row | {"created_at": at(row["created_at"]).isoformat()}
        for row in rows_of("reward_id referral_id amount currency status created_at", *rows)
    ]


def check_ins() -> Rows:
    """Badger's, in local times: Ana's are New York's, Ben's Tokyo's."""
    rows = [
        # In the night in which New York's clocks skip the hour from two to three.
        (MILL, "2026-03-08T02:30:00", "Ana"),
        (MILLER, "2026-03-31T11:30:00", "ANA"),
        (MILL, "2026-09-27T11:00:00", "Ana"),
        # After as_of.
        (FARM, "2026-09-27T11:01:00", "Ana"),
        # Five minutes before the check-in in Salesforce, five and six minutes after it.
        (SHOP, "2026-02-17T09:55:00", "BEN"),
        (SHOP, "2026-02-17T10:05:00", " ben "),
        (SHOP, "2026-02-17T10:06:00", "Ben"),
        ("", "2026-04-10T09:00:00", "Ben"),
        # Two users of that name; and the robot.
        (SHOP, "2026-05-05T10:00:00", "Eva"),
        (FARM, "2026-09-20T10:00:00", "Robot"),
    ]
    return [
        {
            "check_in_id": str(number),
            "customer_id": str(number),
            "crm_id": where,
            "log_datetime": when,
            "type": "Meeting",
            "created_by": name,
        }
        for number, (where, when, name) in enumerate(rows, 1)
    ]


def write_customer_company(folder: Path) -> None:
    """Write the export folder. What is to come out of it is counted in the tests."""
    stages = ["Prospecting", "Negotiation", "Closed Won", "Closed Lost"]
    write_salesforce(
        folder,
        {
            "User": users(),
            "Lead": leads(),
            "LeadHistory": lead_history(),
            "Account": accounts(),
            "AccountHistory": account_history(),
            "Contact": contacts(),
            "ContactHistory": contact_history(),
            "Opportunity": deals(),
            "OpportunityHistory": deal_history(),
            "OpportunityFieldHistory": deal_field_history(),
            "OpportunityStage": [
                {"ApiName": name, "SortOrder": order, "IsActive": "true"}
                | {"IsClosed": name.startswith("Closed"), "IsWon": name == "Closed Won"}
                for order, name in enumerate(stages, 1)
            ],
            "Task": tasks(),
            "Event": events(),
            "EmailMessage": emails(),
            "Campaign": campaigns(),
            "CurrencyType": [
                {"IsoCode": "EUR", "ConversionRate": "1", "IsCorporate": "true"},
                {"IsoCode": "PLN", "ConversionRate": "4", "IsCorporate": "false"},
            ],
        },
    )
    others = {
        "referrals/referrers": referrers(),
        "referrals/referrals": referrals(),
        "referrals/rewards": rewards(),
        "badger/check_ins": check_ins(),
    }
    for name, rows in others.items():
        write_table(folder / f"{name}.csv", rows)


def published_customers(folder: Path) -> Company:
    """The company with its one run, whichever test module asks for it first."""
    root = folder / "customers"
    company = Company(
        root / "export",
        root / "data",
        {
            "SALES_AS_OF": AS_OF,
            "SALES_VARS": '{"org_time_zone": "Asia/Tokyo", "gross_margin": 0.5}',
            "SALES_SEEDS_DIR": str(root / "seeds"),
        },
    )

    def publish() -> None:
        write_customer_company(company.export)
        write_seeds(root / "seeds", SEEDS)
        company.run_well()

    once(folder, "customers", publish)
    return company
