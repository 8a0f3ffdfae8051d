"""Imitates the documented behaviour of Referral Rock's API, and keeps a programme.

Documented: HTTP Basic with public and private key; sets with `offset`, `total` and the objects;
everything in one answer unless `count` is given; newest first unless `sort` says otherwise; members
are shown either active or disabled; dates in .NET's spelling, without a zone.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.ingestion.servers.local import LocalServer, Reply, Request
from tests.ingestion.servers.referral_files import read_referral_file, write_referral_file

Record = dict[str, Any]

STATUSES = {"lead": "Pending", "qualified": "Qualified", "approved": "Approved", "denied": "Denied"}
REWARD_STATUSES = {"pending": "Pending", "processing": "Processing", "issued": "Issued"}
TYPES = {"referrer": "Member", "referee": "Referral"}
NO_DATE = "0001-01-01T00:00:00"


class ReferralRockServer(LocalServer):
    """A programme whose records a test puts in and changes."""

    public, private = "public-key-1", "private-key-2"

    def __init__(self) -> None:
        super().__init__()
        self.members: list[Record] = []
        self.referrals: list[Record] = []
        self.rewards: list[Record] = []
        # Called before each answer: what happens meanwhile.
        self.meanwhile: Callable[[Request], None] = lambda _request: None

    def enrol(self, number: int, **more: Any) -> Record:
        """A member."""
        member = {
            "id": f"m{number}",
            "displayName": f"Ann {number}",
            "firstName": "Ann",
            "lastName": str(number),
            "email": f"m{number}@example.com",
            "externalIdentifier": "",
            "disabledFlag": False,
            "referralCode": f"ANN{number}",
            "createDt": f"2026-01-01T00:{number // 60:02}:{number % 60:02}",
            "referrals": 4,
            **more,
        }
        self.members.append(member)
        return member

    def refer(self, number: int, status: str = "Pending", **more: Any) -> Record:
        """A referral of the first member."""
        referral = {
            "id": f"r{number}",
            "displayName": f"Bo {number}",
            "firstName": "Bo",
            "lastName": str(number),
            "email": f"bo{number}@example.com",
            "amount": 100.0,
            "companyName": "Acme",
            "source": "Direct",
            "status": status,
            "referringMemberId": "m1",
            "memberReferralCode": "ANN1",
            "createDate": f"2026-02-01T00:{number // 60:02}:{number % 60:02}",
            "updateDate": "2026-02-02T00:00:00",
            "qualifiedDate": None,
            "approvedDate": None,
            **more,
        }
        self.referrals.append(referral)
        return referral

    def reward(self, number: int, status: str = "Pending", **more: Any) -> Record:
        """A reward for the first referral."""
        reward = {
            "id": f"w{number}",
            "memberId": "m1",
            "referralId": "r1",
            "type": "Member",
            "status": status,
            "amount": 50.5,
            "currencyCode": "USD",
            "payoutDescription": "Gift card",
            "createDate": f"2026-03-01T00:{number // 60:02}:{number % 60:02}",
            "issueDate": None,
            **more,
        }
        self.rewards.append(reward)
        return reward

    def answer(self, request: Request) -> Reply:
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        if (scheme, b64decode(encoded).decode()) != ("Basic", f"{self.public}:{self.private}"):
            return Reply({"message": "Unauthorized"}, 401)
        self.meanwhile(request)
        match request.path:
            case "/api/members":
                disabled = request.query.get("showDisabled", "false") == "true"
                shown = [member for member in self.members if member["disabledFlag"] is disabled]
                return self._set(request, "members", shown, "createDt")
            case "/api/referrals":
                return self._set(request, "referrals", self.referrals, "createDate")
            case "/api/rewards":
                return self._set(request, "rewards", self.rewards, "createDate")
        return Reply({"message": "No such resource"}, 404)

    def _set(self, request: Request, items: str, records: list[Record], created: str) -> Reply:
        newest_first = request.query.get("sort", "Create_Dt_Desc") == "Create_Dt_Desc"
        in_order = sorted(records, key=lambda record: record[created], reverse=newest_first)
        offset = int(request.query.get("offset", 0))
        count = int(request.query.get("count", 2147483647))
        return Reply(
            {
                "offset": offset,
                "total": len(records),
                items: in_order[offset : offset + count],
                "message": None,
            }
        )

    def take_over(self, folder: Path) -> None:
        """The records of an export folder that `as_referral_rock_knows` has been through."""
        for row in read_referral_file(folder, "referrers"):
            first, _, last = row["name"].partition(" ")
            self.members.append(
                {
                    "id": row["referrer_id"],
                    "email": row["email"],
                    "firstName": first,
                    "lastName": last,
                    "externalIdentifier": row["crm_account_id"],
                    "disabledFlag": len(self.members) % 5 == 0,
                    "referralCode": row["code"],
                    "createDt": row["joined_at"],
                }
            )
        for row in read_referral_file(folder, "referrals"):
            self.referrals.append(
                {
                    "id": row["referral_id"],
                    "referringMemberId": row["referrer_id"],
                    "email": row["referee_email"],
                    "displayName": row["referee_name"],
                    "companyName": row["referee_company"],
                    "source": row["channel"],
                    "status": STATUSES[row["status"]],
                    "createDate": row["created_at"],
                    "approvedDate": row["converted_at"] or NO_DATE,
                    "updateDate": row["updated_at"] or NO_DATE,
                }
            )
        for row in read_referral_file(folder, "rewards"):
            self.rewards.append(
                {
                    "id": row["reward_id"],
                    "referralId": row["referral_id"],
                    "type": TYPES[row["recipient"]],
                    "amount": float(row["amount"]),
                    "currencyCode": row["currency"],
                    "status": REWARD_STATUSES[row["status"]],
                    "createDate": row["created_at"],
                    "issueDate": row["issued_at"] or None,
                }
            )


def as_referral_rock_knows(folder: Path) -> None:
    """Rewrite an export folder's referral files so that they hold what Referral Rock can say."""
    for row in (rows := read_referral_file(folder, "referrers")):
        row["kind"] = ""
    write_referral_file(folder, "referrers", rows)
    for row in (rows := read_referral_file(folder, "referrals")):
        row["status"] = row["status"] if row["status"] in STATUSES else "approved"
    write_referral_file(folder, "referrals", rows)
    for row in (rows := read_referral_file(folder, "rewards")):
        row["kind"] = ""
        row["status"] = row["status"] if row["status"] in REWARD_STATUSES else "pending"
    write_referral_file(folder, "rewards", rows)
