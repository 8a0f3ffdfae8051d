"""Where Mailchimp's API has each object: path, list, what tells objects apart. Only facts.

Fields, types and keys are those of `tables.py`; here stands what only the API needs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ingestion.sources.mailchimp.tables import TABLES
from ingestion.tables import Table


@dataclass(frozen=True)
class Resource:
    """A collection of objects of one table, in answers like `{"members": [...], "total_items": 3}`.

    `identity` is the field that tells the objects at one path apart, `extra` are fields that are
    needed to decide what to read, and are not loaded. `sorting` keeps pages from moving.
    """

    table: Table
    path: str
    items: str
    identity: str
    extra: tuple[str, ...] = ()
    sorting: dict[str, str] = field(default_factory=dict)

    @property
    def fields(self) -> str:
        """What is asked for: the declared fields, and how many objects there are."""
        names = [column.name for column in self.table.columns]
        names += [*self.extra, *(child.path for child in self.table.children)]
        return ",".join([*(f"{self.items}.{name}" for name in names), "total_items"])


_TABLES = {table.name: table for table in TABLES}

CAMPAIGNS = Resource(
    _TABLES["campaigns"],
    "/campaigns",
    "campaigns",
    identity="id",
    sorting={"sort_field": "create_time", "sort_dir": "ASC"},
)
MEMBERS = Resource(_TABLES["members"], "/lists/{list_id}/members", "members", identity="id")
SENT_TO = Resource(
    _TABLES["sent_to"], "/reports/{campaign_id}/sent-to", "sent_to", identity="email_id"
)
EMAIL_ACTIVITY = Resource(
    _TABLES["email_activity"],
    "/reports/{campaign_id}/email-activity",
    "emails",
    identity="email_id",
)
REPORTS = Resource(_TABLES["reports"], "/reports", "reports", identity="id", extra=("send_time",))

# Archived members are in no other answer, and in this one nobody else is.
MEMBER_STATUSES: tuple[dict[str, str], ...] = ({}, {"status": "archived"})
