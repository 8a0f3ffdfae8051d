from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr

from ingestion.changes import Visible
from ingestion.http import Patience
from ingestion.sources.referrals import rewardful
from sales_metrics.connections import RewardfulConnection
from sales_metrics.errors import SalesMetricsError
from tests.ingestion.servers.loading import HURRIED, Loading
from tests.ingestion.servers.local import Reply, Request

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CREATED = "2026-02-01T00:00:00.000Z"


def text(column: str) -> str:
    return f"strftime({column} at time zone 'UTC', '%Y-%m-%dT%H:%M:%S')"


def minute(number: int) -> str:
    return (datetime(2026, 2, 1, tzinfo=UTC) + timedelta(minutes=number)).isoformat()


def once_on_page(number: int, happens: Callable[[], object]) -> Callable[[Request], None]:
    """Something that happens just before that page of referrals is made, the first time."""
    left = [happens]

    def meanwhile(request: Request) -> None:
        if (
            request.path.endswith("/referrals")
            and request.query.get("page") == str(number)
            and left
        ):
            left.pop()()

    return meanwhile


def test_affiliates_are_referrers(from_rewardful, company) -> None:
    company.enrol(1, "jb007")
    company.enrol(2, stripe_customer_id="cus_9", links=[], last_name=None)
    from_rewardful.run(NOW)
    columns = f"referrer_id, email, name, kind, crm_account_id, code, {text('joined_at')}"
    assert from_rewardful.rows("referrers", columns) == [
        ("a1", "a1@example.com", "Ann Number 1", None, None, "jb007", "2026-01-01T00:00:01"),
        ("a2", "a2@example.com", "Ann", "customer", None, None, "2026-01-01T00:00:02"),
    ]
    assert from_rewardful.columns("referrers") == [
        *("referrer_id", "email", "name", "kind", "crm_account_id", "code", "joined_at")
    ]


def test_referrals_by_their_state(from_rewardful, company) -> None:
    company.refer(1, CREATED)
    company.refer(2, CREATED, "lead", link=None, coupon={"id": "x"})
    company.refer(3, CREATED, "Conversion", became_conversion_at="2026-02-09T10:00:00.000Z")
    company.refer(4, CREATED, customer=None)
    from_rewardful.run(NOW)
    columns = f"referral_id, referrer_id, referee_email, channel, status, {text('converted_at')}"
    assert from_rewardful.rows("referrals", columns) == [
        ("r1", "a1", "bo1@example.com", "link", "visited", None),
        ("r2", "a1", "bo2@example.com", "coupon", "lead", None),
        ("r3", "a1", "bo3@example.com", "link", "converted", "2026-02-09T10:00:00"),
        ("r4", "a1", None, "link", "visited", None),
    ]


def test_commissions_are_rewards_in_whole_units(from_rewardful, company) -> None:
    company.reward(1, "r1", 3000, "due")
    company.reward(2, "r1", 4999, "paid", paid_at="2026-02-20T09:00:00.000Z")
    company.reward(3, "r2", 500, "voided", currency="JPY")
    company.reward(4, "r2", 1500, "pending", currency="KWD")
    from_rewardful.run(NOW)
    columns = (
        f"reward_id, referral_id, recipient, kind, amount, currency, status, {text('issued_at')}"
    )
    earned = ("referrer", "commission")
    assert from_rewardful.rows("rewards", columns) == [
        ("c1", "r1", *earned, Decimal(30), "USD", "eligible", None),
        ("c2", "r1", *earned, Decimal("49.99"), "USD", "issued", "2026-02-20T09:00:00"),
        ("c3", "r2", *earned, Decimal(500), "JPY", "void", None),
        ("c4", "r2", *earned, Decimal("1.5"), "KWD", "pending", None),
    ]


