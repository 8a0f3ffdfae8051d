"""The records fit together: Ids, references, dates, histories, reports."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

AS_OF = "2026-11-20T18:00:00"
ID_TABLES = {
    "User": "005",
    "Lead": "00Q",
    "LeadHistory": "017",
    "Account": "001",
    "AccountHistory": "017",
    "Contact": "003",
    "ContactHistory": "017",
    "Opportunity": "006",
    "OpportunityHistory": "008",
    "OpportunityFieldHistory": "017",
    "OpportunityContactRole": "00K",
    "Task": "00T",
    "Event": "00U",
    "EmailMessage": "02s",
    "Campaign": "701",
    "CampaignMember": "00v",
}
REFERENCES = [
    ("Lead", "ConvertedAccountId", "Account"),
    ("Lead", "ConvertedContactId", "Contact"),
    ("Lead", "ConvertedOpportunityId", "Opportunity"),
    ("Lead", "MasterRecordId", "Lead"),
    ("Contact", "AccountId", "Account"),
    ("Opportunity", "AccountId", "Account"),
    ("Opportunity", "CampaignId", "Campaign"),
    ("LeadHistory", "LeadId", "Lead"),
    ("AccountHistory", "AccountId", "Account"),
    ("ContactHistory", "ContactId", "Contact"),
    ("OpportunityHistory", "OpportunityId", "Opportunity"),
    ("OpportunityFieldHistory", "OpportunityId", "Opportunity"),
    ("OpportunityContactRole", "OpportunityId", "Opportunity"),
    ("OpportunityContactRole", "ContactId", "Contact"),
    ("EmailMessage", "ActivityId", "Task"),
    ("CampaignMember", "CampaignId", "Campaign"),
    ("CampaignMember", "LeadId", "Lead"),
    ("User", "ManagerId", "User"),
]
# Where a visitor may look for an e-mail address or a telephone number.
EMAIL_COLUMNS = [
    ("salesforce/User", "Email"),
    ("salesforce/Lead", "Email"),
    ("salesforce/Contact", "Email"),
    ("referrals/referrers", "email"),
    ("referrals/referrals", "referee_email"),
]


def expected_checks(fifteen: str) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    bits = ["".join("01"[c.isupper()] for c in fifteen[i : i + 5])[::-1] for i in (0, 5, 10)]
    return "".join(letters[int(group, 2)] for group in bits)


@pytest.mark.parametrize("table", ID_TABLES)
def test_ids_are_18_characters_with_their_own_checks_and_unique(export, table: str) -> None:
    ids = [row["Id"] for row in export.crm(table)]
    assert len(ids) == len(set(ids)) > 0
    for record_id in ids:
        assert len(record_id) == 18
        assert record_id.startswith(ID_TABLES[table])
        assert record_id[15:] == expected_checks(record_id[:15])


def test_some_ids_differ_by_case_only(export) -> None:
    ids = [row["Id"][:15] for row in export.crm("Lead")]
    assert len({record_id.lower() for record_id in ids}) < len(ids)


@pytest.mark.parametrize(("table", "field", "target"), REFERENCES)
def test_references_find_their_record(export, table: str, field: str, target: str) -> None:
    known = {row["Id"] for row in export.crm(target)}
    named = [row[field] for row in export.crm(table) if row[field]]
    assert named
    assert set(named) <= known


def test_activities_name_known_people_and_things(export) -> None:
    known = {
        row["Id"]
        for table in ("Lead", "Contact", "Account", "Opportunity")
        for row in export.crm(table)
    }
    for table, fields in (
        ("Task", ("WhoId", "WhatId")),
        ("Event", ("WhoId", "WhatId")),
        ("EmailMessage", ("WhoId", "RelatedToId")),
    ):
        for field in fields:
            assert {row[field] for row in export.crm(table)} - {""} <= known


def test_owners_and_authors_are_users_or_queues(export) -> None:
    users = {row["Id"] for row in export.crm("User")}
    for table in ID_TABLES:
        for row in export.crm(table):
            if "CreatedById" in row:
                assert row["CreatedById"] in users
            if "OwnerId" in row:
                is_queue = table == "Lead" and row["OwnerId"].startswith("00G")
                assert row["OwnerId"] in users or is_queue


def test_the_referral_programme_refers_to_itself_and_the_crm(export) -> None:
    accounts = {row["Id"][:15] for row in export.crm("Account")}
    referrers = {row["referrer_id"] for row in export.rows("referrals/referrers")}
    referrals = {row["referral_id"] for row in export.rows("referrals/referrals")}
    assert {row["referrer_id"] for row in export.rows("referrals/referrals")} <= referrers
    assert {row["referral_id"] for row in export.rows("referrals/rewards")} <= referrals
    named = {row["crm_account_id"] for row in export.rows("referrals/referrers")} - {""}
    assert {account_id[:15] for account_id in named} <= accounts
    assert {len(account_id) for account_id in named} == {15, 18}
    emails = [row["email"] for row in export.rows("referrals/referrers")]
    assert len(emails) == len(set(emails))


def test_check_ins_name_records_of_the_crm(export) -> None:
    known = {row["Id"][:15] for table in ("Account", "Lead") for row in export.crm(table)}
    check_ins = export.rows("badger/check_ins")
    assert {row["crm_id"][:15] for row in check_ins} - {""} <= known
    assert len({row["check_in_id"] for row in check_ins}) == len(check_ins)


def test_nothing_is_dated_outside_the_company_s_life(export) -> None:
    closed = {row["Id"] for row in export.crm("Opportunity") if row["IsClosed"] == "true"}
    stamp = re.compile(r"20\d\d-\d\d-\d\d(T\d\d:\d\d:\d\d)?")
    for table in [*ID_TABLES, "../referrals/referrals", "../referrals/rewards"]:
        for row in export.rows(f"salesforce/{table}" if table in ID_TABLES else table[3:]):
            for field, value in row.items():
                # An open deal closes some day; its history holds what was expected then.
                expected = field == "CloseDate" and row["Id"] not in closed
                written = field in ("OldValue", "NewValue", "Subject", "Name")
                if expected or written or not stamp.match(value):
                    continue
                limit = AS_OF if "T" in value else AS_OF[:10]
                assert value[:10] >= "2025-10-01", (table, field, row)
                assert value[:19] <= limit, (table, field, row)


def test_no_mail_is_dated_after_the_last_day(export) -> None:
    for row in export.objects("campaigns"):
        assert max(row["create_time"], row["send_time"])[:19] <= AS_OF
    assert all(row["last_changed"][:19] <= AS_OF for row in export.objects("members"))
    stamps = [
        action["timestamp"]
        for row in export.objects("email_activity")
        for action in row["activity"]
    ]
    assert max(stamps)[:19] <= AS_OF


def test_check_ins_lie_before_the_last_instant_in_the_rep_s_zone(export) -> None:
    zones = {row["Name"].lower(): row["TimeZoneSidKey"] for row in export.crm("User")}
    last = datetime.fromisoformat(AS_OF).replace(tzinfo=UTC)
    for row in export.rows("badger/check_ins"):
        zone = ZoneInfo(zones.get(row["created_by"].strip().lower(), "UTC"))
        assert datetime.fromisoformat(row["log_datetime"]).replace(tzinfo=zone) <= last


def test_addresses_and_numbers_are_nobody_s(export) -> None:
    reserved = re.compile(r"(\.example|@example\.org)$")
    for path, field in EMAIL_COLUMNS:
        well_formed = [
            row[field] for row in export.rows(path) if re.search(r"@[^@\s]+\.[^@\s.]+$", row[field])
        ]
        assert well_formed
        assert all(reserved.search(address.lower()) for address in well_formed)
    for row in export.objects("members"):
        assert reserved.search(row["email_address"].lower())
    for table in ("Lead", "Contact", "Account"):
        numbers = [row["Phone"] for row in export.crm(table) if len(row["Phone"]) > 11]
        assert numbers
        assert all("555" in number or not re.search(r"\d{5}", number) for number in numbers)


@pytest.mark.parametrize(
    ("table", "parent", "field", "present"),
    [
        ("LeadHistory", "Lead", "Status", "Status"),
        ("LeadHistory", "Lead", "Title", "Title"),
        ("LeadHistory", "Lead", "Owner", "OwnerId"),
        ("OpportunityFieldHistory", "Opportunity", "StageName", "StageName"),
        ("OpportunityFieldHistory", "Opportunity", "Amount", "Amount"),
        ("OpportunityFieldHistory", "Opportunity", "Owner", "OwnerId"),
        ("AccountHistory", "Account", "Website", "Website"),
        ("AccountHistory", "Account", "Owner", "OwnerId"),
        ("ContactHistory", "Contact", "Phone", "Phone"),
    ],
)
def test_history_is_a_chain_that_ends_at_the_present_value(
    export, table: str, parent: str, field: str, present: str
) -> None:
    chains = defaultdict(list)
    for row in export.crm(table):
        if row["Field"] == field and (field != "Owner" or row["NewValue"][:3] in ("005", "00G")):
            chains[row[f"{parent}Id"]].append(row)
    assert chains
    records = {row["Id"]: row for row in export.crm(parent)}
    for record_id, rows in chains.items():
        ordered = sorted(rows, key=lambda row: (row["CreatedDate"], row["Id"]))
        assert ordered[0]["CreatedDate"] >= records[record_id]["CreatedDate"]
        for earlier, later in pairwise(ordered):
            assert later["OldValue"] == earlier["NewValue"]
        assert ordered[-1]["NewValue"] == records[record_id][present]


def test_an_owner_change_is_written_with_names_and_with_ids(export) -> None:
    names = Counter()
    ids = Counter()
    for row in export.crm("LeadHistory"):
        if row["Field"] == "Owner":
            counted = ids if row["NewValue"].startswith(("005", "00G")) else names
            counted[row["LeadId"], row["CreatedDate"]] += 1
    assert names == ids
    assert ids


def test_stage_history_ends_at_the_stage(export) -> None:
    last: dict[str, tuple[str, str, str]] = {}
    for row in export.crm("OpportunityHistory"):
        entry = (row["CreatedDate"], row["Id"], row["StageName"])
        last[row["OpportunityId"]] = max(entry, last.get(row["OpportunityId"], entry))
    stages = {row["Id"]: row["StageName"] for row in export.crm("Opportunity")}
    assert {deal: stage for deal, (_, _, stage) in last.items()} == {
        deal: stages[deal] for deal in last
    }


def test_closed_deals_are_flagged_as_their_stage_says(export) -> None:
    flags = {
        row["ApiName"]: (row["IsClosed"], row["IsWon"]) for row in export.crm("OpportunityStage")
    }
    for row in export.crm("Opportunity"):
        assert (row["IsClosed"], row["IsWon"]) == flags[row["StageName"]]


def test_converted_leads_hold_what_they_became(export) -> None:
    for row in export.crm("Lead"):
        became = [row["ConvertedDate"], row["ConvertedContactId"], row["ConvertedOpportunityId"]]
        assert all(became) if row["IsConverted"] == "true" else not any(became)


def test_the_leaver_acts_on_nothing_after_leaving(export) -> None:
    leaver = next(row["Id"] for row in export.crm("User") if row["IsActive"] == "false")
    for table in ("LeadHistory", "OpportunityFieldHistory", "AccountHistory", "ContactHistory"):
        stamps = [row["CreatedDate"] for row in export.crm(table) if row["CreatedById"] == leaver]
        assert max(stamps)[:10] <= "2026-06-30"


def test_reports_count_what_was_sent_and_done(export) -> None:
    sent = Counter(row["campaign_id"] for row in export.objects("sent_to"))
    bounced = Counter((row["campaign_id"], row["status"]) for row in export.objects("sent_to"))
    opens, openers, links = Counter(), Counter(), Counter()
    for row in export.objects("email_activity"):
        opened = [action for action in row["activity"] if action["action"] == "open"]
        opens[row["campaign_id"]] += len(opened)
        openers[row["campaign_id"]] += bool(opened)
        links[row["campaign_id"]] += len(
            {action["url"] for action in row["activity"] if action["action"] == "click"}
        )
    reports = {row["id"]: row for row in export.objects("reports")}
    assert set(sent) <= set(reports)
    for mailing, report in reports.items():
        assert report["emails_sent"] == sent[mailing]
        assert report["bounces"] == {
            "hard_bounces": bounced[mailing, "hard"],
            "soft_bounces": bounced[mailing, "soft"],
        }
        assert report["opens"]["opens_total"] == opens[mailing]
        assert report["opens"]["unique_opens"] == openers[mailing]
        assert report["clicks"]["unique_clicks"] == links[mailing]


def test_mail_is_sent_once_to_a_recipient_and_members_are_listed_once(export) -> None:
    sent = [(row["campaign_id"], row["email_id"]) for row in export.objects("sent_to")]
    members = [(row["list_id"], row["id"]) for row in export.objects("members")]
    assert len(sent) == len(set(sent))
    assert len(members) == len(set(members))
    assert {email_id for _, email_id in sent} <= {email_id for _, email_id in members}


def test_nobody_is_mailed_after_leaving_the_list(export) -> None:
    left = {
        row["id"]: row["last_changed"]
        for row in export.objects("members")
        if row["status"] != "subscribed"
    }
    send_times = {row["id"]: row["send_time"] for row in export.objects("campaigns")}
    for row in export.objects("sent_to"):
        assert send_times[row["campaign_id"]] <= left.get(row["email_id"], "9")
