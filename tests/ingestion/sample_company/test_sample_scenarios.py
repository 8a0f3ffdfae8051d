"""Every situation that the metrics distinguish occurs in the source records: plain counts."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from sales_metrics.settings import SAMPLE_COMPANY_AS_OF as AS_OF
from tests.ingestion.sample_company.reading import (
    at,
    attempts,
    clicks,
    first_answers,
    is_scanned,
    losses,
    placeholder_free,
    reactivation_sends,
    reps,
    seed,
)

DAY = timedelta(days=1)


def test_twelve_reps_in_three_teams_and_those_who_are_none(export) -> None:
    users = export.crm("User")
    standard = [row for row in users if row["UserType"] == "Standard"]
    managers = {row["ManagerId"] for row in standard} - {""}
    assert len([row for row in standard if row["ManagerId"]]) == 12
    assert len(managers) == 3
    assert managers <= {row["Id"] for row in standard if not row["ManagerId"]}
    assert [row["IsActive"] for row in standard].count("false") == 1
    assert {row["UserType"] for row in users} == {
        "Standard",
        "AutomatedProcess",
        "Guest",
        "CsnOnly",
    }
    assert len({row["TimeZoneSidKey"] for row in standard}) >= 5
    assert len({row["OwnerId"] for row in export.crm("Lead") if row["OwnerId"][:3] == "00G"}) == 2


def test_all_five_quarters_have_leads_and_closed_deals(export) -> None:
    def quarter(text: str) -> str:
        return f"{text[:4]}-Q{(int(text[5:7]) + 2) // 3}"

    quarters = ["2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]
    leads = Counter(quarter(row["CreatedDate"]) for row in export.crm("Lead"))
    closed = Counter(
        (quarter(row["CloseDate"]), row["IsWon"])
        for row in export.crm("Opportunity")
        if row["IsClosed"] == "true"
    )
    assert sorted(leads) == quarters
    assert min(leads.values()) > 300
    assert {key for key, _ in closed} == set(quarters)
    assert min(closed.values()) > 40


def test_leads_come_from_every_source_and_are_in_every_status(export) -> None:
    leads = export.crm("Lead")
    sources = {row["source"] for row in seed("lead_sources")}
    statuses = {row["status"] for row in seed("lead_statuses")}
    assert len(leads) == 3000
    assert {row["LeadSource"] for row in leads} == sources | {"", "Podcast"}
    assert {row["Status"] for row in leads} == statuses
    in_history = {row["NewValue"] for row in export.crm("LeadHistory") if row["Field"] == "Status"}
    assert in_history <= statuses


def test_leads_are_assigned_reassigned_merged_and_deleted(export) -> None:
    owners = defaultdict(list)
    for row in export.crm("LeadHistory"):
        if row["Field"] == "Owner" and row["NewValue"].startswith("005"):
            owners[row["LeadId"]].append(row["OldValue"][:3])
    assert sum(kinds[0] == "00G" for kinds in owners.values()) > 1000
    assert sum("005" in kinds for kinds in owners.values()) > 100

    leads = {row["Id"]: row for row in export.crm("Lead")}
    deleted = [row for row in leads.values() if row["IsDeleted"] == "true"]
    merged = [row for row in deleted if row["MasterRecordId"]]
    assert len(deleted) - len(merged) >= 20
    assert len(merged) >= 50
    assert sum(leads[row["MasterRecordId"]]["IsDeleted"] == "true" for row in merged) >= 1
    with_history = {row["LeadId"] for row in export.crm("LeadHistory") if row["Field"] == "Status"}
    worked_on = {row["WhoId"] for table in ("Task", "Event") for row in export.crm(table)}
    members = {row["LeadId"] for row in export.crm("CampaignMember")}
    assert {row["Id"] for row in merged} <= with_history & members
    assert len({row["Id"] for row in merged} & worked_on) >= 30


def test_two_leads_are_converted_into_one_deal(export) -> None:
    deals = Counter(row["ConvertedOpportunityId"] for row in export.crm("Lead"))
    del deals[""]
    assert sum(count > 1 for count in deals.values()) >= 3


def test_qualified_leads_and_deals_are_lost_for_reasons_of_both_kinds(export) -> None:
    listed = {row["reason"]: row["is_recoverable"] for row in seed("lost_reasons")}
    for kind, table in (("lead", "Lead"), ("deal", "Opportunity")):
        reasons = {row["Id"]: row["Lost_Reason__c"] for row in export.crm(table)}
        counts = Counter(
            listed.get(reasons[loss.record_id], reasons[loss.record_id])
            for loss in losses(export)
            if loss.kind == kind
        )
        assert counts["true"] > 200
        assert counts["false"] > 30
        assert counts[""] > 10
        assert counts["Office politics"] >= 3


def test_lost_prospects_come_back_soon_late_and_never(export) -> None:
    for kind in ("lead", "deal"):
        found = [loss for loss in losses(export) if loss.kind == kind]
        days = [(loss.returned_at - loss.lost_at) / DAY for loss in found if loss.returned_at]
        assert sum(day <= 7 for day in days) >= 10
        assert sum(7 < day <= 180 for day in days) >= 40
        assert sum(day > 180 for day in days) >= 1
        never = [loss.lost_at + 180 * DAY > AS_OF for loss in found if not loss.returned_at]
        assert never.count(True) > 100  # pending
        assert never.count(False) > 100  # expired


def test_lost_prospects_are_flagged_by_owners_by_others_and_by_robots(export) -> None:
    robots = {row["Id"] for row in export.crm("User") if row["UserType"] != "Standard"}
    flags = [
        row
        for table in ("LeadHistory", "OpportunityFieldHistory")
        for row in export.crm(table)
        if row["Field"] == "Reactivation__c"
    ]
    authors = Counter(row["CreatedById"] in robots for row in flags if row["NewValue"] == "true")
    assert authors[False] > 300
    assert authors[True] > 20
    assert sum(row["NewValue"] == "false" for row in flags) > 30

    owners = {
        row["Id"]: row["OwnerId"] for name in ("Lead", "Opportunity") for row in export.crm(name)
    }
    by_others = [
        row
        for row in flags
        if row["CreatedById"] not in (robots | {owners[row.get("LeadId") or row["OpportunityId"]]})
    ]
    assert len(by_others) > 30
    assert (
        sum(
            loss.flagged_at is not None and loss.flagged_at < loss.lost_at
            for loss in losses(export)
        )
        > 10
    )


def test_flagged_prospects_are_mailed_and_saved_and_some_are_won(export) -> None:
    sends = reactivation_sends(export)
    saved = []
    not_mailed = 0
    for loss in losses(export):
        if loss.flagged_at is None:
            continue
        until = loss.returned_at or loss.lost_at + 180 * DAY
        got = [
            when
            for when, status in sends[loss.email]
            if status == "sent" and loss.flagged_at <= when < until
        ]
        not_mailed += not got
        if got and loss.returned_at and loss.returned_at <= loss.lost_at + 180 * DAY:
            saved.append(loss)
    assert not_mailed > 50
    assert Counter(loss.kind for loss in saved).keys() == {"lead", "deal"}
    assert len(saved) > 60
    assert {f"{loss.returned_at.year}-Q{(loss.returned_at.month + 2) // 3}" for loss in saved} >= {
        "2026-Q1",
        "2026-Q2",
        "2026-Q3",
        "2026-Q4",
    }
    won = {row["Id"] for row in export.crm("Opportunity") if row["IsWon"] == "true"}
    became = {row["Id"]: row["ConvertedOpportunityId"] for row in export.crm("Lead")}
    assert sum({loss.record_id, became.get(loss.record_id)} & won != set() for loss in saved) > 15


def test_a_lost_deal_is_followed_by_a_new_one_on_the_account(export) -> None:
    converted = {row["ConvertedOpportunityId"] for row in export.crm("Lead")}
    lost_at = {loss.record_id: loss.lost_at for loss in losses(export) if loss.kind == "deal"}
    deals = defaultdict(list)
    for row in export.crm("Opportunity"):
        deals[row["AccountId"]].append(row)
    again = [
        row
        for rows in deals.values()
        for lost in rows
        for row in rows
        if lost["Id"] in lost_at
        and row["Id"] not in converted
        and row["Type"] != "Renewal"
        and at(row["CreatedDate"]) > lost_at[lost["Id"]] + 7 * DAY
    ]
    assert len(again) > 30


def test_mail_is_opened_clicked_scanned_and_bounces(export) -> None:
    scanned = Counter()
    human_too = 0
    for row in export.objects("email_activity"):
        found = clicks(row)
        if found:
            scanned[is_scanned(found)] += 1
            human_too += is_scanned(found) and found[-1][0] - found[0][0] > timedelta(minutes=1)
    actions = Counter(
        action["action"] for row in export.objects("email_activity") for action in row["activity"]
    )
    assert actions["open"] > 1000
    assert scanned[True] > 40
    assert scanned[False] > 100
    assert human_too >= 10
    assert {row["status"] for row in export.objects("sent_to")} == {"sent", "hard", "soft"}
    statuses = Counter(row["status"] for row in export.objects("members"))
    assert min(statuses["subscribed"], statuses["unsubscribed"], statuses["cleaned"]) > 10


def test_reactivation_campaigns_newsletters_and_drafts(export) -> None:
    pattern = re.compile("reactivation|win-?back|реактивац", re.IGNORECASE)
    campaigns = export.objects("campaigns")
    sent = [row for row in campaigns if row["status"] == "sent"]
    matching = [row for row in sent if pattern.search(row["settings"]["title"])]
    assert len(matching) > 20
    assert len(sent) - len(matching) > 10
    assert [row["send_time"] for row in campaigns if row["status"] == "save"] == ["", ""]


def test_somebody_is_left_to_write_to_now(export) -> None:
    """Lost less than 180 days ago, flagged, with an address, on the list, not mailed of late."""
    off = {row["id"] for row in export.objects("members") if row["status"] != "subscribed"}
    late = {
        row["id"]
        for row in export.objects("campaigns")
        if row["send_time"] and at(row["send_time"]) >= AS_OF - 14 * DAY
    }
    ids = {row["email_address"].lower(): row["email_id"] for row in export.objects("sent_to")}
    mailed = {row["email_id"] for row in export.objects("sent_to") if row["campaign_id"] in late}
    waiting = [
        loss
        for loss in losses(export)
        if loss.flagged_at and not loss.returned_at and loss.lost_at + 180 * DAY > AS_OF
    ]
    reachable = [loss for loss in waiting if loss.email and ids.get(loss.email) not in off | mailed]
    assert len(reachable) > 30
    assert len(reachable) < len(waiting)
    assert 30 < sum(row["HasOptedOutOfEmail"] == "true" for row in export.crm("Lead")) < 300


def test_first_answers_fall_into_every_band(export) -> None:
    bounds = [300, 900, 3600, 4 * 3600, 24 * 3600]
    bands = Counter(
        "never" if seconds is None else bisect_left(bounds, seconds)
        for seconds in first_answers(export).values()
    )
    assert set(bands) == {"never", 0, 1, 2, 3, 4, 5}
    assert min(bands.values()) > 150


def test_leads_come_in_and_out_of_business_hours(export) -> None:
    created = [at(row["CreatedDate"]) for row in export.crm("Lead")]
    within = sum(when.weekday() < 5 and 9 <= when.hour < 18 for when in created)
    assert 0.4 < within / len(created) < 0.8


def test_signals_of_every_kind(export) -> None:
    robots = {row["Id"] for row in export.crm("User") if row["UserType"] != "Standard"}
    by_robot = [
        row
        for row in export.crm("LeadHistory")
        if row["NewValue"] == "Marketing Qualified" and row["CreatedById"] in robots
    ]
    assert len(by_robot) > 150
    assert sum(row["CreatedById"] not in robots for row in export.crm("Lead")) > 100
    outbound = {row["source"] for row in seed("lead_sources") if row["is_inbound"] == "false"}
    assert sum(row["LeadSource"] in outbound for row in export.crm("Lead")) > 100

    created = {row["Id"]: row["CreatedDate"] for row in export.crm("Lead")}
    answers = [row for row in export.crm("CampaignMember") if row["HasResponded"] == "true"]
    forms = Counter(len(row["FirstRespondedDate"]) for row in answers)
    assert set(forms) == {10, 24}
    assert min(forms.values()) > 100
    later = [row for row in answers if row["FirstRespondedDate"][:10] > created[row["LeadId"]][:10]]
    assert len(later) > 100
    assert sum(row["HasResponded"] == "false" for row in export.crm("CampaignMember")) > 50


def test_attempts_of_every_form_and_what_is_none(export) -> None:
    tasks, people = export.crm("Task"), reps(export)
    assert set(Counter(channel for _, _, channel in attempts(export))) == {"Call", "Email", "Event"}
    forms = Counter(
        (row["TaskSubtype"], row["Type"], row["IsClosed"])
        for row in tasks
        if row["CreatedById"] in people
    )
    for form in (
        ("Call", "Call", "true"),
        ("Call", "Call", "false"),
        ("", "Call", "true"),
        ("Task", "Call", "true"),
        ("Email", "Email", "true"),
        ("Task", "Other", "true"),
    ):
        assert forms[form] >= 20, form
    by_robot = Counter(row["TaskSubtype"] for row in tasks if row["CreatedById"] not in people)
    assert min(by_robot["ListEmail"], by_robot["Cadence"]) > 50
    assert sum(row["IsClosed"] == "true" and not row["CompletedDateTime"] for row in tasks) > 50
    assert sum(row["IsDeleted"] == "true" for row in tasks) > 10
    assert Counter(row["IsChild"] for row in export.crm("Event"))["true"] > 30
    messages = export.crm("EmailMessage")
    assert len({row["ActivityId"] for row in messages} - {""}) > 1000
    assert sum(row["ActivityId"] == "" and row["Incoming"] == "false" for row in messages) > 200
    assert sum(row["Status"] == "5" for row in messages) > 20


def test_calls_are_backdated_and_logged_late(export) -> None:
    lags = [
        at(row["CreatedDate"]) - at(row["CompletedDateTime"])
        for row in export.crm("Task")
        if row["CompletedDateTime"]
    ]
    assert sum(lag > DAY for lag in lags) > 100
    assert sum(timedelta(hours=1) < lag <= DAY for lag in lags) > 500


def test_people_answer_and_their_robots_do(export) -> None:
    connected = {row["disposition"] for row in seed("connected_dispositions")}
    calls = [row for row in export.crm("Task") if row["Type"] == "Call"]
    assert {row["CallDisposition"] for row in calls} > connected
    blank = [int(row["CallDurationInSeconds"] or 0) for row in calls if not row["CallDisposition"]]
    assert sum(seconds >= 60 for seconds in blank) > 100
    assert sum(seconds < 60 for seconds in blank) > 100
    incoming = [row["Subject"] for row in export.crm("EmailMessage") if row["Incoming"] == "true"]
    automatic = re.compile("^(automatic reply|auto:|out of office|автоответ)", re.IGNORECASE)
    kinds = {
        automatic.match(subject).group().lower() for subject in incoming if automatic.match(subject)
    }
    assert kinds == {"automatic reply", "auto:", "out of office", "автоответ"}
    assert sum(not automatic.match(subject) for subject in incoming) > 500


def test_deciders_are_known_by_title_and_by_role(export) -> None:
    titles = Counter(row["Title"] for row in export.crm("Lead"))
    assert {"CEO", "Owner", "Коммерческий директор", "VP Operations", "Headhunter"} <= set(titles)
    roles = {row["Role"] for row in export.crm("OpportunityContactRole")}
    assert {"Decision Maker", "Economic Decision Maker", "Executive Sponsor", ""} < roles


def test_deals_move_in_every_direction(export) -> None:
    stages_of_company = export.crm("OpportunityStage")
    order = {row["ApiName"]: int(row["SortOrder"]) for row in stages_of_company}
    usual = [int(row["SortOrder"]) for row in stages_of_company if row["IsActive"] == "true"]
    visits = defaultdict(list)
    for row in sorted(export.crm("OpportunityHistory"), key=lambda r: (r["CreatedDate"], r["Id"])):
        stages = visits[row["OpportunityId"]]
        if not stages or stages[-1] != row["StageName"]:
            stages.append(row["StageName"])
    moves = Counter()
    for stages in visits.values():
        moves["created as won"] += stages == ["Closed Won"]
        for left, entered in pairwise(stages):
            if left.startswith("Closed"):
                moves[f"reopened after {left}"] += 1
            elif entered.startswith("Closed"):
                moves[entered] += 1
            else:
                moves["back" if order[entered] < order[left] else "on"] += 1
                moves["skips"] += any(order[left] < place < order[entered] for place in usual)
    assert moves["on"] > 2000
    assert moves["back"] > 100
    assert moves["skips"] > 100
    assert moves["Closed Won"] > 300
    assert moves["Closed Lost"] > 500
    assert moves["reopened after Closed Lost"] > 50
    assert moves["reopened after Closed Won"] >= 2
    assert moves["created as won"] >= 2
    assert any("Value Proposition" in stages for stages in visits.values())
    without = {row["Id"] for row in export.crm("Opportunity")} - set(visits)
    assert len(without) > 10


def test_deals_of_every_type_currency_and_state(export) -> None:
    deals = export.crm("Opportunity")
    types = Counter(row["Type"] for row in deals)
    assert set(types) == {"New Business", "Existing Business", "Renewal"}
    assert min(types.values()) > 50
    assert {row["CurrencyIsoCode"] for row in deals} == {"USD", "EUR", "GBP"}
    rates = {row["IsoCode"]: row["IsCorporate"] for row in export.crm("CurrencyType")}
    assert rates == {"USD": "true", "EUR": "false", "GBP": "false"}
    entered_late = [
        row
        for row in deals
        if row["IsClosed"] == "true" and row["CloseDate"] < row["CreatedDate"][:10]
    ]
    assert len(entered_late) >= 5
    assert sum(row["IsDeleted"] == "true" for row in deals) >= 5
    still_open = [row for row in deals if row["IsClosed"] == "false"]
    assert sum(row["CloseDate"] < "2026-11-20" for row in still_open) > 30
    assert sum(at(row["LastModifiedDate"]) < AS_OF - 30 * DAY for row in still_open) > 20
    assert sum(row["NextStep"] == "" for row in deals) > 100
    converted = {row["ConvertedOpportunityId"] for row in export.crm("Lead")}
    assert sum(row["Id"] not in converted for row in deals) > 200
    changed = Counter(row["Field"] for row in export.crm("OpportunityFieldHistory"))
    assert min(changed[name] for name in ("Owner", "Amount", "CloseDate", "NextStep")) > 50


def test_the_win_rate_is_that_of_a_usual_company(export) -> None:
    ends = Counter(
        row["StageName"] for row in export.crm("Opportunity") if row["Type"] != "Renewal"
    )
    assert 0.20 < ends["Closed Won"] / (ends["Closed Won"] + ends["Closed Lost"]) < 0.35


def test_reps_carry_very_different_loads(export) -> None:
    deals = Counter(row["OwnerId"] for row in export.crm("Opportunity"))
    active = [
        row["Id"] for row in export.crm("User") if row["ManagerId"] and row["IsActive"] == "true"
    ]
    loads = sorted(deals[rep] for rep in active)
    assert loads[0] > 20
    assert loads[-1] > 1.8 * loads[0]


def test_records_have_gaps_of_every_kind(export) -> None:
    placeholders = {row["value"] for row in seed("placeholders")}
    for table, field in (
        ("Lead", "Phone"),
        ("Lead", "Title"),
        ("Lead", "Industry"),
        ("Contact", "Phone"),
        ("Account", "Website"),
        ("Opportunity", "NextStep"),
    ):
        values = [row[field].strip().lower() for row in export.crm(table)]
        assert values.count("") > 20, (table, field)
        assert sum(value in placeholders for value in values) > 5, (table, field)
    email = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s.]+$")
    for table in ("Lead", "Contact"):
        written = placeholder_free([row["Email"] for row in export.crm(table)])
        assert sum(not email.match(value) for value in written) >= 5
    phones = placeholder_free([row["Phone"] for row in export.crm("Lead")])
    assert sum(not re.fullmatch(r"[-+(). /\d]+", value) for value in phones) > 5
    sites = placeholder_free([row["Website"] for row in export.crm("Account")])
    assert sum(" " in value or value == "http://" for value in sites) > 5
    sizes = [row["NumberOfEmployees"] for row in export.crm("Account")]
    assert sum(size in ("0", "-5") for size in sizes) > 5
    assert sum(row["AccountId"] == "" for row in export.crm("Contact")) > 5
    amounts = [row["Amount"] for row in export.crm("Opportunity") if row["IsClosed"] == "false"]
    assert amounts.count("") >= 5
    assert amounts.count("0") >= 1


def test_reps_keep_their_records_with_very_different_care(export) -> None:
    filled, all_values = Counter(), Counter()
    for row in export.crm("Account"):
        values = [row["Industry"], row["Website"], row["Phone"]]
        all_values[row["OwnerId"]] += len(values)
        filled[row["OwnerId"]] += len(placeholder_free(values))
    shares = sorted(filled[rep] / count for rep, count in all_values.items() if count > 100)
    assert shares[0] < 0.4
    assert sum(share < 0.7 for share in shares) >= 3
    assert sum(share > 0.95 for share in shares) >= 2


def test_the_careless_clear_what_was_known(export) -> None:
    people = reps(export)
    cleared = Counter(
        row["CreatedById"]
        for table in ("LeadHistory", "AccountHistory", "ContactHistory")
        for row in export.crm(table)
        if row["OldValue"] and not row["NewValue"] and row["CreatedById"] in people
    )
    assert sum(count > 100 for count in cleared.values()) >= 3
    assert sum(count < 50 for count in cleared.values()) >= 6


@pytest.mark.parametrize("table", ["LeadHistory", "AccountHistory", "ContactHistory"])
def test_gaps_are_filled_by_reps_and_robots_and_blanked_again(export, table: str) -> None:
    people = reps(export)
    rows = [
        row
        for row in export.crm(table)
        if row["Field"] in ("Phone", "Title", "Industry", "Website")
    ]
    fills = Counter(row["CreatedById"] in people for row in rows if row["NewValue"])
    assert fills[True] > 50
    assert fills[False] > 10
    blanked = [row for row in rows if row["OldValue"] and not row["NewValue"]]
    assert len(blanked) >= 3


def test_campaigns_cost_money_in_every_quarter(export) -> None:
    campaigns = export.crm("Campaign")
    types = {row["campaign_type"] for row in seed("campaign_channels")}
    assert {row["Type"] for row in campaigns} == types | {"Direct Mail"}
    quarters = Counter(
        (row["StartDate"][:4], (int(row["StartDate"][5:7]) + 2) // 3)
        for row in campaigns
        if row["StartDate"] and row["ActualCost"]
    )
    assert len(quarters) == 5
    assert sum(row["StartDate"] == "" for row in campaigns) == 1
    assert sum(row["ActualCost"] == "" for row in campaigns) == 1
    assert sum(row["IsDeleted"] == "true" for row in campaigns) == 1
    assert {row["CurrencyIsoCode"] for row in campaigns} == {"USD", "EUR", "GBP"}


def test_referrals_have_every_status_and_every_reason_not_to_count(export) -> None:
    referrals = export.rows("referrals/referrals")
    referrers = {row["referrer_id"]: row for row in export.rows("referrals/referrers")}
    assert {row["kind"] for row in referrers.values()} == {"customer", "employee", "partner"}
    statuses = Counter(row["status"] for row in referrals)
    assert set(statuses) == {
        "visited",
        "lead",
        "qualified",
        "approved",
        "converted",
        "denied",
        "expired",
        "reversed",
    }
    own = Counter()
    for row in referrals:
        mine, theirs = referrers[row["referrer_id"]]["email"], row["referee_email"].lower()
        own["address"] += theirs == mine
        own["domain"] += theirs != mine and theirs.split("@")[-1] == mine.split("@")[-1]
    assert min(own["address"], own["domain"]) >= 3

    accounts = {row["Email"]: row["AccountId"] for row in export.crm("Contact") if row["Email"]}
    won = defaultdict(list)
    for row in export.crm("Opportunity"):
        if row["IsWon"] == "true":
            won[row["AccountId"]].append(row["CloseDate"])
    existing = [
        row
        for row in referrals
        if min(won[accounts.get(row["referee_email"], "")], default="9") < row["created_at"][:10]
        and not row["converted_at"]
    ]
    assert len(existing) >= 5
    good = Counter(
        row["referee_email"]
        for row in referrals
        if row["referee_email"] and row["status"] in ("lead", "qualified", "converted", "approved")
    )
    assert sum(count > 1 for count in good.values()) >= 5


def test_referrals_lead_to_leads_by_address_and_by_code_and_are_won(export) -> None:
    codes = {row["code"] for row in export.rows("referrals/referrers")}
    with_code = [row for row in export.crm("Lead") if row["Referral_Code__c"]]
    assert len(with_code) >= 20
    assert {row["Referral_Code__c"] for row in with_code} <= codes

    leads = {row["Email"]: row for row in export.crm("Lead") if row["IsDeleted"] == "false"}
    won = {row["Id"] for row in export.crm("Opportunity") if row["IsWon"] == "true"}
    found = Counter()
    named = set()
    for row in export.rows("referrals/referrals"):
        named.add(row["referee_email"].lower())
        lead = leads.get(row["referee_email"])
        if lead and row["status"] in ("lead", "qualified", "converted", "approved"):
            days = (at(lead["CreatedDate"]) - at(row["created_at"])) / DAY
            found["in time"] += -1 <= days <= 90
            found["before it"] += -1 <= days < 0
            found["won"] += lead["ConvertedOpportunityId"] in won
    assert found["in time"] > 80
    assert found["before it"] >= 5
    assert found["won"] >= 10

    referral_sources = {
        row["source"] for row in seed("lead_sources") if row["channel"] == "referral"
    }
    only_crm = [
        row
        for row in export.crm("Lead")
        if row["LeadSource"] in referral_sources
        and not row["Referral_Code__c"]
        and row["Email"].lower() not in named
    ]
    assert len(only_crm) > 80
    converted = {row["ConvertedOpportunityId"] for row in export.crm("Lead")}
    assert (
        sum(
            row["LeadSource"] in referral_sources and row["Id"] not in converted
            for row in export.crm("Opportunity")
        )
        >= 5
    )


def test_rewards_are_issued_pending_and_void_in_two_currencies(export) -> None:
    cards = Counter(
        (row["status"], row["currency"])
        for row in export.rows("referrals/rewards")
        if row["kind"] == "gift_card"
    )
    for status in ("issued", "pending", "void"):
        assert cards[status, "USD"] >= 3
        assert cards[status, "EUR"] >= 1
    rewards = export.rows("referrals/rewards")
    assert {row["recipient"] for row in rewards} == {"referrer", "referee"}
    assert {row["kind"] for row in rewards} == {"gift_card", "commission", "credit"}
    assert all((row["status"] == "issued") == bool(row["issued_at"]) for row in rewards)


def test_a_third_of_the_reps_ask_for_referrals_in_every_way(export) -> None:
    pattern = re.compile("referral ask|ask for (a )?referral|рекомендац", re.IGNORECASE)
    asks = [
        row
        for row in export.crm("Task")
        if row["Type"] == "Referral Ask" or pattern.search(row["Subject"])
    ]
    assert len({row["OwnerId"] for row in asks}) == 4
    targets = Counter((row["WhatId"] or row["WhoId"])[:3] for row in asks)
    assert min(targets[prefix] for prefix in ("001", "003", "006")) >= 15
    by_type_only = [row for row in asks if not pattern.search(row["Subject"])]
    by_subject_only = [row for row in asks if row["Type"] != "Referral Ask"]
    assert min(len(by_type_only), len(by_subject_only)) >= 15
    assert 5 < sum(row["IsClosed"] == "false" for row in asks) < len(asks) / 2
    quarters = {(row["ActivityDate"][:4], (int(row["ActivityDate"][5:7]) + 2) // 3) for row in asks}
    assert len(quarters) == 5
    owners = {row["Id"]: row["OwnerId"] for row in export.crm("Account")}
    of_accounts = [row for row in asks if row["WhatId"] in owners]
    assert sum(row["OwnerId"] != owners[row["WhatId"]] for row in of_accounts) >= 15


def test_check_ins_are_blank_doubled_and_by_strangers(export) -> None:
    check_ins = export.rows("badger/check_ins")
    names = {row["Name"].lower() for row in export.crm("User")}
    assert len(check_ins) == 600
    assert sum(row["crm_id"] == "" for row in check_ins) > 30
    assert sum(row["created_by"].strip().lower() not in names for row in check_ins) > 10
    assert (
        sum(
            row["created_by"] not in {row["Name"] for row in export.crm("User")}
            for row in check_ins
        )
        > 40
    )
    assert {row["crm_id"][:3] for row in check_ins} == {"", "001", "00Q"}
    assert {len(row["crm_id"]) for row in check_ins} == {0, 15, 18}
    assert len({row["created_by"].strip().lower() for row in check_ins}) >= 6
    synced = [row for row in export.crm("Task") if row["Type"] == "Check-in"]
    assert len(synced) > 60
    zones = {row["Name"].lower(): ZoneInfo(row["TimeZoneSidKey"]) for row in export.crm("User")}
    visits = defaultdict(list)
    for row in check_ins:
        zone = zones.get(row["created_by"].strip().lower(), UTC)
        local = datetime.fromisoformat(row["log_datetime"]).replace(tzinfo=zone)
        visits[row["crm_id"][:15]].append(local)
    for row in synced:
        record_id = (row["WhatId"] or row["WhoId"])[:15]
        lags = [abs(at(row["CompletedDateTime"]) - visit) for visit in visits[record_id]]
        assert min(lags) <= timedelta(minutes=5)


def test_cells_hold_quotes_line_breaks_and_cyrillic_letters(export) -> None:
    steps = [row["NextStep"] for row in export.crm("Opportunity")]
    assert any("\n" in step for step in steps)
    assert any('"' in step for step in steps)
    assert any(re.search("[а-яё]", row["Name"]) for row in export.crm("Lead"))
