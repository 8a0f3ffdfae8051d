from datetime import UTC, datetime, timedelta

from ingestion.sources.mailchimp import paging
from tests.ingestion.servers.local import Request

SENT = "2026-01-05T10:00:00+00:00"
NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
ANN, BOB = "ann@example.com", "bob@example.com"


def actions(mailchimp) -> list[tuple]:
    return mailchimp.rows(
        "email_activity_actions",
        "email_address, action, strftime(timestamp at time zone 'UTC', '%m-%dT%H:%M'), url",
    )


def since(account) -> list[str | None]:
    return [r.query.get("since") for r in account.asked("/reports/c1/email-activity")]


def test_campaigns_reports_recipients_and_their_actions(mailchimp, account) -> None:
    account.send(1, SENT, ANN, BOB)
    account.campaigns.append(
        {**account.campaigns[0], "id": "c2", "status": "save", "send_time": ""}
    )
    account.act("c1", ANN, "open", "2026-01-06T08:00:00+00:00", ip="10.0.0.1")
    account.act("c1", ANN, "click", "2026-01-06T08:01:00+00:00", url="https://example.com/")
    mailchimp.run(NOW)
    assert mailchimp.rows("campaigns", "id, status, settings_title, send_time is null") == [
        ("c1", "sent", "Winback 1", False),
        ("c2", "save", "Winback 1", True),
    ]
    assert mailchimp.rows("reports", "id, emails_sent") == [("c1", 2)]
    assert mailchimp.rows("sent_to", "campaign_id, email_id, status") == [
        ("c1", f"id-{ANN}", "sent"),
        ("c1", f"id-{BOB}", "sent"),
    ]
    assert mailchimp.rows("email_activity", "email_address") == [(ANN,), (BOB,)]
    assert actions(mailchimp) == [
        (ANN, "click", "01-06T08:01", "https://example.com/"),
        (ANN, "open", "01-06T08:00", None),
    ]
    assert mailchimp.columns("reports")[:2] == ["id", "emails_sent"]
    assert "send_time" not in mailchimp.columns("reports")
    assert "ip" not in mailchimp.columns("email_activity_actions")


def test_later_actions_are_asked_for_and_none_is_doubled(mailchimp, account) -> None:
    account.send(1, SENT, ANN, BOB)
    account.act("c1", ANN, "open", "2026-01-06T08:00:00+00:00")
    account.act("c1", ANN, "open", "2026-01-10T08:00:00+00:00")
    mailchimp.run(NOW)
    # One came in late, from before the first run; one is new, twice in one second.
    account.act("c1", BOB, "open", "2026-01-10T00:00:00+00:00")
    account.act("c1", ANN, "click", "2026-01-11T08:00:00+00:00", url="https://example.com/")
    account.act("c1", ANN, "click", "2026-01-11T08:00:00+00:00", url="https://example.com/")
    for day in (1, 2, 3):
        mailchimp.run(NOW + timedelta(days=day))
    assert actions(mailchimp) == [
        (ANN, "click", "01-11T08:00", "https://example.com/"),
        (ANN, "click", "01-11T08:00", "https://example.com/"),
        (ANN, "open", "01-06T08:00", None),
        (ANN, "open", "01-10T08:00", None),
        (BOB, "open", "01-10T00:00", None),
    ]
    assert mailchimp.rows("email_activity", "count(*)") == [(2,)]
    # A day before the run before.
    assert since(account) == [
        None,
        "2026-01-09T12:00:00+00:00",
        "2026-01-10T12:00:00+00:00",
        "2026-01-11T12:00:00+00:00",
    ]


def test_a_campaign_is_read_again_until_60_days_after_it_was_sent(mailchimp, account) -> None:
    account.send(1, SENT, ANN)
    sent = datetime.fromisoformat(SENT)
    for days in (10, 59, 61, 62, 90):
        mailchimp.run(sent + timedelta(days=days))
        if days == 59:
            # A bounce that Mailchimp tells late.
            account.sent_to[0]["status"] = "hard"
            account.act("c1", ANN, "bounce", "2026-03-05T09:00:00+00:00")
    # The last time after the 60th day, and no more.
    assert len(account.asked("/reports/c1/sent-to")) == 3
    assert len(since(account)) == 3
    assert mailchimp.rows("sent_to", "status") == [("hard",)]
    assert [action for _, action, *_ in actions(mailchimp)] == ["bounce"]


