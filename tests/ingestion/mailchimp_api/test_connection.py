from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from ingestion.changes import Visible
from ingestion.sources.mailchimp.api import open_api
from ingestion.sources.mailchimp.client import connect
from sales_metrics.connections import MailchimpConnection
from sales_metrics.errors import SalesMetricsError
from tests.ingestion.servers.loading import HURRIED, Loading
from tests.ingestion.servers.local import Reply

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_the_data_centre_is_the_end_of_the_key() -> None:
    client = connect(MailchimpConnection(SecretStr("0123456789abcdef-us21")))
    assert client.base_url == "https://us21.api.mailchimp.com/3.0"


@pytest.mark.parametrize("key", ["0123456789abcdef", "0123-", "0123-us21.evil.example/", "a-21"])
def test_a_key_without_a_data_centre_is_refused(key: str) -> None:
    with pytest.raises(SalesMetricsError) as problem:
        connect(MailchimpConnection(SecretStr(key)))
    assert str(problem.value) == (
        "SALES_MAILCHIMP_API_KEY does not end with a data centre such as -us21: copy the whole key."
    )


def test_a_wrong_key_is_a_sentence_without_the_key(account, tmp_path: Path) -> None:
    wrong = MailchimpConnection(SecretStr("wrong-key-us21"), base_url=account.url)
    loading = Loading("mailchimp", "api", lambda: open_api(wrong, patience=HURRIED), tmp_path)
    with pytest.raises(SalesMetricsError) as problem:
        loading.run(NOW)
    assert str(problem.value) == (
        "Mailchimp: the API key is not accepted (Your API key may be invalid, or you've attempted "
        "to access the wrong datacenter. ***). Make a new one in the account's settings and set "
        "SALES_MAILCHIMP_API_KEY."
    )
    assert len(account.requests) <= 2


@pytest.mark.parametrize(
    "fault",
    [
        Reply({"title": "Too Many Requests", "status": 429}, 429),
        Reply(b"", 403),
        Reply(b"<html>busy</html>", 503),
        Reply(cut=True),
    ],
)
def test_what_passes_is_tried_again(mailchimp, account, fault: Reply) -> None:
    for number in range(1200):
        account.join(f"a{number}@example.com")
    account.send(1, "2026-02-20T10:00:00+00:00", "a1@example.com")
    account.faults.extend([fault, fault])
    account.faults.extend([fault])
    mailchimp.run(NOW)
    assert mailchimp.rows("members", "count(distinct id)") == [(1200,)]
    assert mailchimp.rows("sent_to", "count(*)") == [(1,)]


def test_a_403_with_words_is_final(mailchimp, account) -> None:
    account.faults.append(Reply({"title": "Forbidden", "detail": "No access to campaigns."}, 403))
    with pytest.raises(SalesMetricsError, match=r"may not read this \(No access to campaigns\)"):
        mailchimp.run(NOW)
    assert len(account.asked("/campaigns")) == 1


def test_an_answer_of_another_form_stops_the_load(mailchimp, account) -> None:
    account.faults.append(Reply({"total_items": 3}))
    with pytest.raises(SalesMetricsError, match="answered /campaigns without 'campaigns'"):
        mailchimp.run(NOW)


def test_a_connection_is_checked_object_by_object(account, connection) -> None:
    account.join("ann@example.com")
    account.send(1, "2026-02-20T10:00:00+00:00", "ann@example.com")
    del account.reports[0]["opens"]["proxy_excluded_opens"]
    api = open_api(connection, patience=HURRIED)
    found = list(api.check())
    api.close()
    assert found == [
        Visible("campaigns", "visible"),
        Visible("members", "visible"),
        Visible("sent_to", "visible"),
        Visible("email_activity", "visible"),
        Visible("reports", "visible", hidden=("opens.proxy_excluded_opens",)),
    ]
    assert {request.query["count"] for request in account.requests} <= {"1", "1000"}


def test_an_empty_account_is_visible(account, connection) -> None:
    api = open_api(connection, patience=HURRIED)
    assert {(seen.state, seen.detail) for seen in api.check()} == {("visible", "there is none yet")}
    api.close()


def test_a_check_says_what_is_refused(account) -> None:
    wrong = MailchimpConnection(SecretStr("wrong-key-us21"), base_url=account.url)
    api = open_api(wrong, patience=HURRIED)
    found = list(api.check())
    api.close()
    assert [seen.state for seen in found] == ["refused"] * 5
    assert "wrong-key" not in str(found)
