"""A company in New York that pays its best reps: thirteen leads, three customers and a handful of
deals, small enough to be counted by hand, and six runs of the whole job over two quarters' ends.
Fictitious.

Ana, Ben and Cleo sell; Eva has left. Cleo reports to Ana, all others to Max. A queue holds what
nobody has. All instants here are UTC. New York's days begin at 05:00, from 8 March to
1 November at 04:00; the grace days of the first quarter end on 11 April, 04:00.
"""

import json
import os
import shutil
import subprocess
import sys
from datetime import datetime
from enum import IntEnum
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sales_metrics.dbt_build import dbt_environment
from sales_metrics.warehouse import DataDir
from tests.end_to_end.conftest import (
    Company,
    Rows,
    once,
    write_json_lines,
    write_salesforce,
    write_seeds,
    write_table,
)
from tests.end_to_end.customer_company import numbered, rows_of


class Chapter(IntEnum):
    """The runs in their order. What a chapter changes stays changed in all later ones."""

    # 31 March, 23:30 in New York. Ana's second deal is not entered yet.
    BEFORE_THE_END = 1
    # The last minute of the grace days. Ana's second deal is there.
    IN_GRACE = 2
    # A minute later: the first quarter is final.
    CLOSED = 3
    # In the second quarter, by another plan. Late: deals of Ana's (of last year) and Cleo's, a
    # referral, an e-mail of Ben's. A flag was deleted.
    LATE_DATA = 4
    # In the second quarter, too; the warehouse was deleted. The referral was reversed.
    TAKEN_BACK = 5
    # The grace days of the second quarter are over. Of the data folder only a copy of
    # history.duckdb was saved. Cleo's late deal was deleted, and another flag.
    NEXT_QUARTER = 6


AS_OF = {
    Chapter.BEFORE_THE_END: "2026-04-01T03:30:00Z",
    Chapter.IN_GRACE: "2026-04-11T03:59:00Z",
    Chapter.CLOSED: "2026-04-11T04:00:00Z",
    Chapter.LATE_DATA: "2026-05-04T14:00:00Z",
    Chapter.TAKEN_BACK: "2026-06-01T14:00:00Z",
    Chapter.NEXT_QUARTER: "2026-07-11T04:00:00Z",
}

WAREHOUSE_CLOSED, WAREHOUSE_REFRESHED = "warehouse_closed", "warehouse_refreshed"

VARIABLES = {
    "org_time_zone": "America/New_York",
    "reactivation_window_days": 30,
    "freshness_half_life_days": 30,
}

ANA, BEN, CLEO, EVA, MAX = (f"005{number:012d}AAA" for number in range(1, 6))
QUEUE = "00G000000000001AAA"

# Leads to be answered: three of Ana's, two of Ben's, one of Cleo's.
AMY, ART, ADA, BOB, BEA, CAL = (f"00Q{number:012d}AAA" for number in range(1, 7))
# Leads that were lost: two of Ana's and one of Ben's that came back, one of Cleo's that did not.
SUE, SID, SAL, TED = (f"00Q{number:012d}AAA" for number in range(7, 11))
# Leads lost in March: whom to write to.
PAM, PIT, POL = (f"00Q{number:012d}AAA" for number in range(11, 14))

MILL, FARM, SHOP, YARD = (f"001{number:012d}AAA" for number in range(1, 5))
YARDMAN = "003000000000001AAA"

(
    AMYS_DEAL,
    ANAS_SECOND,
    ANAS_LOST,
    BENS_SLOW,
    BENS_QUICK,
    YARDS_DEAL,
    CLEOS_DEAL,
    EVAS_DEAL,
    CLEOS_LATE,
    ANAS_FORGOTTEN,
    BENS_NEXT,
) = (f"006{number:012d}AAA" for number in range(1, 12))


def instant(text: str) -> str:
    """An instant of 2026 as Salesforce writes it: `01-20 10:00`."""
    return f"2026-{text.replace(' ', 'T')}:00.000Z"


