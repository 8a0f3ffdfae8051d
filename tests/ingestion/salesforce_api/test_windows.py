"""What is read in which run: no change is lost between two windows, whenever it surfaces."""

from datetime import timedelta

from tests.ingestion.salesforce_api.conftest import NOON, Run, cursors
from tests.ingestion.servers.salesforce import SalesforceServer, minutes


def lead_id(number: int) -> str:
    return f"00Q{number:012d}AAA"


def test_first_everything_then_what_changed(org: SalesforceServer, run: Run) -> None:
    for number in range(3):
        org.put("Lead", lead_id(number), at=NOON - timedelta(days=number + 1), Status="Open")
    first = run()
    assert (first["lead"].mode, len(first["lead"].rows)) == ("replace", 3)

    org.clock += minutes(60)
    org.put("Lead", lead_id(1), at=org.now - minutes(30), Status="Lost")
    second = run(cursors(first))
    assert (second["lead"].mode, second["lead"].ids) == ("merge", [lead_id(1)])
    assert second["lead"].row(lead_id(1))["Status"] == "Lost"


def test_a_full_read_has_what_was_changed_a_moment_ago(org: SalesforceServer, run: Run) -> None:
    org.put("Lead", lead_id(1), at=NOON)
    assert run()["lead"].ids == [lead_id(1)]


def test_the_window_is_from_ten_minutes_before_to_five_minutes_ago(
    org: SalesforceServer, run: Run
) -> None:
    first = run()
    assert first["lead"].cursor["until"] == (NOON - minutes(5)).isoformat()
    cursor = NOON - minutes(5)
    org.clock += minutes(60)
    end = org.now - minutes(5)
    second = timedelta(seconds=1)
    for number, at in enumerate((cursor - minutes(10) - second, cursor - minutes(10))):
        org.put("Lead", lead_id(number), at=at)
    for number, at in enumerate((end - second, end), start=2):
        org.put("Lead", lead_id(number), at=at)
    found = run(cursors(first))["lead"]
    assert found.ids == [lead_id(1), lead_id(2)]
    assert found.cursor["until"] == end.isoformat()


def test_a_row_that_surfaces_below_the_cursor_is_found(org: SalesforceServer, run: Run) -> None:
    first = run()
    org.clock += minutes(30)
    # Its transaction began before the last run and ended after it.
    org.put("Lead", lead_id(1), at=NOON - minutes(14))
    assert run(cursors(first))["lead"].ids == [lead_id(1)]


def test_changes_in_the_last_minutes_are_the_next_runs(org: SalesforceServer, run: Run) -> None:
    first = run()
    org.clock += minutes(60)
    org.put("Lead", lead_id(1), at=org.now - minutes(2))
    second = run(cursors(first))
    assert second["lead"].ids == []
    org.clock += minutes(60)
    assert run(cursors(second))["lead"].ids == [lead_id(1)]


def test_runs_in_quick_succession_and_clocks_put_back(org: SalesforceServer, run: Run) -> None:
    first = run()
    org.clock += minutes(1)
    second = run(cursors(first))
    org.clock -= minutes(30)
    third = run(cursors(second))
    assert third["lead"].cursor["until"] == second["lead"].cursor["until"]
    org.clock += minutes(90)
    org.put("Lead", lead_id(1), at=NOON + minutes(2))
    assert run(cursors(third))["lead"].ids == [lead_id(1)]


def test_our_clock_ahead_of_theirs_takes_no_window_into_their_future(
    org: SalesforceServer, run: Run, monkeypatch
) -> None:
    first = run()
    ours = NOON + minutes(60)
    org.clock = NOON + minutes(30)
    monkeypatch.setattr(
        type(org), "now", property(lambda self: self.clock if self.log else ours), raising=True
    )
    org.log.clear()
    assert run(cursors(first))["lead"].cursor["until"] == (NOON + minutes(25)).isoformat()


def test_histories_are_read_by_their_creation(org: SalesforceServer, run: Run) -> None:
    first = run()
    org.clock += minutes(60)
    org.put(
        "LeadHistory",
        "017000000000001AAA",
        Field="Status",
        OldValue="a",
        NewValue="b",
        CreatedDate="2026-03-02T12:30:00.000Z",
    )
    found = run(cursors(first))["lead_history"]
    assert found.ids == ["017000000000001AAA"]
    assert any("FROM LeadHistory WHERE CreatedDate >= " in query for query in org.queries)


def test_deals_that_are_deleted_come_as_deleted(org: SalesforceServer, run: Run) -> None:
    first = run()
    org.clock += minutes(60)
    org.delete("Opportunity", "006000000000001AAA")
    org.clock += minutes(60)
    found = run(cursors(first))["opportunity"]
    assert found.row("006000000000001AAA")["IsDeleted"] == "true"


def test_once_a_week_all_live_ids_are_listed(org: SalesforceServer, run: Run) -> None:
    for number in range(3):
        org.put("Lead", lead_id(number), at=NOON - timedelta(days=1))
    org.page_size = 2
    first = run()
    assert first["lead"].absent is None
    org.purge("Lead", lead_id(0))
    org.clock += timedelta(days=6)
    org.delete("Lead", lead_id(1))
    second = run(cursors(first))
    assert second["lead"].absent is None
    org.clock += timedelta(days=1)
    third = run(cursors(second))
    assert third["lead"].absent == {lead_id(2)}
    assert third["user"].absent is None
    org.clock += timedelta(days=1)
    assert run(cursors(third))["lead"].absent is None


def test_the_sweep_can_be_made_more_often(org: SalesforceServer, run: Run) -> None:
    first = run()
    org.clock += timedelta(days=1)
    assert run(cursors(first), sweep_days=1)["opportunity"].absent == {"006000000000001AAA"}
