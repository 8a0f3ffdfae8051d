from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr

from ingestion.changes import Visible
from ingestion.sources.referrals import referral_rock
from sales_metrics.connections import ReferralRockConnection
from sales_metrics.errors import SalesMetricsError
from tests.ingestion.servers.loading import HURRIED, Loading
from tests.ingestion.servers.local import Reply, Request

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def text(column: str) -> str:
    return f"strftime({column} at time zone 'UTC', '%Y-%m-%dT%H:%M:%S')"


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(referral_rock, "PAGE_SIZE", 3)


def test_members_are_referrers_disabled_ones_too(from_referral_rock, programme) -> None:
    programme.enrol(1, externalIdentifier=" 001Hd000000A59xIAC ")
    programme.enrol(2, disabledFlag=True, externalIdentifier="0012345")
    programme.enrol(3, firstName="", lastName=None, createDt="0001-01-01T00:00:00")
    from_referral_rock.run(NOW)
    columns = f"referrer_id, email, name, kind, crm_account_id, code, {text('joined_at')}"
    rows = from_referral_rock.rows("referrers", columns)
    assert rows == [
        (
            "m1",
            "m1@example.com",
            "Ann 1",
            None,
            "001Hd000000A59xIAC",
            "ANN1",
            "2026-01-01T00:00:01",
        ),
        ("m2", "m2@example.com", "Ann 2", None, None, "ANN2", "2026-01-01T00:00:02"),
        ("m3", "m3@example.com", "Ann 3", None, None, "ANN3", None),
    ]


def test_referrals_by_their_status(from_referral_rock, programme) -> None:
    programme.refer(1)
    programme.refer(2, "Qualified")
    programme.refer(3, "Approved", approvedDate="2026-02-20T10:00:00")
    programme.refer(4, "denied", approvedDate="0001-01-01T00:00:00")
    from_referral_rock.run(NOW)
    columns = f"referral_id, referrer_id, referee_company, status, {text('converted_at')}"
    assert from_referral_rock.rows("referrals", columns) == [
        ("r1", "m1", "Acme", "lead", None),
        ("r2", "m1", "Acme", "qualified", None),
        ("r3", "m1", "Acme", "approved", "2026-02-20T10:00:00"),
        ("r4", "m1", "Acme", "denied", None),
    ]


def test_rewards_of_both_sides(from_referral_rock, programme) -> None:
    programme.reward(1, "Issued", issueDate="2026-03-02T00:00:00")
    programme.reward(2, "Processing", type="Referral")
    from_referral_rock.run(NOW)
    columns = "reward_id, referral_id, recipient, kind, amount, currency, status"
    assert from_referral_rock.rows("rewards", columns) == [
        ("w1", "r1", "referrer", None, Decimal("50.5"), "USD", "issued"),
        ("w2", "r1", "referee", None, Decimal("50.5"), "USD", "processing"),
    ]


def test_an_unknown_status_goes_to_quarantine_with_its_own_word(
    from_referral_rock, programme
) -> None:
    programme.refer(1)
    programme.refer(2, "Archived")
    programme.reward(1, "Cancelled")
    programme.reward(2, type="Partner")
    loads = from_referral_rock.run(NOW)
    assert from_referral_rock.rows("referrals", "referral_id") == [("r1",)]
    assert loads["rewards"].quarantined == 2
    assert ',status,Archived,"is not one of' in from_referral_rock.quarantine("referrals")
    rewards = from_referral_rock.quarantine("rewards")
    assert ',status,Cancelled,"is not one of' in rewards
    assert ',recipient,Partner,"is not one of referrer, referee"' in rewards
    # They are tried again, as long as they are there.
    assert from_referral_rock.run(NOW)["referrals"].quarantined == 1


def test_the_count_is_always_given_and_all_pages_are_read(
    from_referral_rock, programme, small_pages
) -> None:
    for number in range(1, 9):
        programme.enrol(number)
        programme.refer(number)
    from_referral_rock.run(NOW)
    assert from_referral_rock.rows("referrals", "count(*)") == [(8,)]
    assert from_referral_rock.rows("referrers", "count(*)") == [(8,)]
    asked = [(r.query["count"], r.query["offset"]) for r in programme.asked("/api/referrals")]
    assert asked == [("3", "0"), ("3", "3"), ("3", "6")]
    assert all("count" in request.query for request in programme.requests)
    # What is added meanwhile comes last, and moves nothing.
    assert {request.query["sort"] for request in programme.requests} == {"Create_Dt_Asc"}