def test_an_unknown_state_goes_to_quarantine_with_its_own_word(from_rewardful, company) -> None:
    company.refer(1, CREATED, "lead")
    company.refer(2, CREATED, "Ghosted")
    company.reward(1, "r1", 100, "disputed")
    loads = from_rewardful.run(NOW)
    assert from_rewardful.rows("referrals", "referral_id") == [("r1",)]
    assert loads["referrals"].quarantined == 1
    assert ',status,Ghosted,"is not one of visited,' in from_rewardful.quarantine("referrals")
    assert ',status,disputed,"is not one of pending,' in from_rewardful.quarantine("rewards")
    assert from_rewardful.rows("rewards", "count(*)") == [(0,)]


def test_only_what_was_updated_since_is_asked_for_again(from_rewardful, company) -> None:
    company.refer(1, CREATED, "lead")
    company.refer(2, CREATED, "lead")
    from_rewardful.run(NOW)
    # One changed after the first run, one below its cursor, surfacing late.
    company.referrals[0].update(conversion_state="conversion", updated_at="2026-03-02T10:00:00Z")
    company.refer(3, CREATED, "visitor", updated_at="2026-03-01T11:55:00Z")
    company.requests.clear()
    loads = from_rewardful.run(NOW + timedelta(days=1))
    window = company.asked("/referrals")[0].query
    assert (window["updated_since"], window["updated_until"]) == (
        "2026-03-01T11:49:59.000+00:00",
        "2026-03-02T12:00:01.000+00:00",
    )
    assert loads["referrals"].records == 2
    assert from_rewardful.rows("referrals", "referral_id, status") == [
        ("r1", "converted"),
        ("r2", "lead"),
        ("r3", "visited"),
    ]


def test_all_pages_are_read_a_hundred_at_a_time(from_rewardful, company) -> None:
    for number in range(1, 251):
        company.enrol(number)
        company.refer(number, minute(number))
        company.reward(number, f"r{number}", 100, "due")
    from_rewardful.run(NOW)
    for table in ("referrers", "referrals", "rewards"):
        assert from_rewardful.rows(table, "count(*)") == [(250,)]
    pages = [request.query["page"] for request in company.asked("/commissions")]
    assert pages == ["1", "2", "3"]
    assert {request.query["limit"] for request in company.requests} == {"100"}


def test_none_is_lost_when_one_leaves_its_window_between_pages(from_rewardful, company) -> None:
    for number in range(1, 151):
        company.refer(number, minute(number))

    def updated() -> None:
        # The newest, which was on the first page: all others move up by one.
        company.referrals[-1].update(conversion_state="lead", updated_at="2026-03-01T12:00:30Z")

    company.meanwhile = once_on_page(2, updated)
    from_rewardful.run(NOW)
    found = {name for (name,) in from_rewardful.rows("referrals", "referral_id")}
    assert found == {f"r{number}" for number in range(1, 150)}
    # What left comes with the next run.
    from_rewardful.run(NOW + timedelta(minutes=5))
    assert from_rewardful.rows("referrals", "count(*)") == [(150,)]


def test_a_large_window_is_halved_and_what_is_on_an_edge_comes_once(
    from_rewardful, company, monkeypatch
) -> None:
    monkeypatch.setattr(rewardful, "LARGEST_WINDOW", 30)
    for number in range(1, 251):
        seconds = timedelta(seconds=number)
        company.refer(number, (datetime(2026, 2, 1, tzinfo=UTC) + seconds).isoformat())
    loads = from_rewardful.run(NOW)
    assert from_rewardful.rows("referrals", "count(distinct referral_id)") == [(250,)]
    assert loads["referrals"].records == 250
    windows = {request.query["updated_since"] for request in company.asked("/referrals")}
    assert len(windows) > 8


def test_referrals_that_never_rest_stop_the_load(from_rewardful, company) -> None:
    for number in range(1, 151):
        company.refer(number, CREATED)

    def meanwhile(request: Request) -> None:
        if request.query.get("page") == "2":
            company.referrals.pop()

    company.meanwhile = meanwhile
    with pytest.raises(SalesMetricsError, match="changed each of 5 times while it was read"):
        from_rewardful.run(NOW)