def midnight(day: str) -> datetime:
    """The instant at which a day begins in New York, as the published tables have it."""
    local = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("America/New_York"))
    return local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def plan(chapter: Chapter) -> Rows:
    """What is paid; since the second quarter twice as much, for other minimum volumes."""
    header = "award metric place payout minimum_volume"
    if chapter < Chapter.LATE_DATA:
        return rows_of(
            header,
            ("most_saved_leads", "saved_leads", 1, 300, 1),
            ("most_saved_leads", "saved_leads", 2, 100, 1),
            ("fastest_response", "median_rep_response_seconds", 1, 200, 2),
            ("fastest_closer", "median_won_cycle_days", 1, 250, 2),
            ("fastest_closer", "median_won_cycle_days", 2, 50, 2),
            ("largest_contract", "largest_won_amount", 1, 400, 1),
            ("largest_contract", "largest_won_amount", 2, 100, 1),
            ("most_referrals", "referrals_earned", 1, 150, 1),
            ("crm_steward", "quality_score", 1, 120, 2),
            ("best_velocity", "velocity_per_day", 1, 500, 2),
        )
    return rows_of(
        header,
        ("most_saved_leads", "saved_leads", 1, 600, 2),
        ("most_saved_leads", "saved_leads", 2, 200, 2),
        ("fastest_response", "median_rep_response_seconds", 1, 400, 3),
        ("fastest_closer", "median_won_cycle_days", 1, 500, 3),
        ("fastest_closer", "median_won_cycle_days", 2, 100, 3),
        ("largest_contract", "largest_won_amount", 1, 800, 1),
        ("largest_contract", "largest_won_amount", 2, 200, 1),
        ("most_referrals", "referrals_earned", 1, 300, 1),
        ("crm_steward", "quality_score", 1, 240, 50),
        ("best_velocity", "velocity_per_day", 1, 1000, 1),
    )


def seeds(chapter: Chapter) -> dict[str, Rows]:
    return {
        "incentive_plan": plan(chapter),
        "funnel_targets": rows_of(
            "link target_rate",
            ("leads_answered_in_time", 0.9),
            ("leads_qualified", 0.75),
            ("opportunities_won", ""),
            ("prospects_saved", 0.95),
            ("customers_referred", ""),
            ("records_complete", 0.8),
        ),
        "quality_rules": rows_of(
            "object field check argument weight applies_when",
            ("Lead", "Email", "filled", "", 3, ""),
            ("Lead", "Phone", "filled", "", 1, ""),
            ("Lead", "Email", "email", "", 1, ""),
            ("Account", "Industry", "filled", "", 2, ""),
            ("Account", "Website", "url", "", 1, ""),
        ),
    }


def users() -> Rows:
    return rows_of(
        "Id Name IsActive UserType ManagerId",
        (ANA, "Ana", "true", "Standard", MAX),
        (BEN, "Ben", "true", "Standard", MAX),
        (CLEO, "Cleo", "true", "Standard", ANA),
        (EVA, "Eva", "false", "Standard", MAX),
        (MAX, "Max", "true", "Standard", ""),
    )


def leads() -> Rows:
    """The first six ask for an answer; they are no records to keep any more, and never were lost:
    nobody has qualified them, but for Amy, who became a deal. The others are of a bought list."""
    asking, bought = "Web", "Purchased List"
    rows = rows_of(
        "Id OwnerId LeadSource Status Email Phone Lost_Reason__c CreatedDate",
        (AMY, ANA, asking, "Converted", "", "", "", instant("01-02 14:00")),
        (ART, ANA, asking, "Unqualified", "", "", "", instant("02-03 14:00")),
        (ADA, ANA, asking, "Unqualified", "", "", "", instant("03-01 15:00")),
        (BOB, BEN, asking, "Unqualified", "", "", "", instant("02-10 14:00")),
        (BEA, BEN, asking, "Unqualified", "", "", "", instant("02-12 14:00")),
        (CAL, CLEO, asking, "Unqualified", "", "", "", instant("02-16 14:00")),
        (SUE, ANA, bought, "Working", "sue@x.example", "212 555 0100", "", instant("01-06 15:00")),
        (SID, ANA, bought, "Working", "sid@x.example", "", "", instant("01-25 15:00")),
        (SAL, BEN, bought, "Working", "sal@x.example", "", "", instant("01-06 15:00")),
        (TED, CLEO, bought, "Lost", "ted@x.example", "", "Price", instant("01-25 15:00")),
        (PAM, BEN, bought, "Lost", " Pam@X.example", "", "No budget", instant("02-01 15:00")),
        (PIT, CLEO, bought, "Lost", "pit@x.example", "", "Price", instant("02-01 15:00")),
        (POL, BEN, bought, "Lost", "pol@x.example", "", "Price", instant("02-01 15:00")),
    )
    rows[0] |= {
        "IsConverted": "true",
        "ConvertedDate": "2026-01-05",
        "ConvertedOpportunityId": AMYS_DEAL,
    }
    return rows