def test_a_change_is_found_though_nothing_dates_it(from_referral_rock, programme) -> None:
    programme.enrol(1)
    programme.enrol(2, createDt=programme.members[0]["createDt"])
    programme.refer(1)
    programme.reward(1)
    first = from_referral_rock.run(NOW)
    assert set(first) == {"referrers", "referrals", "rewards"}
    # Nothing changed: nothing is loaded. The order of the answers is no change.
    programme.members.reverse()
    assert from_referral_rock.run(NOW + timedelta(days=1)) == {}
    programme.members[0]["email"] = "new@example.com"
    programme.members[0]["referrals"] = 99
    assert set(from_referral_rock.run(NOW + timedelta(days=2))) == {"referrers"}
    assert from_referral_rock.rows("referrers", "email") == [
        ("m1@example.com",),
        ("new@example.com",),
    ]
    assert from_referral_rock.rows("referrals", "count(*)") == [(1,)]


def test_what_is_deleted_there_goes(from_referral_rock, programme) -> None:
    programme.reward(1)
    programme.reward(2)
    from_referral_rock.run(NOW)
    programme.rewards.pop()
    from_referral_rock.run(NOW + timedelta(days=1))
    assert from_referral_rock.rows("rewards", "reward_id") == [("w1",)]


def test_none_is_lost_when_one_goes_between_pages(
    from_referral_rock, programme, small_pages
) -> None:
    for number in range(1, 9):
        programme.refer(number)
    left = [True]

    def meanwhile(request: Request) -> None:
        if request.path == "/api/referrals" and request.query["offset"] == "3" and left:
            left.pop()
            programme.referrals.pop(0)

    programme.meanwhile = meanwhile
    from_referral_rock.run(NOW)
    found = [name for (name,) in from_referral_rock.rows("referrals", "referral_id")]
    assert found == [f"r{number}" for number in range(2, 9)]


def test_referrals_that_never_rest_stop_the_load(
    from_referral_rock, programme, small_pages
) -> None:
    for number in range(1, 30):
        programme.refer(number)

    def meanwhile(request: Request) -> None:
        if request.path == "/api/referrals" and request.query["offset"] == "3":
            programme.referrals.pop(0)

    programme.meanwhile = meanwhile
    with pytest.raises(SalesMetricsError, match="referrals changed each of 5 times"):
        from_referral_rock.run(NOW)


@pytest.mark.parametrize("fault", [Reply(b"", 429), Reply(b"", 500), Reply(cut=True)])
def test_what_passes_is_tried_again(from_referral_rock, programme, fault: Reply) -> None:
    programme.enrol(1)
    programme.faults.extend([fault] * 3)
    from_referral_rock.run(NOW)
    assert from_referral_rock.rows("referrers", "count(*)") == [(1,)]


def test_a_message_in_place_of_objects_stops_the_load(from_referral_rock, programme) -> None:
    said = f"Program of {programme.private} not found"
    programme.faults.append(Reply({"message": said}))
    with pytest.raises(SalesMetricsError) as problem:
        from_referral_rock.run(NOW)
    assert str(problem.value) == (
        "Referral Rock's answer to /api/members cannot be used (Program of *** not found): "
        "nothing is loaded."
    )


def test_wrong_keys_are_a_sentence_without_them(programme, tmp_path: Path) -> None:
    wrong = ReferralRockConnection(SecretStr("pub"), SecretStr("priv"), base_url=programme.url)
    loading = Loading(
        "referrals",
        "referral_rock",
        lambda: referral_rock.open_api(wrong, patience=HURRIED),
        tmp_path,
    )
    with pytest.raises(SalesMetricsError) as problem:
        loading.run(NOW)
    assert str(problem.value) == (
        "Referral Rock: the pair of keys is not accepted (status 401). Make a new one under "
        "Integrations, and set SALES_REFERRAL_ROCK_PUBLIC_KEY and SALES_REFERRAL_ROCK_PRIVATE_KEY."
    )


def test_a_connection_is_checked_object_by_object(programme) -> None:
    programme.enrol(1)
    connection = ReferralRockConnection(
        SecretStr(programme.public), SecretStr(programme.private), base_url=programme.url
    )
    api = referral_rock.open_api(connection, patience=HURRIED)
    assert list(api.check()) == [
        Visible("referrers", "visible"),
        Visible("referrals", "visible", detail="there is none yet"),
        Visible("rewards", "visible", detail="there is none yet"),
    ]
    api.close()
    assert {request.query["count"] for request in programme.requests} == {"1"}
