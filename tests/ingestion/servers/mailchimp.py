"""Imitates the documented behaviour of Mailchimp's Marketing API 3.0, and keeps an account.

Documented, or observed by those who use it: HTTP Basic with any user name; `count` and `offset`
(10 objects unless asked for more, at most 1000), `total_items` beside them; `fields` picks what is
sent; archived members only with `status=archived`; only campaigns that were sent have a report;
`since` lets through actions later than it, and names every recipient; problems as RFC 7807; at most
ten connections at once. What a deleted member did is gone from the reports.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.ingestion.servers.local import LocalServer, Reply, Request

Record = dict[str, Any]


class MailchimpServer(LocalServer):
    """An account whose records a test puts in, changes and deletes."""

    prefix = "/3.0"
    key = "0123456789abcdef-us21"

    def __init__(self) -> None:
        super().__init__()
        self.campaigns: list[Record] = []
        self.members: list[Record] = []
        self.sent_to: list[Record] = []
        self.email_activity: list[Record] = []
        self.reports: list[Record] = []
        # Called before each page is made: what happens in the account meanwhile.
        self.meanwhile: Callable[[Request], None] = lambda _request: None
        self.largest_page = 1000

    def send(self, number: int, sent_at: str, *recipients: str) -> str:
        """A campaign to these addresses, sent; its id."""
        campaign = f"c{number}"
        self.campaigns.append(
            {
                "id": campaign,
                "type": "regular",
                "status": "sent",
                "create_time": sent_at,
                "send_time": sent_at,
                "settings": {"title": f"Winback {number}", "subject_line": "Hi", "from_name": "A"},
                "recipients": {"list_id": "l1", "segment_text": "all", "list_name": "All"},
            }
        )
        self.reports.append(
            {
                "id": campaign,
                "emails_sent": len(recipients),
                "send_time": sent_at,
                "unsubscribed": 0,
                "bounces": {"hard_bounces": 0, "soft_bounces": 0, "syntax_errors": 0},
                "opens": {
                    "opens_total": 0,
                    "unique_opens": 0,
                    "proxy_excluded_opens": 0,
                    "proxy_excluded_unique_opens": 0,
                    "last_open": "",
                },
                "clicks": {"unique_clicks": 0, "last_click": ""},
            }
        )
        for address in recipients:
            who = {"campaign_id": campaign, "email_id": f"id-{address}", "email_address": address}
            self.sent_to.append({**who, "status": "sent", "list_id": "l1"})
            self.email_activity.append({**who, "list_id": "l1", "activity": []})
        return campaign

    def act(self, campaign: str, address: str, action: str, at: str, **more: str) -> None:
        """A recipient opens, clicks or bounces."""
        for record in self.email_activity:
            if (record["campaign_id"], record["email_address"]) == (campaign, address):
                record["activity"].append({"action": action, "timestamp": at, **more})

    def join(self, address: str, status: str = "subscribed", *tags: str, **more: Any) -> Record:
        """A member of the audience."""
        member = {
            "id": f"id-{address}",
            "email_address": address,
            "list_id": "l1",
            "status": status,
            "last_changed": "2026-01-05T10:00:00+00:00",
            "tags": [{"id": number, "name": name} for number, name in enumerate(tags, 7)],
            "merge_fields": {"PHONE": "555"},
            **more,
        }
        self.members.append(member)
        return member

    def delete_for_ever(self, address: str) -> None:
        """Permanently delete a member: the reports forget them."""
        for records in (self.members, self.sent_to, self.email_activity):
            records[:] = [record for record in records if record["email_address"] != address]

    def take_over(self, folder: Path) -> None:
        """The records of an export folder."""
        for name in ("campaigns", "members", "sent_to", "email_activity", "reports"):
            lines = (folder / "mailchimp" / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")
            setattr(self, name, [json.loads(line) for line in lines if line.strip()])
        sent = {campaign["id"]: campaign["send_time"] for campaign in self.campaigns}
        for report in self.reports:
            report.setdefault("send_time", sent.get(report["id"], ""))

    def answer(self, request: Request) -> Reply:
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        password = b64decode(encoded).decode().partition(":")[2] if scheme == "Basic" else ""
        if password != self.key:
            said = (
                "Your API key may be invalid, or you've attempted to access the wrong datacenter. "
                + password
            )
            return _problem(401, "API Key Invalid", said)
        self.meanwhile(request)
        path = request.path.removeprefix(self.prefix).strip("/").split("/")
        match path:
            case ["campaigns"]:
                return self._page(request, "campaigns", self._sorted_campaigns(request))
            case ["lists"]:
                ids = dict.fromkeys(member["list_id"] for member in self.members)
                return self._page(request, "lists", [{"id": name} for name in ids])
            case ["lists", list_id, "members"]:
                asked = request.query.get("status")
                of_list = [
                    member
                    for member in self.members
                    if member["list_id"] == list_id
                    and (member["status"] == asked if asked else member["status"] != "archived")
                ]
                return self._page(request, "members", of_list)
            case ["reports"]:
                return self._page(request, "reports", self.reports)
            case ["reports", campaign, *_] if all(r["id"] != campaign for r in self.reports):
                return _problem(404, "Resource Not Found", "The requested resource is not there.")
            case ["reports", campaign, "sent-to"]:
                return self._page(request, "sent_to", _of(campaign, self.sent_to))
            case ["reports", campaign, "email-activity"]:
                found = _of(campaign, self.email_activity)
                if since := request.query.get("since"):
                    found = [_later(record, datetime.fromisoformat(since)) for record in found]
                return self._page(request, "emails", found)
        return _problem(404, "Resource Not Found", "The requested resource is not there.")

    def _sorted_campaigns(self, request: Request) -> list[Record]:
        by = request.query.get("sort_field", "create_time")
        descending = request.query.get("sort_dir", "DESC") == "DESC"
        return sorted(self.campaigns, key=lambda campaign: campaign[by], reverse=descending)

    def _page(self, request: Request, items: str, records: list[Record]) -> Reply:
        offset = int(request.query.get("offset", 0))
        count = min(int(request.query.get("count", 10)), self.largest_page)
        content = {
            items: records[offset : offset + count],
            "total_items": len(records),
            "_links": [{"rel": "self"}],
        }
        fields = request.query.get("fields")
        return Reply(_picked(content, fields.split(",")) if fields else content)


def _of(campaign: str, records: list[Record]) -> list[Record]:
    return [record for record in records if record["campaign_id"] == campaign]


def _later(record: Record, since: datetime) -> Record:
    later = [a for a in record["activity"] if datetime.fromisoformat(a["timestamp"]) > since]
    return {**record, "activity": later}


def _picked(value: Any, paths: list[str]) -> Any:
    """What the paths name: `members.tags` is everything below `tags`."""
    if isinstance(value, list):
        return [_picked(entry, paths) for entry in value]
    if not isinstance(value, dict):
        return value
    below: dict[str, list[str]] = {}
    for path in paths:
        name, _, rest = path.partition(".")
        below.setdefault(name, []).append(rest)
    return {
        name: value[name] if "" in rest else _picked(value[name], rest)
        for name, rest in below.items()
        if name in value
    }


def _problem(status: int, title: str, detail: str) -> Reply:
    return Reply(
        {"type": "about:blank", "title": title, "status": status, "detail": detail}, status
    )