def test_a_new_campaign_is_read_whole(mailchimp, account) -> None:
    account.send(1, SENT, ANN)
    mailchimp.run(NOW)
    account.send(2, "2026-01-12T10:00:00+00:00", BOB)
    mailchimp.run(NOW + timedelta(days=5))
    asked = account.asked("/reports/c2/email-activity")
    assert ["since" in request.query for request in asked] == [False]
    assert mailchimp.rows("sent_to", "campaign_id") == [("c1",), ("c2",)]


def test_what_a_deleted_member_did_is_kept(mailchimp, account) -> None:
    account.join(ANN)
    account.send(1, SENT, ANN, BOB)
    account.act("c1", ANN, "open", "2026-01-06T08:00:00+00:00")
    mailchimp.run(NOW)
    account.delete_for_ever(ANN)
    account.act("c1", BOB, "open", "2026-01-11T08:00:00+00:00")
    mailchimp.run(NOW + timedelta(days=2))
    assert mailchimp.rows("members", "count(*)") == [(0,)]
    assert mailchimp.rows("sent_to", "email_address") == [(ANN,), (BOB,)]
    assert mailchimp.rows("email_activity", "email_address") == [(ANN,), (BOB,)]
    assert [who for who, *_ in actions(mailchimp)] == [ANN, BOB]


def test_a_deleted_campaign_is_kept(mailchimp, account) -> None:
    account.send(1, SENT, ANN)
    mailchimp.run(NOW)
    account.campaigns.clear()
    account.reports.clear()
    mailchimp.run(NOW + timedelta(days=2))
    assert mailchimp.rows("campaigns", "id, status") == [("c1", "sent")]
    assert mailchimp.rows("reports", "id") == [("c1",)]


def test_a_campaign_that_goes_while_it_is_read_is_a_warning(mailchimp, account) -> None:
    account.send(1, SENT, ANN)
    account.send(2, SENT, BOB)
    account.meanwhile = lambda request: (
        account.reports.pop(0)
        if request.path.endswith("c1/sent-to") and len(account.reports) == 2
        else None
    )
    loads = mailchimp.run(NOW)
    assert mailchimp.rows("sent_to", "campaign_id") == [("c2",)]
    assert loads["sent_to"].warnings == [
        "Mailchimp has no /reports/c1/sent-to any more: it is not read"
    ]


def test_a_recipient_that_comes_on_two_pages_is_one(mailchimp, account, monkeypatch) -> None:
    monkeypatch.setattr(paging, "PAGE_SIZE", 2)
    account.send(1, SENT, *(f"a{number}@example.com" for number in range(4)))
    for number in range(4):
        account.act("c1", f"a{number}@example.com", "open", "2026-01-06T08:00:00+00:00")
    left = [True]

    def meanwhile(request: Request) -> None:
        of_activity = request.path.endswith("/email-activity")
        if of_activity and request.query["offset"] == "2" and left:
            left.pop()
            # One more, in front of all others.
            more = {**account.email_activity[0], "email_id": "new", "email_address": "new@x.com"}
            account.email_activity.insert(0, more)

    account.meanwhile = meanwhile
    mailchimp.run(NOW)
    assert mailchimp.rows("email_activity", "count(*), count(distinct email_id)") == [(5, 5)]
    assert mailchimp.rows("email_activity_actions", "count(*)") == [(5,)]


def test_many_small_campaigns_share_pages(mailchimp, account) -> None:
    for number in range(1, 41):
        account.send(number, SENT, ANN, BOB)
    account.delay = 0.01
    mailchimp.run(NOW)
    assert mailchimp.rows("sent_to", "count(*), count(distinct campaign_id)") == [(80, 40)]
    assert account.most_at_once <= 8
