"""How a source is asked over HTTP: once, and again when it was busy or the answer broke off.

What is asked, what the answer means and which refusals have a remedy belongs to
`sources/<source>/`. No secret is in any message, and none leaves for another host: redirects are
not followed.
"""

from __future__ import annotations

import email.utils
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx
import orjson
import tenacity
from pydantic import SecretStr

from sales_metrics.addresses import checked_address, is_loopback
from sales_metrics.errors import SalesMetricsError

_LONGEST_EXCERPT = 300
_SUCCESS = range(200, 300)


@dataclass(frozen=True)
class Patience:
    """How often a request is tried, and how long is waited between (seconds).

    Delays double from `first_delay` to `longest_delay`, each with chance in it. A source that names
    its own (Retry-After) is obeyed up to `longest_wait`, and given up on beyond.
    """

    attempts: int = 7
    first_delay: float = 1.0
    longest_delay: float = 60.0
    longest_wait: float = 300.0
    timeout: float = 120.0
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Answer:
    """A whole answer; header names in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON. One that is none broke off: the request is made again."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            raise AskAgain("the answer is no JSON, as if it broke off") from None


class AskAgain(Exception):  # noqa: N818 (it asks for something)
    """What an answer's reader raises when the request should be made again, with the reason."""


class Refused(SalesMetricsError):  # noqa: N818 (named for what happened)
    """An answer that says no, after whatever could be tried; the sentence says what and where.

    `answer` is there for those who know a remedy; it is no part of the message.
    """

    def __init__(self, sentence: str, answer: Answer) -> None:
        super().__init__(sentence)
        self.answer = answer

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.answer.status


class Unreachable(SalesMetricsError):  # noqa: N818 (named for what happened)
    """No whole answer came, as often as it was tried."""


class Credentials(Protocol):
    """The headers that let a request in."""

    def headers(self) -> Mapping[str, str]:
        """What to send; called for each request, perhaps by several threads at once."""

    def renew(self, refused: Mapping[str, str]) -> bool:
        """After 401: get others than those that were `refused`; False where there are none."""

    def secrets(self) -> Collection[SecretStr]:
        """All that no message may contain."""


class HeaderCredentials:
    """Headers that stay the same: `{"Authorization": ("Bearer ", token)}`."""

    def __init__(self, **headers: tuple[str, SecretStr]) -> None:
        self._headers = {name.replace("_", "-"): pair for name, pair in headers.items()}

    def headers(self) -> Mapping[str, str]:
        """Prefix and secret."""
        return {
            name: prefix + secret.get_secret_value()
            for name, (prefix, secret) in self._headers.items()
        }

    def renew(self, refused: Mapping[str, str]) -> bool:
        """There are no others."""
        return False

    def secrets(self) -> Collection[SecretStr]:
        """Each header's."""
        return [secret for _, secret in self._headers.values()]


class NoCredentials(HeaderCredentials):
    """For requests that carry their secret in the form, as asking for a token does."""

    def __init__(self, *secrets: SecretStr) -> None:
        super().__init__()
        self._unprinted = secrets

    def secrets(self) -> Collection[SecretStr]:
        """Those that stand in the forms."""
        return self._unprinted


