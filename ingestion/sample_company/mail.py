"""The company's Mailchimp account: its calendar of mailings, who gets them, what they do with them.

Whom to win back is decided in losses.py; here it is only mailed.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from hashlib import md5
from random import Random
from typing import Any

from ingestion.sample_company.clock import AS_OF, DAY, HOUR, MINUTE, START, date, iso
from ingestion.sample_company.files import ExportFiles

FIRST_REACTIVATION = START + 13 * DAY + 9 * HOUR
REACTIVATION_EVERY = 14 * DAY
# Prospects who have been written to this often are left in peace.
MOST_REACTIVATIONS = 3
TITLES = ("Reactivation wave {}", "Win-back {}", "Winback: still interested? {}", "Реактивация {}")
URLS = (
    "https://halden.example/offer",
    "https://halden.example/demo",
    "https://halden.example/whats-new",
    "https://halden.example/privacy",
)


@dataclass
class Mailing:
    """A campaign and what its report counts."""

    id: str
    title: str
    subject: str
    list_id: str
    segment: str
    created_at: int
    send_at: int | None
    sent: int = 0
    unsubscribed: int = 0
    bounces: dict[str, int] = field(default_factory=lambda: {"hard": 0, "soft": 0})
    opens: int = 0
    openers: int = 0
    own_opens: int = 0  # not by a mail client's proxy
    own_openers: int = 0
    clicked_links: int = 0


@dataclass
class Recipient:
    """A person on the list; `left_at`: when they unsubscribed, or the address failed for good."""

    email: str
    joined_at: int
    spelling: str
    status: str = "subscribed"
    left_at: int = AS_OF + DAY
    is_lost_lead: bool = False
    sends: int = 0

    @property
    def email_id(self) -> str:
        """Mailchimp's id of an address."""
        return md5(self.email.strip().lower().encode(), usedforsecurity=False).hexdigest()


