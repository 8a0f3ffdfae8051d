"""Mailchimp by its Marketing API 3.0.

Documented endpoints used, all read only: `/campaigns`, `/lists`, `/lists/{id}/members` (once more
with `status=archived`, as archived members are not among the others), `/reports`,
`/reports/{id}/sent-to`, `/reports/{id}/email-activity` (with `since`).

- Members are read whole in every run: a tag comes and goes without a trace in `last_changed`.
- Campaigns and reports are read whole, and merged: what was deleted since was sent all the same.
- Who got a campaign and what they did is read again until 60 days after it was sent. It is merged,
  never replaced: when Mailchimp deletes a member, it forgets what the member did; we keep it.
- `since` lets only later actions through, but names every recipient. A day is read again, for
  actions that came in late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Literal

from ingestion.changes import Cursor, ObjectRead, Page, Visible
from ingestion.http import Patience, Refused
from ingestion.json_objects import only_declared
from ingestion.object_pages import object_pages
from ingestion.sources.mailchimp.api_tables import (
    CAMPAIGNS,
    EMAIL_ACTIVITY,
    MEMBER_STATUSES,
    MEMBERS,
    REPORTS,
    SENT_TO,
    Resource,
)
from ingestion.sources.mailchimp.client import CONNECTIONS, connect
from ingestion.sources.mailchimp.email_ids import fill_email_id
from ingestion.sources.mailchimp.paging import PAGE_SIZE, Collections, Place
from sales_metrics.connections import MailchimpConnection
from sales_metrics.errors import SalesMetricsError

# How long after its sending a campaign is read again.
SETTLING = timedelta(days=60)
# How late an action may come in and still be read.
LATE = timedelta(days=1)


def open_api(connection: MailchimpConnection, *, patience: Patience | None = None) -> MailchimpApi:
    """The account behind a key; nothing is asked yet."""
    return MailchimpApi(connection, patience)


class MailchimpApi:
    """An account, as the load wants to read it."""

    def __init__(self, connection: MailchimpConnection, patience: Patience | None) -> None:
        self._client = connect(connection, patience)
        self._pool = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="mailchimp")
        self._collections = Collections(self._client, self._pool)
        self._known_reports: list[dict[str, Any]] | None = None

    def reads(self, remembered: Mapping[str, Cursor], now: datetime) -> Iterable[ObjectRead]:
        """All objects, members anew and the rest as changes."""
        yield self._read(CAMPAIGNS, "merge", lambda: [Place(CAMPAIGNS.path)])
        yield self._read(MEMBERS, "replace", self._member_places)
        for resource, takes_since in ((SENT_TO, False), (EMAIL_ACTIVITY, True)):
            cursor = remembered.get(resource.table.name, {})
            yield self._read_of_campaigns(resource, cursor, now, takes_since)
        reports = ObjectRead(REPORTS.table, "merge", pages=lambda: iter(()))
        reports.pages = lambda: _pages(REPORTS, [self._reports(reports.warnings)])
        yield reports

    def check(self) -> Iterable[Visible]:
        """Read one object of each kind, of the first audience and the first campaign sent."""
        yield self._visible(
            CAMPAIGNS, lambda: self._collections.first(CAMPAIGNS, Place("/campaigns"))
        )
        yield self._visible(MEMBERS, self._first_member)
        for resource in (SENT_TO, EMAIL_ACTIVITY):
            yield self._visible(resource, partial(self._first_of_report, resource))
        yield self._visible(REPORTS, lambda: self._collections.first(REPORTS, Place(REPORTS.path)))

    def close(self) -> None:
        """Let go of threads and connections."""
        self._pool.shutdown(cancel_futures=True)
        self._client.close()

    def _read(
        self,
        resource: Resource,
        mode: Literal["replace", "merge"],
        places: Callable[[], Iterable[Place]],
    ) -> ObjectRead:
        read = ObjectRead(resource.table, mode, pages=lambda: iter(()))
        read.pages = lambda: _pages(
            resource, self._collections.objects(resource, places(), read.warnings)
        )
        return read

    def _member_places(self) -> list[Place]:
        return [
            Place(MEMBERS.path.format(list_id=list_id), status)
            for list_id in self._list_ids()
            for status in MEMBER_STATUSES
        ]

    def _list_ids(self) -> list[str]:
        audiences = self._client.get_json(
            "/lists", params={"count": PAGE_SIZE, "fields": "lists.id,total_items"}
        )
        ids = [str(audience["id"]) for audience in audiences["lists"]]
        if len(ids) < audiences["total_items"]:
            raise SalesMetricsError(
                f"Mailchimp has {audiences['total_items']:,} audiences; more than {PAGE_SIZE:,} "
                "are not read. Please report this: nothing is loaded."
            )
        return ids

    def _reports(self, warnings: list[str]) -> list[dict[str, Any]]:
        """The reports of all campaigns that were sent; asked for once."""
        if self._known_reports is None:
            pages = self._collections.objects(REPORTS, [Place(REPORTS.path)], warnings)
            self._known_reports = [report for page in pages for report in page]
        return self._known_reports

    def _read_of_campaigns(
        self, resource: Resource, cursor: Cursor, now: datetime, takes_since: bool
    ) -> ObjectRead:
        read_at: dict[str, str] = cursor.get("read_at", {})
        read = ObjectRead(resource.table, "merge", pages=lambda: iter(()))
        sent: list[str] = []

        def places() -> Iterator[Place]:
            for report in self._reports(read.warnings):
                campaign = str(report["id"])
                sent.append(campaign)
                before = _instant(read_at.get(campaign))
                if not _is_due(_instant(report.get("send_time")), before):
                    continue
                path = resource.path.format(campaign_id=campaign)
                since = before - LATE if before and takes_since else None
                yield Place(path, {"since": _text(since)} if since else {})

        read.pages = lambda: _pages(
            resource, self._collections.objects(resource, places(), read.warnings)
        )
        read.cursor = lambda: {"read_at": {campaign: _text(now) for campaign in sent}}
        return read

    def _visible(self, resource: Resource, ask: Callable[[], list[Any]]) -> Visible:
        try:
            found = ask()
        except Refused as refusal:
            return Visible(resource.table.name, "refused", detail=str(refusal))
        if not found:
            return Visible(resource.table.name, "visible", detail="there is none yet")
        fields = [column.name for column in resource.table.columns]
        hidden = tuple(name for name in fields if not _has(found[0], name))
        return Visible(resource.table.name, "visible", hidden=hidden)

    def _first_member(self) -> list[Any]:
        places = self._member_places()
        return self._collections.first(MEMBERS, places[0]) if places else []

    def _first_of_report(self, resource: Resource) -> list[Any]:
        reports = self._collections.first(REPORTS, Place(REPORTS.path))
        if not reports:
            return []
        path = resource.path.format(campaign_id=reports[0]["id"])
        return self._collections.first(resource, Place(path))


def _pages(resource: Resource, batches: Iterable[list[Any]]) -> Iterator[Page]:
    table = resource.table
    objects = (only_declared(thing, table) for batch in batches for thing in batch)
    for page in object_pages(objects, table):
        fill_email_id(page.rows, table)
        yield page


def _is_due(sent_at: datetime | None, read_at: datetime | None) -> bool:
    """Whether the last reading was too early to be the last."""
    return read_at is None or sent_at is None or read_at < sent_at + SETTLING


def _has(record: Any, name: str) -> bool:
    for part in name.split("."):
        if not isinstance(record, dict) or part not in record:
            return False
        record = record[part]
    return True


def _instant(text: Any) -> datetime | None:
    if not isinstance(text, str) or not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds")
