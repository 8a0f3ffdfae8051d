"""Referral Rock by its API, mapped onto the canonical tables.

Documented endpoints used, all read only: `GET /api/members` (with `showDisabled`),
`GET /api/referrals`, `GET /api/rewards`; `offset`, `count`, `sort`, and `total` in the answer.

- Nothing can be asked for by change, and members have no date of one: every run goes through all.
  What was read is known by a hash over its rows; a table whose hash is the same is left as it is.
- `count` is always given: without it everything comes in one answer.
- Oldest first, so that what is added meanwhile comes last; a collection that shrank while it was
  read is read again.
- Pending, qualified, approved and denied are a referral's statuses. `approved` is when the lead
  became a customer, and so its date is that of the conversion.
- A member's external identifier is an account of the CRM if it looks like one. What sort of reward
  it is, and who a member is, is free text there and stays empty here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any

import orjson

from ingestion.basic_auth import BasicCredentials
from ingestion.changes import Cursor, ObjectRead, Visible
from ingestion.http import Answer, HttpClient, Patience, Refused
from ingestion.object_pages import object_pages
from ingestion.sources.referrals.mapping import (
    REFERRALS,
    REFERRERS,
    REWARDS,
    Row,
    name_of,
    text,
    translated,
    within,
)
from ingestion.tables import Table
from sales_metrics.connections import ReferralRockConnection
from sales_metrics.errors import SalesMetricsError

ADDRESS = "https://api.referralrock.com"
PAGE_SIZE = 500

# How often a collection is gone through that shrinks while it is read.
_TRIES = 5
_ACCOUNT = re.compile(r"^001[a-zA-Z0-9]{12}(?:[a-zA-Z0-9]{3})?$")
# .NET's way to write that there is no date.
_NO_DATE = "0001-01-01"

_REFERRAL_STATUSES = {
    "pending": "lead",
    "qualified": "qualified",
    "approved": "approved",
    "denied": "denied",
}
_REWARD_STATUSES = {"pending": "pending", "processing": "processing", "issued": "issued"}
_RECIPIENTS = {"member": "referrer", "referral": "referee"}


def open_api(
    connection: ReferralRockConnection, *, patience: Patience | None = None
) -> ReferralRockApi:
    """The account behind a pair of keys; nothing is asked yet."""
    return ReferralRockApi(connection, patience)


class ReferralRockApi:
    """A referral programme, as the load wants to read it."""

    def __init__(self, connection: ReferralRockConnection, patience: Patience | None) -> None:
        self._client = HttpClient(
            "Referral Rock",
            connection.base_url or ADDRESS,
            BasicCredentials(connection.public_key, connection.private_key),
            patience=patience,
            connections=1,
            explain=_explain,
        )

    def reads(self, remembered: Mapping[str, Cursor], now: datetime) -> Iterable[ObjectRead]:
        """Those tables of which anything has changed."""
        objects: tuple[tuple[Table, Callable[[], list[Row]]], ...] = (
            (REFERRERS, self._members),
            (REFERRALS, lambda: [*map(_referral, self._whole("referrals"))]),
            (REWARDS, lambda: [*map(_reward, self._whole("rewards"))]),
        )
        for table, read in objects:
            rows = read()
            cursor = {"rows": _hash(rows)}
            if remembered.get(table.name) != cursor:
                yield _replaced(table, rows, cursor)

    def check(self) -> Iterable[Visible]:
        """Read one member, referral and reward."""
        for table, items in (
            (REFERRERS, "members"),
            (REFERRALS, "referrals"),
            (REWARDS, "rewards"),
        ):
            try:
                objects, _ = self._page(items, {}, 0, count=1)
            except Refused as refusal:
                yield Visible(table.name, "refused", detail=str(refusal))
                continue
            yield Visible(table.name, "visible", detail="" if objects else "there is none yet")

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _members(self) -> list[Row]:
        """Active and disabled ones: whoever has left referred all the same."""
        found = {
            within(member, "id"): member
            for disabled in ("false", "true")
            for member in self._whole("members", {"showDisabled": disabled})
        }
        return [*map(_referrer, found.values())]

    def _whole(self, items: str, params: Mapping[str, str] | None = None) -> list[Any]:
        for _ in range(_TRIES):
            found: dict[str, Any] = {}
            offset = most = 0
            while True:
                objects, total = self._page(items, params or {}, offset)
                found |= {str(within(thing, "id")): thing for thing in objects}
                most = max(most, total)
                offset += len(objects)
                if not objects or offset >= total:
                    break
            if len(found) >= most:
                return list(found.values())
        raise SalesMetricsError(
            f"Referral Rock's {items} changed each of {_TRIES} times while they were read, so that "
            "some may be missing: nothing is loaded. Run again at a quieter hour."
        )

    def _page(
        self, items: str, params: Mapping[str, str], offset: int, count: int | None = None
    ) -> tuple[list[Any], int]:
        answer = self._client.get_json(
            f"/api/{items}",
            params={
                **params,
                "sort": "Create_Dt_Asc",
                "offset": offset,
                "count": count or PAGE_SIZE,
            },
        )
        objects, total = within(answer, items), within(answer, "total")
        if not isinstance(objects, list) or not isinstance(total, int):
            said = text(within(answer, "message")) or f"no '{items}' and no 'total' are in it"
            raise SalesMetricsError(
                f"Referral Rock's answer to /api/{items} cannot be used "
                f"({self._client.redacted(said)}): nothing is loaded."
            )
        return objects, total


def _replaced(table: Table, rows: list[Row], cursor: Cursor) -> ObjectRead:
    return ObjectRead(table, "replace", lambda: object_pages(rows, table), cursor=lambda: cursor)


def _hash(rows: Iterable[Row]) -> str:
    """One for all rows, in whatever order they came."""
    each = sorted(blake2b(orjson.dumps(row), digest_size=16).digest() for row in rows)
    return blake2b(b"".join(each), digest_size=16).hexdigest()


def _referrer(member: Mapping[str, Any]) -> Row:
    external = (text(within(member, "externalIdentifier")) or "").strip()
    return {
        "referrer_id": text(within(member, "id")),
        "email": text(within(member, "email")),
        "name": name_of(within(member, "firstName"), within(member, "lastName"))
        or text(within(member, "displayName")),
        "kind": None,
        "crm_account_id": external if _ACCOUNT.match(external) else None,
        "code": text(within(member, "referralCode")),
        "joined_at": _date(within(member, "createDt")),
    }


def _referral(referral: Mapping[str, Any]) -> Row:
    return {
        "referral_id": text(within(referral, "id")),
        "referrer_id": text(within(referral, "referringMemberId")),
        "referee_email": text(within(referral, "email")),
        "referee_name": name_of(within(referral, "firstName"), within(referral, "lastName"))
        or text(within(referral, "displayName")),
        "referee_company": text(within(referral, "companyName")),
        "channel": text(within(referral, "source")),
        "status": translated(within(referral, "status"), _REFERRAL_STATUSES),
        "created_at": _date(within(referral, "createDate")),
        "converted_at": _date(within(referral, "approvedDate")),
        "updated_at": _date(within(referral, "updateDate")),
    }


def _reward(reward: Mapping[str, Any]) -> Row:
    return {
        "reward_id": text(within(reward, "id")),
        "referral_id": text(within(reward, "referralId")),
        "recipient": translated(within(reward, "type"), _RECIPIENTS),
        "kind": None,
        "amount": text(within(reward, "amount")),
        "currency": text(within(reward, "currencyCode")),
        "status": translated(within(reward, "status"), _REWARD_STATUSES),
        "created_at": _date(within(reward, "createDate")),
        "issued_at": _date(within(reward, "issueDate")),
    }


def _date(value: Any) -> str | None:
    said = text(value)
    return None if said is None or said.startswith(_NO_DATE) else said


def _explain(answer: Answer) -> str | None:
    if answer.status not in (401, 403):
        return None
    return (
        f"the pair of keys is not accepted (status {answer.status}). Make a new one under "
        "Integrations, and set SALES_REFERRAL_ROCK_PUBLIC_KEY and SALES_REFERRAL_ROCK_PRIVATE_KEY."
    )