def lead_history(chapter: Chapter) -> Rows:
    """By the owner, each: qualified, lost, flagged, and back at work."""
    qualified, lost = ("Status", "New", "Qualified"), ("Status", "Qualified", "Lost")
    flagged, back = ("Reactivation__c", "false", "true"), ("Status", "Lost", "Working")
    sues_flag = "true" if chapter >= Chapter.NEXT_QUARTER else ""
    sids_flag = "true" if chapter >= Chapter.LATE_DATA else ""
    pursued = rows_of(
        "LeadId CreatedById CreatedDate change IsDeleted",
        (SUE, ANA, "01-08 15:00", qualified, ""),
        (SUE, ANA, "01-12 15:00", lost, ""),
        (SUE, ANA, "01-12 16:00", flagged, sues_flag),
        (SUE, ANA, "01-31 03:30", back, ""),
        (SID, ANA, "02-01 15:00", qualified, ""),
        (SID, ANA, "02-05 15:00", lost, ""),
        (SID, ANA, "02-05 16:00", flagged, sids_flag),
        (SID, ANA, "03-02 03:30", back, ""),
        (SAL, BEN, "01-08 15:00", qualified, ""),
        (SAL, BEN, "01-12 15:00", lost, ""),
        (SAL, BEN, "01-12 16:00", flagged, ""),
        (SAL, BEN, "01-31 03:30", back, ""),
        (TED, CLEO, "02-01 15:00", qualified, ""),
        (TED, CLEO, "02-03 15:00", lost, ""),
    ) + [
        row
        for lead, rep in ((PAM, BEN), (PIT, CLEO), (POL, BEN))
        for row in rows_of(
            "LeadId CreatedById CreatedDate change IsDeleted",
            (lead, rep, "03-15 12:00", qualified, ""),
            (lead, rep, "03-20 12:00", lost, ""),
            (lead, rep, "03-20 13:00", flagged, ""),
        )
    ]
    fields = ("Field", "OldValue", "NewValue")
    return numbered(
        "017",
        [
            row
            | dict(zip(fields, row.pop("change"), strict=True))
            | {"CreatedDate": instant(row["CreatedDate"])}
            for row in pursued
        ],
    )


def accounts() -> Rows:
    """The mill, the farm and the shop become customers; the yard does not."""
    return rows_of(
        "Id OwnerId Industry Website CreatedDate",
        (MILL, ANA, "Food", "no site", "2026-01-01T03:30:00.000Z"),
        (FARM, BEN, "", "", "2025-12-02T03:30:00.000Z"),
        (SHOP, CLEO, "Retail", "", "2026-01-01T03:30:00.000Z"),
        (YARD, QUEUE, "Building", "", "2025-12-02T03:30:00.000Z"),
    )


def deals(chapter: Chapter) -> Rows:
    """All without stages' history: opened and closed as New York's days begin."""
    won, lost = "Closed Won", "Closed Lost"
    header = "Id OwnerId AccountId StageName Amount created CloseDate Lost_Reason__c LeadSource"
    rows = rows_of(
        header,
        (AMYS_DEAL, ANA, MILL, won, 1000, "2026-01-05", "2026-01-25", "", ""),
        (ANAS_LOST, ANA, "", lost, 9000, "2026-02-01", "2026-02-21", "Not a fit", ""),
        (BENS_SLOW, BEN, FARM, won, 3000, "2026-01-06", "2026-02-15", "", ""),
        (BENS_QUICK, BEN, FARM, won, 500, "2026-01-20", "2026-02-05", "", ""),
        (YARDS_DEAL, BEN, YARD, lost, 12000, "2026-03-01", "2026-03-20", "Price", "Web"),
        (CLEOS_DEAL, CLEO, SHOP, won, 2000, "2026-02-02", "2026-02-14", "", ""),
        (EVAS_DEAL, EVA, "", won, 700, "2026-02-10", "2026-02-20", "", ""),
    )
    if chapter >= Chapter.IN_GRACE:
        second = (ANAS_SECOND, ANA, MILL, won, 3000, "2026-01-10", "2026-02-09", "", "")
        rows += rows_of(header, second)
    if chapter >= Chapter.LATE_DATA:
        rows += rows_of(
            header,
            (CLEOS_LATE, CLEO, "", won, 5000, "2026-03-10", "2026-03-20", "", ""),
            (ANAS_FORGOTTEN, ANA, "", won, 800, "2025-12-01", "2025-12-11", "", ""),
            (BENS_NEXT, BEN, "", won, 600, "2026-04-13", "2026-04-23", "", ""),
        )
    return [as_exported(row, chapter) for row in rows + small_deals()]


