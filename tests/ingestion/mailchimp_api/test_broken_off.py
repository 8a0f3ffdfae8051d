from datetime import UTC, datetime

from tests.ingestion.servers.breaking import break_at_each_request

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
ANN, BOB = "ann@example.com", "bob@example.com"


def test_no_action_is_lost_or_doubled_by_a_load_that_broke_off(mailchimp, account) -> None:
    account.join(ANN, "subscribed", "vip")
    account.send(1, "2026-01-05T10:00:00+00:00", ANN, BOB)
    account.act("c1", ANN, "open", "2026-01-10T08:00:00+00:00")

    def more() -> None:
        account.join(BOB)
        account.send(2, "2026-01-11T10:00:00+00:00", BOB)
        account.act("c1", BOB, "open", "2026-01-11T09:00:00+00:00")
        account.act("c1", BOB, "open", "2026-01-11T09:00:00+00:00")

    tables = {
        "members": "id",
        "member_tags": "name",
        "sent_to": "campaign_id, email_address",
        "email_activity": "campaign_id, email_address",
        "email_activity_actions": "email_address, action, strftime(timestamp, '%d')",
    }
    found = break_at_each_request(account, mailchimp, NOW, [more], tables)
    assert found["sent_to"] == [("c1", ANN), ("c1", BOB), ("c2", BOB)]
    assert found["email_activity"] == found["sent_to"]
    assert found["email_activity_actions"] == [
        (ANN, "open", "10"),
        (BOB, "open", "11"),
        (BOB, "open", "11"),
    ]
