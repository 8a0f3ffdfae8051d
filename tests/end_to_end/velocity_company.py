"""A company of two reps and nine deals, small enough to be counted by hand. Fictitious."""

from pathlib import Path

from tests.end_to_end.conftest import write_salesforce

ANA, BEN, GONE = "005000000000001AAA", "005000000000002AAA", "005000000000003AAA"
QUEUE = "00G000000000001AAA"


def deal(number: int) -> str:
    """The Id of a deal."""
    return f"006{number:012d}AAA"


def write_velocity_company(folder: Path) -> Path:
    """Write the export folder. What is to come out of it is counted in the test."""
    deals = [
        # number, owner, created, amount, currency, closed, won, close date, type
        (1, ANA, "2026-01-05", "1000", "", "true", "true", "2026-01-31", "New Business"),
        (2, ANA, "2026-01-10", "500", "EUR", "true", "true", "2026-02-09", "New Business"),
        (3, ANA, "2026-02-01", "700", "", "true", "false", "2026-02-11", "New Business"),
        (4, BEN, "2026-01-01", "900", "", "false", "false", "2026-06-30", "New Business"),
        (5, BEN, "2026-01-01", "5000", "", "true", "true", "2026-01-21", "Renewal"),
        (6, ANA, "2026-03-10", "9999", "", "true", "true", "2026-03-09", "New Business"),
        # Ana owns it now, but Ben did when it was won.
        (7, ANA, "2026-02-01", "300", "XXX", "true", "true", "2026-02-15", "New Business"),
        (8, QUEUE, "2026-02-01", "100", "", "true", "true", "2026-02-20", "New Business"),
        # Closes after as_of: open as yet.
        (9, ANA, "2026-03-20", "100", "", "true", "true", "2026-04-20", "New Business"),
    ]
    history = [
        (1, "01-05", "Prospecting"),
        (1, "01-15", "Negotiation"),
        (1, "01-25", "Closed Won"),
        (2, "01-10", "Prospecting"),
        (2, "01-20", "Closed Lost"),
        (2, "01-30", "Prospecting"),
        (2, "02-09", "Closed Won"),
        (4, "01-01", "Prospecting"),
        (4, "03-01", "Proposal"),
        (4, "03-11", "Prospecting"),
        (4, "04-15", "Closed Lost"),
    ]
    return write_salesforce(
        folder,
        {
            "User": [
                {"Id": ANA, "Name": "Ana", "IsActive": "true", "UserType": "Standard"},
                {"Id": BEN, "Name": "Ben", "IsActive": "TRUE", "UserType": "Standard"},
                {"Id": GONE, "Name": "Guest", "IsActive": "true", "UserType": "Guest"},
            ],
            "OpportunityStage": [
                {"ApiName": name, "SortOrder": order, "IsActive": "true"}
                | {"IsClosed": name.startswith("Closed"), "IsWon": name == "Closed Won"}
                for order, name in enumerate(
                    ["Prospecting", "Proposal", "Negotiation", "Closed Won", "Closed Lost"], 1
                )
            ],
            "CurrencyType": [
                {"IsoCode": "USD", "ConversionRate": "1", "IsCorporate": "true"},
                {"IsoCode": "EUR", "ConversionRate": "0.8", "IsCorporate": "false"},
            ],
            "Opportunity": [
                {
                    "Id": deal(number),
                    "OwnerId": owner,
                    "CreatedDate": f"{created}T00:00:00.000Z",
                    "Amount": amount,
                    "CurrencyIsoCode": currency,
                    "IsClosed": closed,
                    "IsWon": won,
                    "StageName": "Closed Won" if won == "true" else "Closed Lost",
                    "CloseDate": close_date,
                    "Type": kind,
                    "LeadSource": "Web",
                }
                for number, owner, created, amount, currency, closed, won, close_date, kind in deals
            ],
            "OpportunityHistory": [
                {
                    "Id": f"008{number:012d}AAA",
                    "OpportunityId": deal(of),
                    "StageName": stage,
                    "CreatedDate": f"2026-{day}T00:00:00.000Z",
                }
                for number, (of, day, stage) in enumerate(history, 1)
            ],
            "OpportunityFieldHistory": [
                {
                    "Id": f"017{number:012d}AAA",
                    "OpportunityId": deal(7),
                    "Field": "Owner",
                    "OldValue": old,
                    "NewValue": new,
                    "CreatedDate": "2026-03-01T00:00:00.000Z",
                }
                for number, (old, new) in enumerate([("Ben", "Ana"), (BEN, ANA)], 1)
            ],
        },
    )
