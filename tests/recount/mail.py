"""What Mailchimp sent, to whom and who clicked (section 1, Exposure; 6), counted again."""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from tests.recount.rules import Company
from tests.recount.values import address, instant

SCANNER_SECONDS = 10


@dataclass(frozen=True, order=True)
class Send:
    """A campaign goes to an address."""

    at: datetime
    campaign: str
    address: str
    delivered: bool


@dataclass(frozen=True)
class Click:
    """A recipient clicks a link of a campaign."""

    at: datetime
    campaign: str
    address: str
    url: str | None


class Mail:
    """The campaigns of a company, as of its as_of."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.as_of = company.setting.as_of

    def _read(self, name: str) -> list[dict[str, Any]]:
        path = self.company.folder / "mailchimp" / f"{name}.jsonl"
        if not path.exists():
            return []
        lines = path.read_text(encoding="utf-8").split("\n")
        return [json.loads(line) for line in lines if line.strip()]

    @cached_property
    def sent_at(self) -> dict[str, datetime]:
        """Campaign of any kind → when it was sent."""
        result = {}
        for campaign in self._read("campaigns"):
            at = instant(campaign["send_time"] or None)
            if campaign["status"] == "sent" and at is not None and at <= self.as_of:
                result[campaign["id"]] = at
        return result

    @cached_property
    def reactivations(self) -> set[str]:
        """The campaigns that are reactivation campaigns by their title."""
        pattern = re.compile(self.company.setting.reactivation_campaign_pattern, re.IGNORECASE)
        return {
            campaign["id"]
            for campaign in self._read("campaigns")
            if pattern.search(campaign["settings"]["title"] or "")
        }

    @cached_property
    def recipients(self) -> list[tuple[str, str, bool]]:
        """Campaign, sent or not, address, and whether it was delivered there."""
        result = []
        for row in self._read("sent_to"):
            to = address(row["email_address"])
            if to is not None:
                result.append((row["campaign_id"], to, row["status"] == "sent"))
        return result

    @cached_property
    def all_sends(self) -> list[Send]:
        """Every recipient of every campaign."""
        return sorted(
            Send(self.sent_at[campaign], campaign, to, delivered)
            for campaign, to, delivered in self.recipients
            if campaign in self.sent_at
        )

    @cached_property
    def sends(self) -> list[Send]:
        """The recipients of reactivation campaigns."""
        return [send for send in self.all_sends if send.campaign in self.reactivations]

    @cached_property
    def members(self) -> list[tuple[str | None, str]]:
        """Address and status of everybody on a list."""
        return [
            (address(row["email_address"]), str(row["status"]).strip().lower())
            for row in self._read("members")
        ]

    @cached_property
    def clicks(self) -> list[Click]:
        """Everything that counts as a click, by whomever."""
        result = []
        for recipient in self._read("email_activity"):
            by = address(recipient["email_address"])
            for action in recipient["activity"]:
                at = instant(action["timestamp"])
                if by is None or action["action"] != "click" or at is None or at > self.as_of:
                    continue
                result.append(Click(at, recipient["campaign_id"], by, action["url"]))
        return result

    @cached_property
    def human_clicks(self) -> list[Click]:
        """The clicks that have no other one, on another url, too near to be a human's."""
        return [
            click
            for click in self.clicks
            if not any(
                other.campaign == click.campaign
                and other.address == click.address
                and other.url != click.url
                and abs(other.at - click.at) <= timedelta(seconds=SCANNER_SECONDS)
                for other in self.clicks
            )
        ]
