"""The files of the export folder: their fields, and how records are written to them.

Records are written as the stories tell them, so memory does not grow with the company. What stands
in them belongs to the stories.
"""

from __future__ import annotations

import csv
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

SALESFORCE = {
    "User": "Id Name Email IsActive UserType ManagerId TimeZoneSidKey",
    "Lead": "Id Name Email Title Company Industry Phone Status Lost_Reason__c OwnerId LeadSource "
    "IsConverted ConvertedDate ConvertedAccountId ConvertedContactId ConvertedOpportunityId "
    "MasterRecordId Referral_Code__c HasOptedOutOfEmail CreatedById CreatedDate LastModifiedDate "
    "SystemModstamp IsDeleted",
    "LeadHistory": "Id LeadId Field OldValue NewValue CreatedById CreatedDate IsDeleted",
    "Account": "Id Name Industry Website Phone NumberOfEmployees OwnerId CreatedDate "
    "LastModifiedDate IsDeleted",
    "AccountHistory": "Id AccountId Field OldValue NewValue CreatedById CreatedDate IsDeleted",
    "Contact": "Id AccountId Name Email Phone Title OwnerId CreatedDate LastModifiedDate IsDeleted",
    "ContactHistory": "Id ContactId Field OldValue NewValue CreatedById CreatedDate IsDeleted",
    "Opportunity": "Id AccountId Name StageName Amount CurrencyIsoCode Probability CloseDate "
    "IsClosed IsWon Type LeadSource CampaignId Lost_Reason__c NextStep OwnerId CreatedById "
    "CreatedDate LastModifiedDate SystemModstamp IsDeleted",
    "OpportunityHistory": "Id OpportunityId StageName Amount Probability CloseDate CreatedById "
    "CreatedDate IsDeleted",
    "OpportunityFieldHistory": "Id OpportunityId Field OldValue NewValue CreatedById CreatedDate "
    "IsDeleted",
    "OpportunityStage": "ApiName SortOrder IsActive IsClosed IsWon",
    "OpportunityContactRole": "Id OpportunityId ContactId Role IsPrimary IsDeleted",
    "Task": "Id WhoId WhatId OwnerId CreatedById CreatedDate Subject Type TaskSubtype Status "
    "IsClosed ActivityDate CompletedDateTime CallDisposition CallDurationInSeconds IsDeleted",
    "Event": "Id WhoId WhatId OwnerId CreatedById CreatedDate Subject Type StartDateTime "
    "EndDateTime IsChild IsDeleted",
    "EmailMessage": "Id RelatedToId WhoId ActivityId Incoming MessageDate Subject Status "
    "CreatedById CreatedDate IsDeleted",
    "Campaign": "Id Name Type Status ActualCost CurrencyIsoCode StartDate IsDeleted",
    "CampaignMember": "Id CampaignId LeadId ContactId HasResponded FirstRespondedDate CreatedDate "
    "IsDeleted",
    "CurrencyType": "IsoCode ConversionRate IsCorporate",
}
REFERRALS = {
    "referrers": "referrer_id email name kind crm_account_id code joined_at",
    "referrals": "referral_id referrer_id referee_email referee_name referee_company channel "
    "status created_at converted_at updated_at",
    "rewards": "reward_id referral_id recipient kind amount currency status created_at issued_at",
}
BADGER = {
    "check_ins": "check_in_id customer_id crm_id customer log_datetime type comments created_by",
}
MAILCHIMP = ("campaigns", "members", "sent_to", "email_activity", "reports")

CSV_FOLDERS = {"salesforce": SALESFORCE, "referrals": REFERRALS, "badger": BADGER}


class ExportFiles:
    """All files of one export folder, open for writing. Use it in a `with` block."""

    def __init__(self, folder: Path) -> None:
        self._stack = ExitStack()
        self._write: dict[str, Any] = {}
        self._blank: dict[str, dict[str, str]] = {}
        self._paths: dict[str, str] = {}
        self.rows: dict[str, int] = {}
        for source, tables in CSV_FOLDERS.items():
            (folder / source).mkdir()
            for table, names in tables.items():
                path = folder / source / f"{table}.csv"
                # Neither the platform's line ends nor its encoding may show in the bytes.
                file = self._stack.enter_context(path.open("w", encoding="utf-8", newline=""))
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(names.split())
                self._write[table] = writer.writerow
                self._blank[table] = dict.fromkeys(names.split(), "")
                self._register(table, path, folder)
        (folder / "mailchimp").mkdir()
        for resource in MAILCHIMP:
            path = folder / "mailchimp" / f"{resource}.jsonl"
            self._write[resource] = self._stack.enter_context(path.open("wb")).write
            self._register(resource, path, folder)

    def _register(self, name: str, path: Path, folder: Path) -> None:
        self._paths[name] = path.relative_to(folder).as_posix()
        self.rows[self._paths[name]] = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def write(self, table: str, **values: str | int | float) -> None:
        """Write one record of a CSV table; fields not named stay empty.

        Raises KeyError for a field that the table does not have.
        """
        blank = self._blank[table]
        record = {**blank, **values}
        if len(record) != len(blank):
            raise KeyError(f"{table} has no field {sorted(set(record) - set(blank))}")
        self._write[table](record.values())
        self.rows[self._paths[table]] += 1

    def write_json(self, resource: str, record: dict[str, Any]) -> None:
        """Write one object of a Mailchimp resource as a line."""
        self._write[resource](orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
        self.rows[self._paths[resource]] += 1


def flag(value: bool) -> str:
    """A boolean as Salesforce writes it."""
    return "true" if value else "false"
