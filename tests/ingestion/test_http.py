"""How requests are made again, given up, and never tell a secret."""

import logging
import time
import traceback
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pydantic import SecretStr

from ingestion.http import (
    Answer,
    AskAgain,
    HeaderCredentials,
    HttpClient,
    Patience,
    Refused,
    Unreachable,
)
from sales_metrics.errors import SalesMetricsError
from tests.ingestion.servers.local import LocalServer, Reply, Request

HUSH = SecretStr("hush-4711")


class Echo(LocalServer):
    """Answers what it was asked."""

    def answer(self, request: Request) -> Reply:
        return Reply({"path": request.path, "query": dict(request.query)})


@pytest.fixture
def server() -> Iterator[Echo]:
    with Echo() as echo:
        yield echo  # type: ignore[misc]


class Waits:
    """Delays that are remembered, not slept."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def waits() -> Waits:
    return Waits()


def client_of(server: LocalServer, waits: Waits, **options: object) -> HttpClient:
    credentials = HeaderCredentials(Authorization=("Bearer ", HUSH))
    patience = Patience(attempts=4, timeout=0.3, sleep=waits)
    return HttpClient("Acme", server.url, credentials, patience=patience, **options)  # type: ignore[arg-type]


def test_a_request_carries_parameters_and_secret(server: Echo, waits: Waits) -> None:
    answer = client_of(server, waits).get_json("/things", params={"page": 2})
    assert answer == {"path": "/things", "query": {"page": "2"}}
    assert server.requests[0].headers["Authorization"] == "Bearer hush-4711"


@pytest.mark.parametrize(
    "fault",
    [
        Reply("busy", 429),
        Reply("broken", 500),
        Reply("away", 503),
        Reply(cut=True),
        Reply(b'{"path": "/thi'),
    ],
    ids=["429", "500", "503", "cut off", "half an object"],
)
def test_what_passes_is_asked_again(server: Echo, waits: Waits, fault: Reply) -> None:
    server.faults.extend([fault, fault])
    assert client_of(server, waits).get_json("/things")["path"] == "/things"
    assert len(server.requests) == 3
    assert len(waits.seconds) == 2


def test_what_takes_too_long_is_asked_again(server: Echo, waits: Waits) -> None:
    server.delay = 0.6
    with pytest.raises(Unreachable, match=r"Acme cannot be read .GET 127.0.0.1/things.: no answer"):
        client_of(server, waits).get_json("/things")
    assert len(server.requests) == 4


def test_delays_grow_and_have_chance_in_them(server: Echo, waits: Waits) -> None:
    for _ in range(10):
        server.faults.extend([Reply(status=503)] * 3)
        client_of(server, waits).get_json("/things")
    tries = [waits.seconds[start::3] for start in range(3)]
    assert all(0.5 <= seconds <= bound for seconds, bound in zip(tries[0], [1] * 10, strict=True))
    assert max(tries[2]) <= 4
    assert max(tries[2]) > max(tries[0])
    assert len(set(tries[2])) == 10


def test_a_named_delay_is_obeyed_as_seconds_and_as_an_instant(server: Echo, waits: Waits) -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    for named in ("7", at):
        server.faults.append(Reply(status=429, headers={"Retry-After": named}))
    client_of(server, waits).get_json("/things")
    assert waits.seconds[0] == 7
    assert 80 < waits.seconds[1] <= 90


def test_a_named_delay_that_is_too_long_is_told(server: Echo, waits: Waits) -> None:
    server.faults.append(Reply(status=429, headers={"Retry-After": "3600"}))
    with pytest.raises(Refused, match=r"Acme: .* answered 429 .it asks to wait 3600.") as caught:
        client_of(server, waits).get_json("/things")
    assert caught.value.status == 429
    assert waits.seconds == []


def test_what_stays_broken_is_told_with_its_words(server: Echo, waits: Waits) -> None:
    server.faults.extend([Reply({"why": "maintenance"}, 503)] * 9)
    with pytest.raises(Refused, match=r"GET 127.0.0.1/things answered 503: {\"why\": \"mainten"):
        client_of(server, waits).get_json("/things")
    assert len(server.requests) == 4


def test_a_refusal_is_not_asked_again(server: Echo, waits: Waits) -> None:
    server.faults.append(Reply([{"errorCode": "INVALID_FIELD"}], 400))
    with pytest.raises(Refused) as caught:
        client_of(server, waits).get_json("/things")
    assert caught.value.answer.json() == [{"errorCode": "INVALID_FIELD"}]
    assert len(server.requests) == 1


def test_a_source_may_explain_a_refusal_or_accept_it(server: Echo, waits: Waits) -> None:
    server.faults.extend([Reply(status=403), Reply(status=404)])
    client = client_of(server, waits, explain=lambda answer: f"give it rights ({answer.status})")
    with pytest.raises(Refused, match=r"^Acme: give it rights .403.$"):
        client.get_json("/things")
    answer = client.request("GET", "/things", accepted=(200, 404))
    assert answer.status == 404


def test_a_reader_may_have_a_page_asked_for_again(server: Echo, waits: Waits) -> None:
    seen: list[Answer] = []

    def read(answer: Answer) -> int:
        seen.append(answer)
        if len(seen) < 3:
            raise AskAgain("the page has 4 rows of 5")
        return len(seen)

    assert client_of(server, waits).request("GET", "/things", read=read) == 3
    seen.clear()

    def never_whole(answer: Answer) -> None:
        seen.append(answer)
        raise AskAgain("the page has 4 rows of 5")

    with pytest.raises(Unreachable, match=r"the page has 4 rows of 5\. It was tried 4 times"):
        client_of(server, waits).request("GET", "/things", read=never_whole)
    assert len(seen) == 4


class Expiring:
    """A token that a fresh one can replace once."""

    def __init__(self) -> None:
        self.token = SecretStr("hush-old")
        self.renewed: list[Mapping[str, str]] = []

    def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token.get_secret_value()}"}

    def renew(self, refused: Mapping[str, str]) -> bool:
        self.renewed.append(refused)
        self.token = SecretStr("hush-new")
        return True

    def secrets(self) -> Collection[SecretStr]:
        return [self.token]


def test_after_401_new_credentials_are_tried_once(server: Echo, waits: Waits) -> None:
    credentials = Expiring()
    client = HttpClient("Acme", server.url, credentials, patience=Patience(sleep=waits))
    server.faults.append(Reply(status=401))
    assert client.get_json("/things")["path"] == "/things"
    assert credentials.renewed == [{"Authorization": "Bearer hush-old"}]
    assert [r.headers["Authorization"] for r in server.requests] == [
        "Bearer hush-old",
        "Bearer hush-new",
    ]
    server.faults.extend([Reply(status=401)] * 2)
    with pytest.raises(Refused, match="answered 401"):
        client.get_json("/things")
    assert len(credentials.renewed) == 2


def test_secrets_are_not_sent_elsewhere(server: Echo, waits: Waits) -> None:
    client = client_of(server, waits)
    for address in ("https://elsewhere.example/x", "http://127.0.0.1:1/x"):
        with pytest.raises(SalesMetricsError, match="names an address on another host"):
            client.get_json(address)
    assert server.requests == []
    server.faults.append(Reply(status=302, headers={"Location": f"{server.url}/stolen"}))
    with pytest.raises(Refused, match="answered 302"):
        client.get_json("/things")
    assert len(server.requests) == 1
    assert client.get_json(f"{server.url}/next")["path"] == "/next"


def test_plain_http_is_refused(waits: Waits) -> None:
    with pytest.raises(SalesMetricsError, match="The address of Acme cannot be used: plain http"):
        HttpClient("Acme", "http://acme.example", HeaderCredentials())


@pytest.mark.parametrize("status", [403, 401, 500])
def test_no_secret_is_told(
    server: Echo, waits: Waits, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    server.faults.extend([Reply({"said": "your key hush-4711 is wrong"}, status)] * 9)
    client = client_of(server, waits)
    with pytest.raises(Refused) as caught:
        client.get_json("/things")
    told = "".join(traceback.format_exception(caught.value)) + caplog.text
    told += repr(caught.value.answer) + repr(client) + repr(client.credentials)
    assert "your key *** is wrong" in told
    assert "hush" not in told


def test_a_secret_that_cannot_be_sent_is_not_told(server: Echo, waits: Waits) -> None:
    credentials = HeaderCredentials(Authorization=("Bearer ", SecretStr("hush\r\nX-Evil: 1")))
    client = HttpClient("Acme", server.url, credentials, patience=Patience(sleep=waits))
    with pytest.raises(SalesMetricsError, match="cannot be sent") as caught:
        client.get_json("/things")
    assert "hush" not in "".join(traceback.format_exception(caught.value))


def test_nobody_there_is_a_sentence(waits: Waits) -> None:
    started = time.monotonic()
    client = HttpClient(
        "Acme", "http://127.0.0.1:9", HeaderCredentials(), patience=Patience(2, sleep=waits)
    )
    with pytest.raises(Unreachable, match=r"Acme cannot be read .*tried 2 times; run again later"):
        client.get_json("/things")
    assert time.monotonic() - started < 5