class Mail:
    """Sends mailings and writes what comes of them as it happens."""

    def __init__(self, rng: Random, files: ExportFiles) -> None:
        self._rng = rng
        self._files = files
        self._main_list = self._new_id()
        self._event_list = self._new_id()
        self._reactivations = self._plan_reactivations()
        self._reactivation_times = [mailing.send_at or 0 for mailing in self._reactivations]
        self._newsletters = self._plan_newsletters()
        self._drafts = [
            Mailing(self._new_id(), title, "", self._main_list, "", AS_OF - days * DAY, None)
            for title, days in (("Reactivation wave, draft", 3), ("Christmas card", 9))
        ]

    def _new_id(self) -> str:
        return f"{self._rng.getrandbits(40):010x}"

    def _plan_reactivations(self) -> list[Mailing]:
        mailings = []
        for number, send_at in enumerate(range(FIRST_REACTIVATION, AS_OF, REACTIVATION_EVERY), 1):
            title = TITLES[number % len(TITLES)].format(number)
            mailings.append(
                Mailing(
                    self._new_id(),
                    title,
                    "Shall we talk again?",
                    self._main_list,
                    "Tag is reactivation",
                    send_at - 2 * DAY,
                    send_at,
                )
            )
        return mailings

    def _plan_newsletters(self) -> list[Mailing]:
        mailings = []
        send_at = START + 35 * DAY + 10 * HOUR
        while send_at < AS_OF - 14 * DAY:
            title = f"Halden letter {date(send_at)[:7]}"
            mailings.append(self._newsletter(title, self._main_list, send_at))
            send_at += 30 * DAY
        invited_at = AS_OF - 8 * DAY
        mailings.append(self._newsletter("Open day invitation", self._event_list, invited_at))
        return mailings

    def _newsletter(self, title: str, list_id: str, send_at: int) -> Mailing:
        return Mailing(self._new_id(), title, title, list_id, "", send_at - DAY, send_at)

    def recipient(self, email: str, joined_at: int) -> Recipient:
        """A new address; some people write theirs with capitals."""
        spelling = email.title() if self._rng.random() < 0.08 else email
        return Recipient(email, joined_at, spelling)

    def reactivations(self, start: int) -> list[Mailing]:
        """The next reactivation mailings from `start` on, at most MOST_REACTIVATIONS."""
        first = bisect_left(self._reactivation_times, start)
        return self._reactivations[first : first + MOST_REACTIVATIONS]

    def bounce(self, person: Recipient, mailing: Mailing, kind: str) -> None:
        """A mailing that does not arrive; `hard` takes the address off the list."""
        at = mailing.send_at or 0
        mailing.bounces[kind] += 1
        if kind == "hard":
            person.status, person.left_at = "cleaned", at
        bounce = {"action": "bounce", "timestamp": iso(min(at + MINUTE, AS_OF)), "type": kind}
        self._write(person, mailing, kind, [bounce])

    def send(
        self,
        person: Recipient,
        mailing: Mailing,
        *,
        scanner: bool = False,
        human: bool = False,
        opens: bool = False,
    ) -> None:
        """A mailing that arrives, and its clicks by a mail scanner, by the human, and its opens."""
        rng, at = self._rng, mailing.send_at or 0
        actions: list[tuple[int, str, str]] = []
        proxied = rng.random() < 0.4
        if proxied:
            actions.append((at + 5 + int(rng.random() * 55), "open", ""))
        if scanner:
            start = at + 20 + int(rng.random() * 60)
            actions += [(start + 3 * place, "click", url) for place, url in enumerate(URLS[:3])]
        if opens or human:
            opened = at + 10 * MINUTE + int(rng.random() * 30 * HOUR)
            actions.append((opened, "open", ""))
            if human:
                clicked = opened + 15 + int(rng.random() * 200)
                actions.append((clicked, "click", rng.choice(URLS[:2])))
        actions = sorted(action for action in actions if action[0] <= AS_OF)

        own_opens = [action for action in actions if action[1] == "open" and action[0] >= at + 300]
        all_opens = [action for action in actions if action[1] == "open"]
        mailing.opens += len(all_opens)
        mailing.openers += bool(all_opens)
        mailing.own_opens += len(own_opens)
        mailing.own_openers += bool(own_opens)
        mailing.clicked_links += len({url for _, action, url in actions if action == "click"})
        written = [
            {"action": action, "timestamp": iso(when)} | ({"url": url} if url else {})
            for when, action, url in actions
        ]
        self._write(person, mailing, "sent", written)

    def unsubscribe(self, person: Recipient, mailing: Mailing) -> None:
        """The person leaves the list because of that mailing, some hours after it."""
        person.status = "unsubscribed"
        hours = 1 + 30 * self._rng.random()
        person.left_at = min((mailing.send_at or 0) + int(hours * HOUR), AS_OF)
        mailing.unsubscribed += 1

    def _write(
        self, person: Recipient, mailing: Mailing, status: str, activity: list[dict[str, str]]
    ) -> None:
        person.sends += 1
        mailing.sent += 1
        who = {
            "campaign_id": mailing.id,
            "email_id": person.email_id,
            "email_address": person.spelling,
        }
        self._files.write_json("sent_to", {**who, "status": status})
        self._files.write_json("email_activity", {**who, "activity": activity})

    def close(self, person: Recipient) -> None:
        """Send a subscriber the newsletters, and write the person as a member."""
        rng = self._rng
        if rng.random() < 0.3:
            for mailing in self._newsletters:
                at = mailing.send_at or 0
                if person.joined_at < at < person.left_at and rng.random() < 0.35:
                    self._newsletter_to(person, mailing)
        if not person.sends and rng.random() < 0.6:
            return
        changed_at = person.left_at if person.left_at <= AS_OF else person.joined_at
        tags = (["reactivation"] if person.is_lost_lead else []) + (
            ["newsletter"] if person.sends and rng.random() < 0.5 else []
        )
        for list_id in (self._main_list, self._event_list):
            self._files.write_json(
                "members",
                {
                    "id": person.email_id,
                    "email_address": person.spelling,
                    "list_id": list_id,
                    "status": person.status,
                    "last_changed": iso(changed_at),
                    "tags": [{"name": tag} for tag in tags],
                },
            )
            if rng.random() < 0.8:
                break

    def _newsletter_to(self, person: Recipient, mailing: Mailing) -> None:
        luck = self._rng.random()
        if luck < 0.01:
            self.bounce(person, mailing, "soft")
            return
        self.send(person, mailing, opens=luck < 0.3, human=luck < 0.06, scanner=luck > 0.97)
        # Who is being won back has a story of their own, which this must not end.
        if luck > 0.955 and not person.is_lost_lead:
            self.unsubscribe(person, mailing)

    def write_campaigns(self) -> None:
        """Write campaigns and reports: last, as the reports count everything above."""
        sent = self._reactivations + self._newsletters
        for mailing in sent + self._drafts:
            self._files.write_json("campaigns", _campaign(mailing))
        for mailing in sent:
            self._files.write_json("reports", _report(mailing))


def _campaign(mailing: Mailing) -> dict[str, Any]:
    return {
        "id": mailing.id,
        "type": "regular",
        "status": "save" if mailing.send_at is None else "sent",
        "create_time": iso(mailing.created_at),
        "send_time": "" if mailing.send_at is None else iso(mailing.send_at),
        "settings": {"title": mailing.title, "subject_line": mailing.subject},
        "recipients": {"list_id": mailing.list_id, "segment_text": mailing.segment},
    }


def _report(mailing: Mailing) -> dict[str, Any]:
    return {
        "id": mailing.id,
        "emails_sent": mailing.sent,
        "unsubscribed": mailing.unsubscribed,
        "bounces": {
            "hard_bounces": mailing.bounces["hard"],
            "soft_bounces": mailing.bounces["soft"],
        },
        "opens": {
            "opens_total": mailing.opens,
            "unique_opens": mailing.openers,
            "proxy_excluded_opens": mailing.own_opens,
            "proxy_excluded_unique_opens": mailing.own_openers,
        },
        "clicks": {"unique_clicks": mailing.clicked_links},
    }