def small_deals() -> Rows:
    """Last year's of Eva's, ten won and ten lost; this year's of the queue's, twelve lost."""
    evas = [
        {"OwnerId": EVA, "StageName": stage, "created": "2025-11-05", "CloseDate": "2025-11-25"}
        for stage in ("Closed Won", "Closed Lost") * 10
    ]
    nobodys = [
        {"OwnerId": QUEUE, "StageName": stage, "created": "2026-01-05", "CloseDate": "2026-03-02"}
        for stage in ("Closed Lost",) * 12
    ]
    return [
        deal | {"Id": f"006{number:012d}AAA", "Amount": 100, "Lost_Reason__c": "Not a fit"}
        for number, deal in enumerate(evas + nobodys, 101)
    ]


def as_exported(deal: dict[str, Any], chapter: Chapter) -> dict[str, Any]:
    """The deal with the fields that follow from the others."""
    deleted = deal["Id"] == CLEOS_LATE and chapter >= Chapter.NEXT_QUARTER
    return deal | {
        "Type": "New Business",
        "CreatedDate": f"{midnight(deal['created']).isoformat()}.000Z",
        "IsClosed": "true",
        "IsWon": str(deal["StageName"] == "Closed Won").lower(),
        "IsDeleted": str(deleted).lower(),
    }


def tasks() -> Rows:
    """The first calls, Ada got none; and one customer was asked for a referral."""
    calls = [
        (AMY, ANA, "01-02 14:10"),
        (ART, ANA, "02-03 14:20"),
        (BOB, BEN, "02-10 14:30"),
        (BEA, BEN, "02-12 16:00"),
        (CAL, CLEO, "02-16 14:05"),
    ]
    ask = {"WhatId": MILL, "Type": "Referral Ask", "TaskSubtype": "Task"}
    done = [({"WhoId": who, "TaskSubtype": "Call"}, rep, when) for who, rep, when in calls]
    return numbered(
        "00T",
        [
            fields
            | {"OwnerId": rep, "CreatedById": rep, "IsClosed": "true"}
            | {"CreatedDate": instant(when), "CompletedDateTime": instant(when)}
            for fields, rep, when in [*done, (ask, ANA, "02-20 15:00")]
        ],
    )


def emails(chapter: Chapter) -> Rows:
    """Ben had written to Bea long before he called her; a mailbox was connected only in May."""
    if chapter < Chapter.LATE_DATA:
        return []
    header = "WhoId CreatedById MessageDate CreatedDate Status Incoming"
    late = (BEA, BEN, instant("02-12 14:02"), instant("05-03 09:00"), "3", "false")
    return numbered("02s", rows_of(header, late))


def referrals(chapter: Chapter) -> Rows:
    """One of a friend's, whom no rep knows; and the miller's, who is the farm's by his account."""
    header = "referral_id referrer_id referee_email status created_at"
    rows = rows_of(header, ("F1", "P-FRIEND", "neil@home.example", "lead", "2026-02-15T15:00:00"))
    if chapter >= Chapter.LATE_DATA:
        status = "lead" if chapter == Chapter.LATE_DATA else "reversed"
        rows += rows_of(header, ("F2", "P-FARM", "nora@new.example", status, "2026-03-10T15:00:00"))
    return rows


def mailchimp() -> dict[str, Rows]:
    """Two reactivations, and a newsletter fourteen days before the first quarter is final."""
    sent = [
        ("c1", "Reactivation January", "2026-01-20T15:00:00+00:00", ["sue", "sal"]),
        ("c2", "Reactivation February", "2026-02-10T15:00:00+00:00", ["sid"]),
        ("c3", "Newsletter", "2026-03-28T04:00:00+00:00", ["pit"]),
    ]
    return {
        "mailchimp/campaigns": [
            {"id": id_, "status": "sent", "send_time": at, "settings": {"title": title}}
            for id_, title, at, _ in sent
        ],
        "mailchimp/sent_to": [
            {"campaign_id": id_, "email_id": name, "email_address": f"{name}@x.example"}
            | {"status": "sent"}
            for id_, _, _, names in sent
            for name in names
        ],
        "mailchimp/members": [
            {"id": "pol", "list_id": "l1", "email_address": "Pol@x.example"}
            | {"status": "unsubscribed", "last_changed": "2026-02-20T10:00:00+00:00"}
        ],
    }