def test_a_commission_deleted_between_pages_hides_none(from_rewardful, company) -> None:
    for number in range(1, 151):
        company.reward(number, "r1", 100, "due", created_at=minute(number))
    deleted = [149]

    def meanwhile(request: Request) -> None:
        if request.path.endswith("/commissions") and request.query["page"] == "2" and deleted:
            company.commissions.pop(deleted.pop())

    company.meanwhile = meanwhile
    from_rewardful.run(NOW)
    found = {name for (name,) in from_rewardful.rows("rewards", "reward_id")}
    assert found == {f"c{number}" for number in range(1, 150)}


def test_commissions_and_affiliates_are_those_of_today(from_rewardful, company) -> None:
    company.enrol(1)
    company.reward(1, "r1", 100, "due")
    company.reward(2, "r1", 100, "due")
    from_rewardful.run(NOW)
    company.commissions.pop()
    company.commissions[0]["state"] = "paid"
    from_rewardful.run(NOW + timedelta(days=1))
    assert from_rewardful.rows("rewards", "reward_id, status") == [("c1", "issued")]


def test_no_more_is_asked_than_is_answered(company) -> None:
    waited: list[float] = []
    connection = RewardfulConnection(SecretStr(company.secret), base_url=company.url)
    api = rewardful.open_api(connection, patience=Patience(sleep=waited.append))
    for number in range(1, 4501):
        company.reward(number, "r1", 100, "due")
    for read in api.reads({}, NOW):
        assert sum(page.rows.records for page in read.pages()) in (0, 4500)
    api.close()
    assert len(company.requests) == 47
    assert len(waited) == 7
    assert 0 < sum(waited) <= 7 * 30


@pytest.mark.parametrize(
    "fault", [Reply({"error": "Too many"}, 429), Reply(b"", 502), Reply(cut=True)]
)
def test_what_passes_is_tried_again(from_rewardful, company, fault: Reply) -> None:
    company.enrol(1)
    company.faults.extend([fault] * 3)
    from_rewardful.run(NOW)
    assert from_rewardful.rows("referrers", "count(*)") == [(1,)]


def test_a_wrong_secret_is_a_sentence_without_it(company, tmp_path: Path) -> None:
    wrong = RewardfulConnection(SecretStr("wr0ng"), base_url=company.url)
    loading = Loading(
        "referrals", "rewardful", lambda: rewardful.open_api(wrong, patience=HURRIED), tmp_path
    )
    with pytest.raises(SalesMetricsError) as problem:
        loading.run(NOW)
    assert str(problem.value) == (
        "Rewardful: the API secret is not accepted (Invalid API Secret). "
        "Copy it from the company's settings to SALES_REWARDFUL_API_SECRET."
    )


def test_an_answer_of_another_form_stops_the_load(from_rewardful, company) -> None:
    company.faults.append(Reply([]))
    with pytest.raises(SalesMetricsError, match="without 'data' and 'pagination'"):
        from_rewardful.run(NOW)


def test_a_connection_is_checked_object_by_object(company) -> None:
    company.enrol(1)
    company.refer(1, CREATED)
    connection = RewardfulConnection(SecretStr(company.secret), base_url=company.url)
    api = rewardful.open_api(connection, patience=HURRIED)
    assert list(api.check()) == [
        Visible("referrers", "visible"),
        Visible("referrals", "visible"),
        Visible("rewards", "visible", detail="there is none yet"),
    ]
    company.faults.append(Reply({"error": "Not allowed"}, 403))
    assert next(iter(api.check())).state == "refused"
    api.close()
    assert {request.query["limit"] for request in company.requests} == {"1"}


def test_plain_http_is_for_this_machine_alone() -> None:
    connection = RewardfulConnection(SecretStr("x"), base_url="http://rewardful.example/v1")
    with pytest.raises(SalesMetricsError, match="plain http is only for this machine itself"):
        rewardful.open_api(connection)
