"""Salesforce's objects: fields, types and keys. Only facts; other fields are kept as text."""

from __future__ import annotations

from ingestion.tables import Column, Kind, Table, raw_name

# Of two versions of one record the later of these is kept, whether or not the object lists them.
VERSIONS = ("SystemModstamp", "LastModifiedDate")


def _object(
    name: str, fields: dict[Kind, str], *, key: str = "Id", required: bool = False
) -> Table:
    """An object from its fields, grouped by kind; the key comes first."""
    columns = [
        Column(field, kind, lookup_field="Field" if field in ("OldValue", "NewValue") else None)
        for kind, names in fields.items()
        for field in names.split()
    ]
    columns.sort(key=lambda column: column.name != key)
    return Table(
        name=raw_name(name),
        file=f"salesforce/{name}.csv",
        columns=tuple(columns),
        key=(key,),
        versions=VERSIONS,
        required=required,
    )


def _history(name: str, parent: str) -> Table:
    return _object(
        name,
        {
            "id": f"Id {parent} CreatedById",
            "text": "Field OldValue NewValue",
            "instant": "CreatedDate",
            "bool": "IsDeleted",
        },
    )


TABLES: tuple[Table, ...] = (
    _object(
        "User",
        {
            "id": "Id ManagerId",
            "text": "Name Email UserType TimeZoneSidKey",
            "bool": "IsActive",
        },
        required=True,
    ),
    _object(
        "Lead",
        {
            "id": "Id OwnerId ConvertedAccountId ConvertedContactId ConvertedOpportunityId"
            " MasterRecordId CreatedById",
            "text": "Name Email Title Company Industry Phone Status Lost_Reason__c LeadSource"
            " Referral_Code__c",
            "bool": "IsConverted HasOptedOutOfEmail IsDeleted",
            "date": "ConvertedDate",
            "instant": "CreatedDate LastModifiedDate SystemModstamp",
        },
    ),
    _history("LeadHistory", "LeadId"),
    _object(
        "Account",
        {
            "id": "Id OwnerId",
            "text": "Name Industry Website Phone",
            "int": "NumberOfEmployees",
            "instant": "CreatedDate LastModifiedDate",
            "bool": "IsDeleted",
        },
    ),
    _object(
        "Contact",
        {
            "id": "Id AccountId OwnerId",
            "text": "Name Email Phone Title",
            "instant": "CreatedDate LastModifiedDate",
            "bool": "IsDeleted",
        },
    ),
    _object(
        "Opportunity",
        {
            "id": "Id AccountId CampaignId OwnerId CreatedById",
            "text": "Name StageName CurrencyIsoCode Type LeadSource Lost_Reason__c NextStep",
            "number": "Amount Probability",
            "date": "CloseDate",
            "bool": "IsClosed IsWon IsDeleted",
            "instant": "CreatedDate LastModifiedDate SystemModstamp",
        },
        required=True,
    ),
    _object(
        "OpportunityHistory",
        {
            "id": "Id OpportunityId CreatedById",
            "text": "StageName",
            "number": "Amount Probability",
            "date": "CloseDate",
            "instant": "CreatedDate",
            "bool": "IsDeleted",
        },
    ),
    _history("OpportunityFieldHistory", "OpportunityId"),
    _history("AccountHistory", "AccountId"),
    _history("ContactHistory", "ContactId"),
    _object(
        "OpportunityStage",
        {"code": "ApiName", "int": "SortOrder", "bool": "IsActive IsClosed IsWon"},
        key="ApiName",
    ),
    _object(
        "OpportunityContactRole",
        {"id": "Id OpportunityId ContactId", "text": "Role", "bool": "IsPrimary IsDeleted"},
    ),
    _object(
        "Task",
        {
            "id": "Id WhoId WhatId OwnerId CreatedById",
            "text": "Subject Type TaskSubtype Status CallDisposition",
            "instant": "CreatedDate CompletedDateTime",
            "date": "ActivityDate",
            "int": "CallDurationInSeconds",
            "bool": "IsClosed IsDeleted",
        },
    ),
    _object(
        "Event",
        {
            "id": "Id WhoId WhatId OwnerId CreatedById",
            "text": "Subject Type",
            "instant": "CreatedDate StartDateTime EndDateTime",
            "bool": "IsChild IsDeleted",
        },
    ),
    _object(
        "EmailMessage",
        {
            "id": "Id RelatedToId WhoId ActivityId CreatedById",
            "text": "Subject Status",
            "instant": "MessageDate CreatedDate",
            "bool": "Incoming IsDeleted",
        },
    ),
    _object(
        "Campaign",
        {
            "id": "Id",
            "text": "Name Type Status CurrencyIsoCode",
            "number": "ActualCost",
            "date": "StartDate",
            "bool": "IsDeleted",
        },
    ),
    _object(
        "CampaignMember",
        {
            "id": "Id CampaignId LeadId ContactId",
            "bool": "HasResponded IsDeleted",
            "instant_or_date": "FirstRespondedDate",
            "instant": "CreatedDate",
        },
    ),
    _object(
        "CurrencyType",
        {"code": "IsoCode", "number": "ConversionRate", "bool": "IsCorporate"},
        key="IsoCode",
    ),
)