def write_contest_company(folder: Path, chapter: Chapter) -> None:
    """Write the export folder of a chapter. What is to come out of it is counted in the tests."""
    flag = (YARDS_DEAL, BEN, instant("03-20 12:00"), "Reactivation__c", "false", "true")
    flag_header = "OpportunityId CreatedById CreatedDate Field OldValue NewValue"
    role = (YARDS_DEAL, YARDMAN, "true")
    objects = {
        "User": users(),
        "Lead": leads(),
        "LeadHistory": lead_history(chapter),
        "Account": accounts(),
        "Contact": rows_of(
            "Id AccountId OwnerId Email", (YARDMAN, YARD, QUEUE, "man@yard.example")
        ),
        "Opportunity": deals(chapter),
        "OpportunityFieldHistory": numbered("01D", rows_of(flag_header, flag)),
        "OpportunityContactRole": numbered(
            "00K", rows_of("OpportunityId ContactId IsPrimary", role)
        ),
        "Task": tasks(),
        "EmailMessage": emails(chapter),
    }
    write_salesforce(folder, {name: rows for name, rows in objects.items() if rows})
    write_json_lines(folder, mailchimp())
    write_table(folder / "referrals" / "referrals.csv", referrals(chapter))
    write_table(
        folder / "referrals" / "referrers.csv",
        rows_of(
            "referrer_id email kind crm_account_id",
            ("P-FRIEND", "friend@gmail.com", "partner", ""),
            ("P-FARM", "farmer@farm.example", "customer", FARM),
        ),
    )


class Story:
    """The company's runs in one data folder, and what each left behind."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "contest"
        self.backup = self.root / "backup" / "history.duckdb"
        self.company = Company(
            self.root / "export",
            self.root / "data",
            {
                "SALES_VARS": json.dumps(VARIABLES),
                "SALES_SEEDS_DIR": str(self.root / "seeds"),
            },
        )
        self.data = DataDir(self.company.data)

    def tell(self, chapter: Chapter) -> None:
        """One chapter: what happens before its run, the run, and what happens after it."""
        write_contest_company(self.company.export, chapter)
        write_seeds(self.root / "seeds", seeds(chapter))
        if chapter == Chapter.TAKEN_BACK:
            self.data.warehouse.unlink()
        if chapter == Chapter.NEXT_QUARTER:
            self.lose_all_but_the_backup()
        self.company.run_well(SALES_AS_OF=AS_OF[chapter])
        self.keep(self.data.published, chapter.name.lower())
        if chapter == Chapter.CLOSED:
            self.keep(self.data.warehouse, WAREHOUSE_CLOSED)
        if chapter == Chapter.LATE_DATA:
            self.refresh_fully(AS_OF[chapter])
            self.keep(self.data.warehouse, WAREHOUSE_REFRESHED)
        if chapter == Chapter.TAKEN_BACK:
            self.back_up()

    def keep(self, database: Path, name: str) -> None:
        """Copy a database; it is read as the published file is."""
        target = self.kept(name).published
        target.parent.mkdir(exist_ok=True)
        shutil.copy2(database, target)

    def kept(self, name: str) -> Company:
        return Company(self.company.export, self.root / name)

    def refresh_fully(self, as_of: str) -> None:
        """All models are built anew, as a data engineer would do it."""
        variables = VARIABLES | {"as_of": as_of.replace("T", " ").removesuffix("Z")}
        project = self.data.dbt_project
        dbt = Path(sys.executable).with_name("dbt")
        build = subprocess.run(
            [dbt, "build", "--full-refresh", "--vars", json.dumps(variables)],
            cwd=project,
            env=os.environ | dbt_environment(self.data) | {"DBT_PROFILES_DIR": str(project)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert build.returncode == 0, build.stdout + build.stderr

    def back_up(self) -> None:
        """As docs/operations.md says: no run is at work, and the file is copied."""
        self.backup.parent.mkdir()
        shutil.copy2(self.data.history, self.backup)

    def lose_all_but_the_backup(self) -> None:
        """The data folder is lost. As docs/operations.md says, the copy is put back."""
        shutil.rmtree(self.data.root)
        self.data.root.mkdir()
        shutil.copy2(self.backup, self.data.history)


def told(folder: Path, chapter: Chapter) -> Story:
    """The story until this chapter; what was not told yet is told now, chapter by chapter."""
    story = Story(folder)
    for each in Chapter:
        if each <= chapter:
            once(folder, f"contest_{each.name.lower()}", partial(story.tell, each))
    return story


def contest(folder: Path, chapter: Chapter) -> Company:
    """The company with the file that the chapter's run published."""
    return told(folder, chapter).kept(chapter.name.lower())


def closed_warehouse(folder: Path) -> Company:
    """The warehouse of the run that closed the first quarter, to be read as a published file."""
    return told(folder, Chapter.CLOSED).kept(WAREHOUSE_CLOSED)


def refreshed_warehouse(folder: Path) -> Company:
    """The warehouse after a full refresh by late data, to be read as a published file."""
    return told(folder, Chapter.LATE_DATA).kept(WAREHOUSE_REFRESHED)
