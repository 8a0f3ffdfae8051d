from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ingestion.sources.mailchimp import paging
from tests.ingestion.servers.local import Request
from tests.ingestion.servers.mailchimp import MailchimpServer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(paging, "PAGE_SIZE", 3)
    return 3


def once_at_offset(offset: int, happens: Callable[[], object]) -> Callable[[Request], None]:
    """Something that happens just before the page at that offset is made, the first time."""
    left = [happens]

    def meanwhile(request: Request) -> None:
        if (
            request.path.endswith("/members")
            and request.query.get("offset") == str(offset)
            and left
        ):
            left.pop()()

    return meanwhile


def test_archived_members_are_read_too(mailchimp, account) -> None:
    account.join("ann@example.com", "subscribed", "vip", "вип")
    account.join("bob@example.com", "archived")
    account.join("cy@example.com", "unsubscribed", list_id="l2")
    mailchimp.run(NOW)
    assert mailchimp.rows("members", "id, list_id, status") == [
        ("id-ann@example.com", "l1", "subscribed"),
        ("id-bob@example.com", "l1", "archived"),
        ("id-cy@example.com", "l2", "unsubscribed"),
    ]
    assert mailchimp.rows("member_tags", "list_id, member_id, name") == [
        ("l1", "id-ann@example.com", "vip"),
        ("l1", "id-ann@example.com", "вип"),
    ]


def test_only_what_is_declared_is_kept(mailchimp, account) -> None:
    account.join("ann@example.com", "subscribed", "vip")
    mailchimp.run(NOW)
    assert mailchimp.columns("members") == [
        "id",
        "email_address",
        "list_id",
        "status",
        "last_changed",
    ]
    assert mailchimp.columns("member_tags") == ["list_id", "member_id", "name"]
    asked = account.asked("/lists/l1/members")[0].query["fields"].split(",")
    assert asked == [
        *(f"members.{field}" for field in ("id", "email_address", "list_id", "status")),
        "members.last_changed",
        "members.tags",
        "total_items",
    ]


def test_a_page_has_a_thousand_members(mailchimp, account) -> None:
    for number in range(2500):
        account.join(f"a{number}@example.com")
    mailchimp.run(NOW)
    assert mailchimp.rows("members", "count(*), count(distinct id)") == [(2500, 2500)]
    pages = [
        (request.query["count"], request.query["offset"])
        for request in account.asked("/lists/l1/members")
        if "status" not in request.query
    ]
    assert sorted(pages) == [("1000", "0"), ("1000", "1000"), ("1000", "2000")]


def test_at_most_eight_connections_are_open_at_once(mailchimp, account, small_pages) -> None:
    for number in range(90):
        account.join(f"a{number}@example.com")
    account.delay = 0.02
    mailchimp.run(NOW)
    assert 2 <= account.most_at_once <= 8
    assert mailchimp.rows("members", "count(*)") == [(90,)]


def test_a_service_that_gives_smaller_pages_is_read_to_its_end(mailchimp, account) -> None:
    account.largest_page = 100
    for number in range(250):
        account.join(f"a{number:03}@example.com")
    mailchimp.run(NOW)
    assert mailchimp.rows("members", "count(distinct id)") == [(250,)]


def test_a_member_lost_between_moving_pages_is_found(mailchimp, account, small_pages) -> None:
    for number in range(8):
        account.join(f"a{number}@example.com")
    # The first page is read; then one of its members goes, and all others move up by one.
    account.meanwhile = once_at_offset(3, lambda: account.members.pop(0))
    mailchimp.run(NOW)
    found = {address for (address,) in mailchimp.rows("members", "email_address")}
    assert {f"a{number}@example.com" for number in range(1, 8)} <= found


def test_a_member_that_comes_on_two_pages_is_one(mailchimp, account, small_pages) -> None:
    for number in range(8):
        account.join(f"a{number}@example.com", "subscribed", "vip")

    def one_more() -> None:
        account.join("new@example.com", "subscribed", "vip")
        account.members.insert(0, account.members.pop())

    account.meanwhile = once_at_offset(3, one_more)
    loads = mailchimp.run(NOW)
    assert mailchimp.rows("members", "count(*), count(distinct id)") == [(9, 9)]
    assert mailchimp.rows("member_tags", "count(*)") == [(9,)]
    assert (loads["members"].exact_repeats, loads["members"].older_versions) == (0, 0)


def test_a_member_who_is_archived_meanwhile_is_one(mailchimp, account) -> None:
    member = account.join("ann@example.com", "subscribed", "vip")

    def meanwhile(request: Request) -> None:
        if request.query.get("status") == "archived":
            member["status"] = "archived"

    account.meanwhile = meanwhile
    mailchimp.run(NOW)
    assert mailchimp.rows("members", "count(*)") == [(1,)]
    assert mailchimp.rows("member_tags", "count(*)") == [(1,)]


def test_members_that_never_come_are_warned_of(mailchimp, account, monkeypatch) -> None:
    account.join("ann@example.com")
    page = MailchimpServer._page

    def one_too_many(self: MailchimpServer, request: Request, items: str, records: list) -> object:
        reply = page(self, request, items, records)
        if items == "members" and "status" not in request.query:
            reply.content["total_items"] += 1
        return reply

    monkeypatch.setattr(MailchimpServer, "_page", one_too_many)
    loads = mailchimp.run(NOW)
    assert loads["members"].warnings == [
        "Mailchimp says that /lists/l1/members has 2 entries, but gave 1, 3 times: "
        "the others are not loaded"
    ]
    assert mailchimp.rows("members", "count(*)") == [(1,)]


def test_members_and_tags_are_those_of_today(mailchimp, account) -> None:
    ann = account.join("ann@example.com", "subscribed", "vip")
    account.join("bob@example.com")
    mailchimp.run(NOW)
    ann["tags"] = [{"id": 9, "name": "new"}]
    account.delete_for_ever("bob@example.com")
    mailchimp.run(NOW)
    assert mailchimp.rows("members", "email_address") == [("ann@example.com",)]
    assert mailchimp.rows("member_tags", "name") == [("new",)]