class HttpClient:
    """One service at one address; safe to use from several threads.

    `service` is how messages call it. `explain` turns an answer that refuses into what a person
    should do, or None. Raises SalesMetricsError for an address that secrets may not be sent to.
    """

    def __init__(
        self,
        service: str,
        base_url: str,
        credentials: Credentials,
        *,
        patience: Patience | None = None,
        connections: int = 8,
        explain: Callable[[Answer], str | None] = lambda _answer: None,
    ) -> None:
        self.service = service
        self.credentials = credentials
        self._patience = patience or Patience()
        self._explain = explain
        try:
            self.base_url = checked_address(base_url)
        except ValueError as problem:
            raise SalesMetricsError(
                f"The address of {service} cannot be used: {problem}."
            ) from problem
        on_this_machine = is_loopback(urlsplit(self.base_url).hostname or "")
        self._client = httpx.Client(
            timeout=httpx.Timeout(self._patience.timeout, connect=15.0),
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            # Proxies from the environment, but not for this machine.
            trust_env=not on_this_machine,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get_json(self, path: str, *, params: Mapping[str, Any] | None = None) -> Any:
        """The JSON that a GET answers."""
        return self.request("GET", path, params=params, read=Answer.json)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accepted: Collection[int] = _SUCCESS,
        read: Callable[[Answer], Any] = lambda answer: answer,
    ) -> Any:
        """What `read` makes of the answer; it may raise AskAgain, and is then called again.

        429, 5xx, time-outs and bodies that break off are tried again with delays; 401 once, with
        new credentials. Raises Refused for any other status that is not among `accepted`, and
        Unreachable.
        """
        place = f"{method} {urlsplit(self.base_url).hostname}{urlsplit(path).path}"
        target = path if path.startswith(("http://", "https://")) else f"{self.base_url}{path}"
        if not self._is_here(target):
            raise SalesMetricsError(
                f"{self.service} names an address on another host ({urlsplit(target).hostname}): "
                "no secret is sent there. If it is right, set the source's base URL to it."
            )
        renewed = False

        def attempt() -> Any:
            nonlocal renewed
            sent = self.credentials.headers()
            answer = self._send(
                method,
                target,
                params=params,
                content=None if json is None else orjson.dumps(json),
                data=form,
                headers={
                    **sent,
                    **({} if json is None else {"Content-Type": "application/json"}),
                    **(headers or {}),
                },
            )
            if answer.status == 401 and not renewed:
                renewed = True
                if self.credentials.renew(sent):
                    return attempt()
            if answer.status == 429 or (answer.status >= 500 and answer.status not in accepted):
                raise _Busy(answer)
            if answer.status not in accepted:
                raise Refused(self._sentence(answer, place), answer)
            return read(answer)

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type((_Busy, _Broken, AskAgain)),
            stop=tenacity.stop_after_attempt(self._patience.attempts),
            wait=self._delay,
            sleep=self._patience.sleep,
            reraise=True,
        )
        try:
            return retrying(attempt)
        except _Busy as busy:
            raise Refused(self._sentence(busy.answer, place), busy.answer) from None
        except (_Broken, AskAgain) as broken:
            raise Unreachable(
                f"{self.service} cannot be read ({place}): {self.redacted(str(broken))}. "
                f"It was tried {self._patience.attempts} times; run again later."
            ) from None

    def redacted(self, text: str) -> str:
        """The text without any of this client's secrets."""
        for secret in self.credentials.secrets():
            if value := secret.get_secret_value():
                text = text.replace(value, "***")
        return text

    def _send(self, method: str, target: str, **arguments: Any) -> Answer:
        try:
            response = self._client.request(method, target, **arguments)
        except httpx.TimeoutException:
            raise _Broken("no answer came in time") from None
        except httpx.LocalProtocolError:
            # Its words hold the header that cannot be sent: the secret.
            raise SalesMetricsError(
                f"{self.service} cannot be asked: a header that lets us in cannot be sent. Check "
                "the characters of its secret."
            ) from None
        except (httpx.TransportError, httpx.DecodingError) as problem:
            raise _Broken(str(problem) or type(problem).__name__) from None
        return Answer(response.status_code, response.headers, response.content)

    def _is_here(self, target: str) -> bool:
        """Whether an address that the service gave is one that our secrets belong to."""
        here, there = urlsplit(self.base_url), urlsplit(target)
        return (here.scheme, here.netloc) == (there.scheme, there.netloc)

    def _delay(self, state: tenacity.RetryCallState) -> float:
        problem = state.outcome.exception() if state.outcome else None
        if isinstance(problem, _Busy):
            named = _retry_after(problem.answer)
            if named is not None:
                if named > self._patience.longest_wait:
                    raise problem
                return named
        backing_off = tenacity.wait_random_exponential(
            multiplier=self._patience.first_delay,
            max=self._patience.longest_delay,
            min=self._patience.first_delay / 2,
        )
        return backing_off(state)

    def _sentence(self, answer: Answer, place: str) -> str:
        explained = self._explain(answer)
        if explained is None:
            excerpt = " ".join(answer.body[:_LONGEST_EXCERPT].decode("utf-8", "replace").split())
            told = f": {excerpt}" if excerpt else ""
            explained = f"{place} answered {answer.status}{told}"
            if wait := answer.headers.get("Retry-After"):
                explained += f" (it asks to wait {wait})"
        return self.redacted(f"{self.service}: {explained}")


class _Busy(Exception):  # noqa: N818 (named for what happened)
    """The service asks for patience, or has broken down."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class _Broken(Exception):  # noqa: N818 (named for what happened)
    """No whole answer came."""


def _retry_after(answer: Answer) -> float | None:
    """Seconds to wait, which a service may name as a number or as an instant."""
    named = answer.headers.get("Retry-After", "").strip()
    if not named:
        return None
    try:
        return max(0.0, float(named))
    except ValueError:
        pass
    try:
        instant = email.utils.parsedate_to_datetime(named)
    except ValueError:
        return None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return max(0.0, (instant - datetime.now(UTC)).total_seconds())
