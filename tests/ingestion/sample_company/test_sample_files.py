"""The folder: its files and fields, the same bytes again, and how it replaces an earlier one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.sample_company import write_sample_company, writer
from sales_metrics.errors import SalesMetricsError
from sales_metrics.settings import SAMPLE_COMPANY_AS_OF

# As the sources are described, not as the generator has them.
HISTORY = "Field, OldValue, NewValue, CreatedById, CreatedDate, IsDeleted"
FIELDS = {
    "salesforce/User": "Id, Name, Email, IsActive, UserType, ManagerId, TimeZoneSidKey",
    "salesforce/Lead": "Id, Name, Email, Title, Company, Industry, Phone, Status, Lost_Reason__c, "
    "OwnerId, LeadSource, IsConverted, ConvertedDate, ConvertedAccountId, ConvertedContactId, "
    "ConvertedOpportunityId, MasterRecordId, Referral_Code__c, HasOptedOutOfEmail, CreatedById, "
    "CreatedDate, LastModifiedDate, SystemModstamp, IsDeleted",
    "salesforce/LeadHistory": f"Id, LeadId, {HISTORY}",
    "salesforce/Account": "Id, Name, Industry, Website, Phone, NumberOfEmployees, OwnerId, "
    "CreatedDate, LastModifiedDate, IsDeleted",
    "salesforce/Contact": "Id, AccountId, Name, Email, Phone, Title, OwnerId, CreatedDate, "
    "LastModifiedDate, IsDeleted",
    "salesforce/Opportunity": "Id, AccountId, Name, StageName, Amount, CurrencyIsoCode, "
    "Probability, CloseDate, IsClosed, IsWon, Type, LeadSource, CampaignId, Lost_Reason__c, "
    "NextStep, OwnerId, CreatedById, CreatedDate, LastModifiedDate, SystemModstamp, IsDeleted",
    "salesforce/OpportunityHistory": "Id, OpportunityId, StageName, Amount, Probability, "
    "CloseDate, CreatedById, CreatedDate, IsDeleted",
    "salesforce/OpportunityFieldHistory": f"Id, OpportunityId, {HISTORY}",
    "salesforce/AccountHistory": f"Id, AccountId, {HISTORY}",
    "salesforce/ContactHistory": f"Id, ContactId, {HISTORY}",
    "salesforce/OpportunityStage": "ApiName, SortOrder, IsActive, IsClosed, IsWon",
    "salesforce/OpportunityContactRole": "Id, OpportunityId, ContactId, Role, IsPrimary, IsDeleted",
    "salesforce/Task": "Id, WhoId, WhatId, OwnerId, CreatedById, CreatedDate, Subject, Type, "
    "TaskSubtype, Status, IsClosed, ActivityDate, CompletedDateTime, CallDisposition, "
    "CallDurationInSeconds, IsDeleted",
    "salesforce/Event": "Id, WhoId, WhatId, OwnerId, CreatedById, CreatedDate, Subject, Type, "
    "StartDateTime, EndDateTime, IsChild, IsDeleted",
    "salesforce/EmailMessage": "Id, RelatedToId, WhoId, ActivityId, Incoming, MessageDate, "
    "Subject, Status, CreatedById, CreatedDate, IsDeleted",
    "salesforce/Campaign": "Id, Name, Type, Status, ActualCost, CurrencyIsoCode, StartDate, "
    "IsDeleted",
    "salesforce/CampaignMember": "Id, CampaignId, LeadId, ContactId, HasResponded, "
    "FirstRespondedDate, CreatedDate, IsDeleted",
    "salesforce/CurrencyType": "IsoCode, ConversionRate, IsCorporate",
    "referrals/referrers": "referrer_id, email, name, kind, crm_account_id, code, joined_at",
    "referrals/referrals": "referral_id, referrer_id, referee_email, referee_name, "
    "referee_company, channel, status, created_at, converted_at, updated_at",
    "referrals/rewards": "reward_id, referral_id, recipient, kind, amount, currency, status, "
    "created_at, issued_at",
    "badger/check_ins": "check_in_id, customer_id, crm_id, customer, log_datetime, type, "
    "comments, created_by",
}
KEYS = {
    "campaigns": {"id", "type", "status", "create_time", "send_time", "settings", "recipients"},
    "members": {"id", "email_address", "list_id", "status", "last_changed", "tags"},
    "sent_to": {"campaign_id", "email_id", "email_address", "status"},
    "email_activity": {"campaign_id", "email_id", "email_address", "activity"},
    "reports": {"id", "emails_sent", "unsubscribed", "bounces", "opens", "clicks"},
}


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    write_sample_company(tmp_path / "a", leads=300, seed=7)
    write_sample_company(tmp_path / "b", leads=300, seed=7)

    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_another_seed_writes_another_company(tmp_path: Path) -> None:
    write_sample_company(tmp_path / "a", leads=300, seed=7)
    write_sample_company(tmp_path / "b", leads=300, seed=8)

    one, other = contents(tmp_path / "a"), contents(tmp_path / "b")
    same = {name for name in one if one[name] == other[name]}
    # The people, the stages and the currencies are the company; the rest is chance.
    assert same == {
        f"salesforce/{name}.csv" for name in ("User", "OpportunityStage", "CurrencyType")
    }


def test_the_folder_holds_exactly_the_files_of_the_sources(export) -> None:
    written = {f"{path}.csv" for path in FIELDS} | {f"mailchimp/{name}.jsonl" for name in KEYS}
    assert set(contents(export.folder)) == written | {"README.txt"}


@pytest.mark.parametrize("path", FIELDS)
def test_a_file_has_exactly_its_fields(export, path: str) -> None:
    with (export.folder / f"{path}.csv").open(encoding="utf-8", newline="") as file:
        assert file.readline() == FIELDS[path].replace(", ", ",") + "\n"


@pytest.mark.parametrize("resource", KEYS)
def test_a_mailchimp_object_has_exactly_its_keys(export, resource: str) -> None:
    keys = {frozenset(record) for record in export.objects(resource)}
    assert keys == {frozenset(KEYS[resource])}


def test_lines_end_alike_on_every_platform(export) -> None:
    assert [name for name, text in contents(export.folder).items() if b"\r" in text] == []


def test_the_summary_counts_the_records_of_every_file(tmp_path: Path, export) -> None:
    summary = write_sample_company(tmp_path / "company", leads=120)

    assert summary.as_of == SAMPLE_COMPANY_AS_OF
    assert summary.rows["salesforce/Lead.csv"] == 120
    written = type(export)(summary.folder)
    for path, count in summary.rows.items():
        name = path.rsplit(".", 1)[0]
        found = written.rows(name) if path.endswith("csv") else written.objects(Path(name).name)
        assert len(found) == count, path


def test_the_readme_says_that_the_company_is_fictitious(export) -> None:
    assert "fictitious" in (export.folder / "README.txt").read_text(encoding="utf-8")


def test_a_single_lead_is_company_enough(tmp_path: Path) -> None:
    assert write_sample_company(tmp_path / "a", leads=1).rows["salesforce/Lead.csv"] == 1


def test_no_leads_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SalesMetricsError, match="at least 1 lead, not 0"):
        write_sample_company(tmp_path / "company", leads=0)


def test_an_earlier_company_is_replaced_whole(tmp_path: Path) -> None:
    folder = tmp_path / "company"
    write_sample_company(folder, leads=50, seed=1)
    (folder / "salesforce" / "Quote.csv").write_text("Id\n")
    write_sample_company(folder, leads=50, seed=2)
    write_sample_company(tmp_path / "fresh", leads=50, seed=2)

    assert contents(folder) == contents(tmp_path / "fresh")
    assert {path.name for path in tmp_path.iterdir()} == {"company", "fresh"}


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "salesforce").mkdir()
    (tmp_path / "salesforce" / "Lead.csv").write_text("Id\n")

    with pytest.raises(SalesMetricsError, match="holds no sample company"):
        write_sample_company(tmp_path, leads=50)

    assert contents(tmp_path) == {"salesforce/Lead.csv": b"Id\n"}


def test_a_failure_leaves_the_earlier_company(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "company"
    write_sample_company(folder, leads=50, seed=1)
    before = contents(folder)

    def fail(*arguments: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(writer, "ask_customers", fail)
    with pytest.raises(OSError, match="disk full"):
        write_sample_company(folder, leads=50, seed=2)

    assert contents(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["company"]
