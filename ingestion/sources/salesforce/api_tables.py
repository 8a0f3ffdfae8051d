"""What only the API needs to know of Salesforce's objects. Only facts; fields: tables.py."""

from __future__ import annotations

from pathlib import PurePosixPath

from ingestion.tables import Table

# By which field changes are found: the first that an object shows and can be filtered by.
CURSORS = ("SystemModstamp", "LastModifiedDate", "CreatedDate")

# A few rows each, which vanish without a trace: read whole in every run.
READ_WHOLE = frozenset({"OpportunityStage", "CurrencyType"})

# Types of fields that are several values, or files: no query returns them as a cell.
UNREADABLE_TYPES = frozenset({"address", "location", "base64", "complexvalue", "junctionidlist"})

DELETED = "IsDeleted"

# EmailMessage has no WhoId: it is the lead or contact that one of these rows relates it to.
EMAIL_MESSAGE = "EmailMessage"
WHO_ID = "WhoId"
INCOMING = "Incoming"
EMAIL_RELATION = "EmailMessageRelation"
RELATION_FIELDS = (
    "Id",
    "EmailMessageId",
    "RelationId",
    "RelationType",
    "RelationObjectType",
    DELETED,
)


def api_name(table: Table) -> str:
    """The object's name in the API, which is also its file's."""
    return PurePosixPath(table.file).stem


def fields_of(table: Table) -> tuple[str, ...]:
    """The fields that the object itself is asked for."""
    elsewhere = {WHO_ID} if api_name(table) == EMAIL_MESSAGE else set()
    return tuple(column.name for column in table.columns if column.name not in elsewhere)
