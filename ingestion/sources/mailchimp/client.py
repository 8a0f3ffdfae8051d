"""The way into a Mailchimp account: address, key, and what its refusals mean."""

from __future__ import annotations

import re

import orjson
from pydantic import SecretStr

from ingestion.basic_auth import BasicCredentials
from ingestion.http import Answer, AskAgain, HttpClient, Patience, Refused
from sales_metrics.connections import MailchimpConnection
from sales_metrics.errors import SalesMetricsError

# Mailchimp allows ten at once for all who use the account.
CONNECTIONS = 8

_DATA_CENTRE = re.compile(r"-([a-z]+\d+)$")


def connect(connection: MailchimpConnection, patience: Patience | None = None) -> HttpClient:
    """A client of the account's data centre."""
    return HttpClient(
        "Mailchimp",
        connection.base_url or _address(connection.api_key),
        # The user name may be anything.
        BasicCredentials(SecretStr("sales-metrics"), connection.api_key),
        patience=patience,
        connections=CONNECTIONS,
        explain=_explain,
    )


def readable(answer: Answer, client: HttpClient) -> Answer:
    """The answer, unless it is a 403: without words it means "too many", with words "no"."""
    if answer.status != 403:
        return answer
    try:
        orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        raise AskAgain("it answered 403 without a word, as it does when asked too much") from None
    raise Refused(client.redacted(f"Mailchimp: {_explain(answer)}"), answer)


def _address(api_key: SecretStr) -> str:
    found = _DATA_CENTRE.search(api_key.get_secret_value().strip())
    if found is None:
        raise SalesMetricsError(
            "SALES_MAILCHIMP_API_KEY does not end with a data centre such as -us21: "
            "copy the whole key."
        )
    return f"https://{found[1]}.api.mailchimp.com/3.0"


def _explain(answer: Answer) -> str | None:
    said = _detail(answer)
    if answer.status == 401:
        return (
            f"the API key is not accepted ({said}). "
            "Make a new one in the account's settings and set SALES_MAILCHIMP_API_KEY."
        )
    if answer.status == 403:
        return f"the key's user may not read this ({said}). Give the user a role that may."
    return None


def _detail(answer: Answer) -> str:
    """Mailchimp's own words (RFC 7807), else none."""
    try:
        problem = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        problem = None
    detail = problem.get("detail") if isinstance(problem, dict) else None
    return str(detail or f"status {answer.status}").rstrip(".")
