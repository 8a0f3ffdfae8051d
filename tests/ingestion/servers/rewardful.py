"""Imitates the documented behaviour of Rewardful's REST API v1, and keeps a programme.

Documented: HTTP Basic with the API secret as user name; lists newest first by creation, 25 a page
unless asked for more, at most 100, with `pagination` beside `data`; `updated_since` and
`updated_until` for referrals alone; nested objects only where `expand` names them; amounts in the
smallest unit of the currency; errors as `{"error": ...}`; 429 above 45 requests in 30 seconds.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.ingestion.servers.local import LocalServer, Reply, Request
from tests.ingestion.servers.referral_files import read_referral_file, write_referral_file

Record = dict[str, Any]

STATES = {"visited": "visitor", "lead": "lead", "converted": "conversion"}
COMMISSION_STATES = {"pending": "pending", "eligible": "due", "issued": "paid", "void": "voided"}


class RewardfulServer(LocalServer):
    """A programme whose records a test puts in and changes."""

    prefix = "/v1"
    secret = "5ecret-of-rewardful"

    def __init__(self) -> None:
        super().__init__()
        self.affiliates: list[Record] = []
        self.referrals: list[Record] = []
        self.commissions: list[Record] = []
        # Called before each page is made: what happens meanwhile.
        self.meanwhile: Callable[[Request], None] = lambda _request: None

    def enrol(self, number: int, token: str = "", **more: Any) -> Record:
        """An affiliate with a link."""
        affiliate = {
            "id": f"a{number}",
            "email": f"a{number}@example.com",
            "first_name": "Ann",
            "last_name": f"Number {number}",
            "created_at": f"2026-01-01T00:00:{number % 60:02}.000Z",
            "updated_at": f"2026-01-01T00:00:{number % 60:02}.000Z",
            "stripe_customer_id": None,
            "links": [{"id": f"l{number}", "token": token or f"ann{number}", "leads": 3}],
            **more,
        }
        self.affiliates.append(affiliate)
        return affiliate

    def refer(self, number: int, created_at: str, state: str = "visitor", **more: Any) -> Record:
        """A referral of the first affiliate."""
        referral = {
            "id": f"r{number}",
            "affiliate": {"id": "a1", "email": "a1@example.com"},
            "link": {"id": "l1", "token": "ann1"},
            "customer": {"id": "cus_1", "name": f"Bo {number}", "email": f"bo{number}@example.com"},
            "visits": 2,
            "conversion_state": state,
            "created_at": created_at,
            "became_lead_at": None,
            "became_conversion_at": None,
            "updated_at": created_at,
            **more,
        }
        self.referrals.append(referral)
        return referral

    def reward(self, number: int, referral: str, cents: int, state: str, **more: Any) -> Record:
        """A commission for a sale to a referral."""
        commission = {
            "id": f"c{number}",
            "created_at": f"2026-02-01T00:00:{number % 60:02}.000Z",
            "amount": cents,
            "currency": "USD",
            "state": state,
            "paid_at": None,
            "sale": {"id": f"s{number}", "referral": {"id": referral}},
            **more,
        }
        self.commissions.append(commission)
        return commission

    def answer(self, request: Request) -> Reply:
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        user, _, password = b64decode(encoded).decode().partition(":")
        if (scheme, user, password) != ("Basic", self.secret, ""):
            return Reply({"error": "Invalid API Secret."}, 401)
        self.meanwhile(request)
        match request.path.removeprefix(self.prefix):
            case "/affiliates":
                return self._page(request, self.affiliates, "links")
            case "/referrals":
                return self._page(request, self._updated(request), "affiliate")
            case "/commissions":
                return self._page(request, self.commissions, "sale")
        return Reply({"error": "Not found: "}, 404)

    def _updated(self, request: Request) -> list[Record]:
        since, until = (request.query.get(name) for name in ("updated_since", "updated_until"))
        return [
            referral
            for referral in self.referrals
            if (not since or _at(referral["updated_at"]) > _at(since))
            and (not until or _at(referral["updated_at"]) < _at(until))
        ]

    def _page(self, request: Request, records: list[Record], nested: str) -> Reply:
        newest_first = sorted(records, key=lambda record: record["created_at"], reverse=True)
        limit = min(int(request.query.get("limit", 25)), 100)
        number = int(request.query.get("page", 1))
        page = newest_first[(number - 1) * limit : number * limit]
        expanded = request.lists.get("expand[]", request.lists.get("expand", []))
        if nested not in expanded:
            page = [{name: record[name] for name in record if name != nested} for record in page]
        pages = -(-len(records) // limit)
        return Reply(
            {
                "pagination": {
                    "previous_page": number - 1 if number > 1 else None,
                    "current_page": number,
                    "next_page": number + 1 if number < pages else None,
                    "count": len(page),
                    "limit": limit,
                    "total_pages": pages,
                    "total_count": len(records),
                },
                "data": page,
            }
        )

    def take_over(self, folder: Path) -> None:
        """The records of an export folder that `as_rewardful_knows` has been through."""
        for row in read_referral_file(folder, "referrers"):
            first, _, last = row["name"].partition(" ")
            self.affiliates.append(
                {
                    "id": row["referrer_id"],
                    "email": row["email"],
                    "first_name": first,
                    "last_name": last,
                    "stripe_customer_id": "cus_1" if row["kind"] == "customer" else None,
                    "links": [{"token": row["code"]}] if row["code"] else [],
                    "created_at": row["joined_at"],
                }
            )
        for row in read_referral_file(folder, "referrals"):
            self.referrals.append(
                {
                    "id": row["referral_id"],
                    "affiliate": {"id": row["referrer_id"]},
                    "link": {"token": "any"},
                    "customer": {"email": row["referee_email"], "name": row["referee_name"]},
                    "conversion_state": STATES[row["status"]],
                    "created_at": row["created_at"],
                    "became_conversion_at": row["converted_at"] or None,
                    "updated_at": row["updated_at"] or row["created_at"],
                }
            )
        for row in read_referral_file(folder, "rewards"):
            self.commissions.append(
                {
                    "id": row["reward_id"],
                    "sale": {"referral": {"id": row["referral_id"]}},
                    "amount": round(float(row["amount"]) * 100),
                    "currency": row["currency"],
                    "state": COMMISSION_STATES[row["status"]],
                    "created_at": row["created_at"],
                    "paid_at": row["issued_at"] or None,
                }
            )


def as_rewardful_knows(folder: Path) -> None:
    """Rewrite an export folder's referral files so that they hold what Rewardful can say."""
    for row in (rows := read_referral_file(folder, "referrers")):
        row["kind"] = row["kind"] if row["kind"] == "customer" else ""
        row["crm_account_id"] = ""
    write_referral_file(folder, "referrers", rows)
    for row in (rows := read_referral_file(folder, "referrals")):
        row["channel"], row["referee_company"] = "link", ""
        row["status"] = row["status"] if row["status"] in STATES else "lead"
        row["updated_at"] = row["updated_at"] or row["created_at"]
    write_referral_file(folder, "referrals", rows)
    for row in (rows := read_referral_file(folder, "rewards")):
        row["recipient"], row["kind"] = "referrer", "commission"
        row["status"] = row["status"] if row["status"] in COMMISSION_STATES else "pending"
    write_referral_file(folder, "rewards", rows)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
