"""Badger Maps by its API 2.

Documented endpoints used, all read only: `GET /customers/` (ids and names), `GET /customers/{id}/`,
`GET /appointments/?customer_id={id}` (the check-ins of a customer). A team may ask 25,000 times a
day.

- Check-ins cannot be asked for by date. Each run asks for every customer that the token's user
  sees, and for the check-ins of those whose `last_checkin_date` is another than in the run before.
  A day may go on after it was read, in whatever time zone: two days are read again.
- A customer whose `last_checkin_date` is not told is asked for check-ins in every run.
- A check-in's own id in the CRM may be that of an activity. What is loaded is the account, lead or
  contact: the check-in's, if it is one, else the customer's.
- A check-in that was deleted stays: nothing says that it went.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import orjson

from ingestion.changes import Cursor, ObjectRead, Page, Visible
from ingestion.http import Answer, HeaderCredentials, HttpClient, Patience, Refused
from ingestion.in_order import in_order
from ingestion.object_pages import object_pages
from ingestion.sources.badger.tables import TABLES
from sales_metrics.connections import BadgerConnection
from sales_metrics.errors import SalesMetricsError

ADDRESS = "https://badgerapis.badgermapping.com/api/2"
CONNECTIONS = 4
REQUESTS_A_DAY = 25_000
# A last check-in this young may not have been the day's last when it was read.
UNSETTLED = timedelta(days=2)

(CHECK_INS,) = TABLES
# How the ids of accounts, contacts and leads begin.
_CRM_RECORD = re.compile(r"^\s*(?:001|003|00Q)[a-zA-Z0-9]{12}(?:[a-zA-Z0-9]{3})?\s*$")

Record = dict[str, Any]


def open_api(connection: BadgerConnection, *, patience: Patience | None = None) -> BadgerApi:
    """What a token's user sees; nothing is asked yet."""
    return BadgerApi(connection, patience)


class BadgerApi:
    """The check-ins of a team, as the load wants to read them."""

    def __init__(self, connection: BadgerConnection, patience: Patience | None) -> None:
        self._client = HttpClient(
            "Badger Maps",
            connection.base_url or ADDRESS,
            HeaderCredentials(Authorization=("Token ", connection.token)),
            patience=patience,
            connections=CONNECTIONS,
            explain=_explain,
        )
        self._pool = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="badger")

    def reads(self, remembered: Mapping[str, Cursor], now: datetime) -> Iterable[ObjectRead]:
        """The check-ins of customers who had any since the run before."""
        before: Cursor = remembered.get(CHECK_INS.name, {})
        last_dates: dict[str, str | None] = {}
        read = ObjectRead(CHECK_INS, "merge", lambda: iter(()))

        def pages() -> Iterator[Page]:
            ids = self._customer_ids()
            if len(ids) > REQUESTS_A_DAY * 0.8:
                read.warnings.append(
                    f"Badger Maps has {len(ids):,} customers, each of which is asked for in every "
                    f"run: a team may ask {REQUESTS_A_DAY:,} times a day"
                )
            yield from object_pages(self._check_ins(ids, before, last_dates), CHECK_INS)

        read.pages = pages
        read.cursor = lambda: {"read_on": now.date().isoformat(), "last_checkin": last_dates}
        yield read

    def check(self) -> Iterable[Visible]:
        """Read the first customer and their check-ins."""
        try:
            ids = self._customer_ids()
            found = self._of_customer(ids[0], {})[1] if ids else []
        except Refused as refusal:
            yield Visible(CHECK_INS.name, "refused", detail=str(refusal))
            return
        said = "" if found else "the first customer has none" if ids else "there is no customer yet"
        yield Visible(CHECK_INS.name, "visible", detail=said)

    def close(self) -> None:
        """Let go of threads and connections."""
        self._pool.shutdown(cancel_futures=True)
        self._client.close()

    def _customer_ids(self) -> list[str]:
        customers = self._client.get_json("/customers/")
        if not isinstance(customers, list):
            raise SalesMetricsError(
                "Badger Maps answered /customers/ without a list, which its API is documented to "
                "give: nothing is loaded."
            )
        return [str(customer["id"]) for customer in customers]

    def _check_ins(
        self, ids: Iterable[str], before: Cursor, last_dates: dict[str, str | None]
    ) -> Iterator[Record]:
        calls = (partial(self._of_customer, number, before) for number in ids)
        for customer, check_ins in in_order(self._pool, calls, CONNECTIONS):
            if customer is None:
                continue
            if "last_checkin_date" in customer:
                last_dates[str(customer["id"])] = customer["last_checkin_date"]
            for check_in in check_ins:
                yield _row(check_in, customer)

    def _of_customer(self, number: str, before: Cursor) -> tuple[Record | None, list[Any]]:
        """A customer and, if there may be new ones, their check-ins; none who is gone meanwhile."""
        customer = self._record(f"/customers/{number}/")
        if not isinstance(customer, dict) or not _may_have_new(customer, before):
            return customer, []
        found = self._record("/appointments/", customer_id=number)
        if not isinstance(found, list | None):
            raise SalesMetricsError(
                "Badger Maps answered /appointments/ without a list, which its API is documented "
                "to give: nothing is loaded."
            )
        return customer, found or []

    def _record(self, path: str, **params: str) -> Any:
        return self._client.request(
            "GET",
            path,
            params=params,
            accepted=(200, 404),
            read=lambda answer: None if answer.status == 404 else answer.json(),
        )


def _may_have_new(customer: Record, before: Cursor) -> bool:
    if "last_checkin_date" not in customer:
        return True
    last = customer["last_checkin_date"]
    if last is None or last == "":
        return False
    known = before.get("last_checkin", {}).get(str(customer["id"]))
    if last != known:
        return True
    day, read_on = _day(last), _day(before.get("read_on"))
    return day is None or read_on is None or day > read_on - UNSETTLED


def _row(check_in: Any, customer: Record) -> Any:
    if not isinstance(check_in, dict):
        return check_in
    own, theirs = check_in.get("crm_id"), customer.get("crm_id")
    return {
        "check_in_id": check_in.get("id"),
        "customer_id": check_in.get("customer", customer.get("id")),
        "crm_id": own if own and _CRM_RECORD.match(str(own)) else theirs,
        "customer": customer.get("full_name") or customer.get("last_name"),
        "log_datetime": check_in.get("log_datetime"),
        "type": check_in.get("type"),
        "comments": check_in.get("comments"),
        "created_by": check_in.get("created_by"),
    }


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _explain(answer: Answer) -> str | None:
    if answer.status not in (401, 403):
        return None
    try:
        content = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        content = None
    said = content.get("detail") if isinstance(content, dict) else None
    return (
        f"the token is not accepted ({str(said or f'status {answer.status}').rstrip('.')}). "
        "Badger Maps' support switches API access on; set SALES_BADGER_TOKEN to the key."
    )
