"""A made-up company's Mailchimp account: campaigns, who got them, who clicked."""

import json
from datetime import UTC, datetime, timedelta, timezone
from hashlib import md5
from pathlib import Path
from typing import Any

from tests.recount.company import Builder

TITLES = [
    "Reactivation wave 3", "REACTIVATION", "Our Win-Back offer", "winback", "Реактивация клиентов",
    "We want you back: reactivations", "Newsletter", "Win back", "", None,
]  # fmt: skip
REACTIVATION_TITLES = TITLES[:6]
UNSENT = ["save", "paused", "schedule", "sending", "Sent"]
URLS = ["https://example.com/a", "https://example.com/b", "https://example.com/A"]


def stamped(at: datetime, zone: timezone | None = None) -> str:
    """A timestamp as Mailchimp has it; to the microsecond where it must be."""
    return at.astimezone(zone).isoformat() if zone else at.isoformat()


class Mailings:
    """Collects campaigns and recipients; `write` makes the files."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._random = builder.random
        self.campaigns: list[dict[str, Any]] = []
        self._members: list[dict[str, Any]] = []
        self._sent: dict[tuple[str, str], dict[str, Any]] = {}
        self._activity: list[dict[str, Any]] = []

    def campaign(
        self, at: datetime, *, title: str | None = "Reactivation", status: str = "sent"
    ) -> str:
        """A campaign that is sent at an instant (or would be); returns its id."""
        name = f"{self._random.getrandbits(40):010x}"
        zone = self._random.choice([None, timezone(timedelta(hours=2)), UTC])
        self.campaigns.append(
            {
                "id": name,
                "type": "regular",
                "status": status,
                "create_time": stamped(at - timedelta(days=1)),
                "send_time": stamped(at, zone),
                "settings": {"title": title, "subject_line": "Hello"},
                "recipients": {"list_id": "list", "segment_text": ""},
            }
        )
        return name

    def any_campaign(self, at: datetime) -> str:
        """One that may be no reactivation, or not sent at all."""
        if self._builder.sometimes(0.6):
            title: str | None = self._random.choice(REACTIVATION_TITLES)
        else:
            title = self._random.choice(TITLES)
        status = "sent" if self._builder.sometimes(0.85) else self._random.choice(UNSENT)
        name = self.campaign(at, title=title, status=status)
        if status == "save" and self._builder.sometimes(0.5):
            self.campaigns[-1]["send_time"] = ""
        return name

    def send(self, campaign: str, address: str, status: str = "sent") -> None:
        """A recipient of a campaign: once for each address, however it is spelled."""
        name = md5(address.strip().lower().encode()).hexdigest()
        spelled = self._random.choice([address, address.upper(), f" {address}", address.title()])
        self._sent.setdefault(
            (campaign, name),
            {
                "campaign_id": campaign,
                "email_id": self._random.choice([name, name, ""]),
                "email_address": spelled,
                "status": status,
            },
        )

    def member(self, address: str, status: str, at: datetime, list_id: str = "list") -> None:
        """Somebody's place on a list, and since when."""
        name = md5(address.strip().lower().encode()).hexdigest()
        self._members.append(
            {
                "id": name,
                "email_address": self._random.choice([address, address.upper(), address.title()]),
                "list_id": list_id,
                "status": status,
                "last_changed": stamped(at),
                "tags": [],
            }
        )

    def act(self, campaign: str, address: str, *actions: tuple[datetime, str, str | None]) -> None:
        """What a recipient does with a campaign: instants, actions and urls, on one page."""
        self._activity.append(
            {
                "campaign_id": campaign,
                "email_id": md5(address.strip().lower().encode()).hexdigest(),
                "email_address": self._random.choice([address, address.upper(), f"{address} "]),
                "activity": [
                    {"action": action, "timestamp": stamped(at), "url": url}
                    for at, action, url in actions
                ],
            }
        )

    def react(self, campaign: str, address: str, at: datetime) -> None:
        """Clicks from an instant on: of a human, of a scanner, or nearly one's."""
        here, there, elsewhere = self._random.sample(URLS, 3)
        gap = self._random.choice(
            [
                timedelta(0),
                timedelta(seconds=3),
                timedelta(seconds=10),
                timedelta(seconds=10, microseconds=1),
                timedelta(minutes=5),
            ]
        )
        kind = self._random.choice(["open", "one", "same", "two", "two", "chain", "pages"])
        if kind == "open":
            self.act(campaign, address, (at, "open", None), (at, "bounce", None))
        elif kind == "one":
            self.act(campaign, address, (at, "open", None), (at, "click", here))
        elif kind == "same":
            self.act(campaign, address, (at, "click", here), (at + gap, "click", here))
        elif kind == "two":
            self.act(campaign, address, (at + gap, "click", here), (at, "click", there))
        elif kind == "chain":
            third = (at + 2 * gap, "click", elsewhere)
            self.act(campaign, address, (at, "click", here), (at + gap, "click", there), third)
        else:
            self.act(campaign, address, (at, "click", here))
            self.act(campaign, address, (at + gap, "click", there))

    def write(self, folder: Path) -> None:
        files: dict[str, list[dict[str, Any]]] = {
            "campaigns": self.campaigns,
            "sent_to": list(self._sent.values()),
            "email_activity": self._activity,
            "members": self._members,
            "reports": [],
        }
        (folder / "mailchimp").mkdir(parents=True, exist_ok=True)
        for name, rows in files.items():
            in_disorder = self._random.sample(rows, len(rows))
            text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in in_disorder)
            (folder / "mailchimp" / f"{name}.jsonl").write_text(text, encoding="utf-8")
