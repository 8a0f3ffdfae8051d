"""Rewardful by its REST API v1, mapped onto the canonical tables.

Documented endpoints used, all read only: `/affiliates` (with `links`), `/referrals` (with
`affiliate`, `updated_since`, `updated_until`), `/commissions` (with `sale`). A page holds 100, and
45 requests in 30 seconds are answered.

- Affiliates and commissions cannot be asked for by change: they are read whole.
- Referrals are asked for by closed windows of `updated_at`. They come newest first by creation, so
  one that is updated meanwhile leaves its window, and all behind it move up, over a page's edge: a
  window that lost or won one while it was read is read again, in halves.
- A referral is a visitor, a lead or a conversion; a commission is pending, due, paid or voided.
- Rewardful does not say whether an affiliate is an employee or a partner, nor which account of the
  CRM is theirs; those cells stay empty, and the account is found by the address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import orjson
from pydantic import SecretStr

from ingestion.basic_auth import BasicCredentials
from ingestion.changes import Cursor, ObjectRead, Visible
from ingestion.http import Answer, HttpClient, Patience, Refused
from ingestion.object_pages import object_pages
from ingestion.pace import Pace
from ingestion.sources.referrals.mapping import (
    REFERRALS,
    REFERRERS,
    REWARDS,
    Row,
    name_of,
    text,
    translated,
    whole_units,
    within,
)
from ingestion.tables import Table
from sales_metrics.connections import RewardfulConnection
from sales_metrics.errors import SalesMetricsError

ADDRESS = "https://api.getrewardful.com/v1"
PAGE_SIZE = 100
# A little below what Rewardful answers: others may use the secret, too.
REQUESTS_IN_SECONDS = (40, 30.0)
# Larger windows are halved before they are read: so many rows are held at once.
LARGEST_WINDOW = 5000
# Updates that can still surface below the cursor are read again.
OVERLAP = timedelta(minutes=10)
# Before there was Rewardful.
BEGINNING = datetime(2015, 1, 1, tzinfo=UTC)

_SECOND = timedelta(seconds=1)
# How often something is gone through that changes while it is read.
_TRIES = 5

_REFERRAL_STATUSES = {"visitor": "visited", "lead": "lead", "conversion": "converted"}
_COMMISSION_STATUSES = {
    "pending": "pending",
    "due": "eligible",
    "paid": "issued",
    "voided": "void",
}


def open_api(connection: RewardfulConnection, *, patience: Patience | None = None) -> RewardfulApi:
    """The company behind a secret; nothing is asked yet."""
    return RewardfulApi(connection, patience)


class RewardfulApi:
    """A referral programme, as the load wants to read it."""

    def __init__(self, connection: RewardfulConnection, patience: Patience | None) -> None:
        patience = patience or Patience()
        self._pace = Pace(*REQUESTS_IN_SECONDS, sleep=patience.sleep)
        self._client = HttpClient(
            "Rewardful",
            connection.base_url or ADDRESS,
            BasicCredentials(connection.api_secret, SecretStr("")),
            patience=patience,
            connections=1,
            explain=_explain,
        )

    def reads(self, remembered: Mapping[str, Cursor], now: datetime) -> Iterable[ObjectRead]:
        """Affiliates and commissions anew, of the referrals what changed."""
        yield ObjectRead(
            REFERRERS,
            "replace",
            lambda: object_pages(map(_referrer, self._affiliates()), REFERRERS),
        )
        until = remembered.get(REFERRALS.name, {}).get("updated_until")
        start = datetime.fromisoformat(until) - OVERLAP if until else BEGINNING
        changed = partial(self._changed, start, now)
        yield ObjectRead(
            REFERRALS,
            "merge",
            lambda: object_pages(map(_referral, changed()), REFERRALS),
            cursor=lambda: {"updated_until": now.astimezone(UTC).isoformat()},
        )
        yield ObjectRead(
            REWARDS, "replace", lambda: object_pages(map(_reward, self._commissions()), REWARDS)
        )

    def check(self) -> Iterable[Visible]:
        """Read one affiliate, referral and commission."""
        paths = (
            (REFERRERS, "/affiliates"),
            (REFERRALS, "/referrals"),
            (REWARDS, "/commissions"),
        )
        for table, path in paths:
            yield self._visible(table, path)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _affiliates(self) -> list[dict[str, Any]]:
        return self._whole("/affiliates", {"expand[]": "links"})

    def _commissions(self) -> list[dict[str, Any]]:
        return self._whole("/commissions", {"expand[]": "sale"})

    def _whole(self, path: str, params: Mapping[str, str]) -> list[dict[str, Any]]:
        """All there is. New ones come first and push the others on, which loses none."""
        for _ in range(_TRIES):
            found, counts = self._gone_through(path, params)
            if counts[-1] >= counts[0] and len(found) >= counts[0]:
                return list(found.values())
        raise _restless(path)

    def _changed(self, start: datetime, end: datetime) -> Iterator[dict[str, Any]]:
        """The referrals updated from `start` until before `end`, each once."""
        first = self._page("/referrals", self._window(start, end), 1)
        if _count(first) > LARGEST_WINDOW and end - start > _SECOND:
            yield from self._halves(start, end)
            return
        for _ in range(_TRIES):
            found, counts = self._gone_through("/referrals", self._window(start, end), first)
            if len(set(counts)) == 1 and len(found) == counts[0]:
                yield from (
                    referral for referral in found.values() if _is_within(referral, start, end)
                )
                return
            if end - start > _SECOND:
                yield from self._halves(start, end)
                return
            first = self._page("/referrals", self._window(start, end), 1)
        raise _restless("/referrals")

    def _halves(self, start: datetime, end: datetime) -> Iterator[dict[str, Any]]:
        middle = start + (end - start) / 2
        yield from self._changed(start, middle)
        yield from self._changed(middle, end)

    @staticmethod
    def _window(start: datetime, end: datetime) -> dict[str, str]:
        """Asked for a little wider: whether the edges belong to it is not documented."""
        return {
            "expand[]": "affiliate",
            "updated_since": _text(start - _SECOND),
            "updated_until": _text(end + _SECOND),
        }

    def _gone_through(
        self, path: str, params: Mapping[str, str], first: Any = None
    ) -> tuple[dict[str, dict[str, Any]], list[int]]:
        """Everything by id, and how many there were to be, page by page."""
        found: dict[str, dict[str, Any]] = {}
        counts: list[int] = []
        number: Any = 1
        while number:
            page = first if number == 1 and first else self._page(path, params, number)
            counts.append(_count(page))
            for record in page["data"]:
                found[str(within(record, "id"))] = record
            number = within(page, "pagination", "next_page")
        return found, counts

    def _page(self, path: str, params: Mapping[str, str], number: int) -> Any:
        self._pace.wait()
        page = self._client.get_json(path, params={**params, "limit": PAGE_SIZE, "page": number})
        if not isinstance(within(page, "data"), list) or within(page, "pagination") is None:
            raise SalesMetricsError(
                f"Rewardful answered {path} without 'data' and 'pagination', which its API is "
                "documented to give: nothing is loaded."
            )
        return page

    def _visible(self, table: Table, path: str) -> Visible:
        try:
            page = self._client.get_json(path, params={"limit": 1})
        except Refused as refusal:
            return Visible(table.name, "refused", detail=str(refusal))
        return Visible(table.name, "visible", detail="" if page["data"] else "there is none yet")


def _referrer(affiliate: Mapping[str, Any]) -> Row:
    links = within(affiliate, "links")
    return {
        "referrer_id": text(within(affiliate, "id")),
        "email": text(within(affiliate, "email")),
        "name": name_of(within(affiliate, "first_name"), within(affiliate, "last_name")),
        # Who is rewarded with credit on their own bills is a customer.
        "kind": "customer" if within(affiliate, "stripe_customer_id") else None,
        "crm_account_id": None,
        "code": text(within(links[0], "token")) if isinstance(links, list) and links else None,
        "joined_at": text(within(affiliate, "created_at")),
    }


def _referral(referral: Mapping[str, Any]) -> Row:
    channel = next((name for name in ("link", "coupon") if within(referral, name)), None)
    return {
        "referral_id": text(within(referral, "id")),
        "referrer_id": text(within(referral, "affiliate", "id")),
        "referee_email": text(within(referral, "customer", "email")),
        "referee_name": text(within(referral, "customer", "name")),
        "referee_company": None,
        "channel": channel,
        "status": translated(within(referral, "conversion_state"), _REFERRAL_STATUSES),
        "created_at": text(within(referral, "created_at")),
        "converted_at": text(within(referral, "became_conversion_at")),
        "updated_at": text(within(referral, "updated_at")),
    }


def _reward(commission: Mapping[str, Any]) -> Row:
    currency = within(commission, "currency")
    return {
        "reward_id": text(within(commission, "id")),
        "referral_id": text(within(commission, "sale", "referral", "id")),
        "recipient": "referrer",
        "kind": "commission",
        "amount": whole_units(within(commission, "amount"), currency),
        "currency": text(currency),
        "status": translated(within(commission, "state"), _COMMISSION_STATUSES),
        "created_at": text(within(commission, "created_at")),
        "issued_at": text(within(commission, "paid_at")),
    }


def _is_within(referral: Any, start: datetime, end: datetime) -> bool:
    """One that left the window meanwhile is in a later one, or in the next run's."""
    updated = text(within(referral, "updated_at"))
    try:
        at = datetime.fromisoformat(updated or "")
    except ValueError:
        # The typing says what is wrong with it.
        return True
    return start <= (at if at.tzinfo else at.replace(tzinfo=UTC)) < end


def _count(page: Any) -> int:
    return int(within(page, "pagination", "total_count") or 0)


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds")


def _restless(path: str) -> SalesMetricsError:
    return SalesMetricsError(
        f"Rewardful's {path} changed each of {_TRIES} times while it was read, so that some may "
        "be missing: nothing is loaded. Run again at a quieter hour."
    )


def _explain(answer: Answer) -> str | None:
    if answer.status != 401:
        return None
    try:
        said = text(within(orjson.loads(answer.body), "error"))
    except orjson.JSONDecodeError:
        said = None
    return (
        f"the API secret is not accepted ({(said or 'status 401').rstrip('.')}). "
        "Copy it from the company's settings to SALES_REWARDFUL_API_SECRET."
    )
