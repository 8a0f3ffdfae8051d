"""A Salesforce organisation as it is asked: address, version, daily allowance, refusals in words.

Which queries are made belongs to `query.py` and what it stands on.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from ingestion.http import Answer, HttpClient, Patience, Refused
from ingestion.sources.salesforce.auth import Login
from sales_metrics.connections import SalesforceConnection
from sales_metrics.errors import SalesMetricsError

_USAGE = re.compile(r"(?<![\w-])api-usage=(\d+)/(\d+)")
_OK = range(200, 300)
# Pages that are fetched at the same time; each is held in memory until its turn.
PARALLEL_PAGES = 3


@dataclass(frozen=True)
class Problem:
    """An error as Salesforce names it."""

    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.code else self.message


class Org:
    """One organisation, logged in to when it is first asked something."""

    def __init__(self, connection: SalesforceConnection, patience: Patience | None = None) -> None:
        self._connection = connection
        self._patience = patience or Patience()
        self._login = Login(connection, self._patience)
        self._http: HttpClient | None = None
        self._lock = threading.Lock()
        self._clock: datetime | None = None
        version = connection.api_version.strip().removeprefix("v")
        if not re.fullmatch(r"\d{2,3}(\.\d)?", version):
            raise SalesMetricsError(
                f"SALES_SALESFORCE_API_VERSION is {connection.api_version!r}: it must be a version "
                "such as 62.0."
            )
        self.version = float(version)
        self.data = f"/services/data/v{self.version:.1f}"
        # Set when Salesforce says that today's allocation of bulk queries is used up.
        self.bulk_exhausted = False

    def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            self._http.close()

    def sleep(self, seconds: float) -> None:
        """Wait, as everything here waits."""
        self._patience.sleep(seconds)

    def not_after(self, now: datetime) -> datetime:
        """`now`, unless Salesforce's clock is behind ours: then its own.

        Rows carry Salesforce's time; a window that ends in its future would skip some for ever.
        """
        self._client()
        return now if self._clock is None else min(now, self._clock)

    def get_json(self, path: str, *, params: dict[str, Any] | None = None) -> Any:
        """The JSON that a GET answers; `path` is absolute, as Salesforce's own links are."""
        return self.ask("GET", path, params=params, read=Answer.json)

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, Any] | None = None,
        json: Any = None,
        accepted: Collection[int] = _OK,
        read: Callable[[Answer], Any] = lambda answer: answer,
    ) -> Any:
        """Ask, and look at what is left of the day's requests before the answer is used."""

        def counted(answer: Answer) -> Any:
            self._check_allowance(answer)
            return read(answer)

        return self._client().request(
            method, path, params=params, json=json, accepted=accepted, read=counted
        )

    def clean_up(self, method: str, path: str, *, json: Any = None) -> None:
        """Ask for something that is good manners and nothing else: whether it works is no matter.

        The day's allowance is not looked at: leaving jobs behind would use more of it.
        """
        try:
            self._client().request(method, path, json=json)
        except SalesMetricsError:
            return

    def _client(self) -> HttpClient:
        with self._lock:
            if self._http is None:
                self._http = HttpClient(
                    "Salesforce",
                    self._connection.base_url or self._login.instance_url,
                    self._login,
                    patience=self._patience,
                    connections=PARALLEL_PAGES + 1,
                    explain=_explain,
                )
                # The first answer also tells Salesforce's time; it counts towards no limit.
                self._http.request("GET", "/services/data", read=self._note_clock)
            return self._http

    def _note_clock(self, answer: Answer) -> None:
        try:
            told = parsedate_to_datetime(answer.headers.get("Date", ""))
        except ValueError:
            return
        self._clock = told if told.tzinfo else told.replace(tzinfo=UTC)

    def _check_allowance(self, answer: Answer) -> None:
        usage = _USAGE.search(answer.headers.get("Sforce-Limit-Info", ""))
        if usage is None:
            return
        used, allowed = int(usage[1]), int(usage[2])
        share = self._connection.api_share
        if allowed and used >= share * allowed:
            raise SalesMetricsError(
                f"Salesforce: {used:,} of the organisation's {allowed:,} API requests of these "
                f"24 hours are used, and reading stops at {share:.0%} of them, so that some are "
                "left for others. Nothing was loaded, and the next run goes on where the last one "
                "ended: run again later, or raise the share."
            )


def problems(answer: Answer) -> list[Problem]:
    """The errors in a refusal."""
    try:
        told = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return []
    found = told if isinstance(told, list) else [told]
    return [
        Problem(str(one.get("errorCode", "")), str(one.get("message", "")))
        for one in found
        if isinstance(one, dict)
    ]


def first_problem(refused: Refused) -> Problem:
    """The first error of a refusal, or its own sentence."""
    found = problems(refused.answer)
    return found[0] if found else Problem("", str(refused))


_ADVICE = {
    "REQUEST_LIMIT_EXCEEDED": "Nothing was loaded, and the next run goes on where the last one "
    "ended: run again later.",
    "INVALID_SESSION_ID": "A new log-in did not help: may the app's user use the API?",
    "API_DISABLED_FOR_ORG": "The organisation's edition, or the user's profile, has no API.",
    "API_CURRENTLY_DISABLED": "Give the user the permission 'API Enabled'.",
}


def _explain(answer: Answer) -> str | None:
    found = problems(answer)
    if not found:
        return None
    told = "; ".join(str(problem).rstrip(".") for problem in found)
    return f"{told}. {_ADVICE.get(found[0].code, '')}".rstrip()
