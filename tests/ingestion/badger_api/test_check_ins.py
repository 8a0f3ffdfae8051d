from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from ingestion.changes import Visible
from ingestion.sources.badger import api as badger_api
from ingestion.sources.badger.api import open_api
from sales_metrics.connections import BadgerConnection
from sales_metrics.errors import SalesMetricsError
from tests.ingestion.servers.loading import HURRIED, Loading
from tests.ingestion.servers.local import Reply

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ACCOUNT, OTHER = "001Hd000000A59xIAC", "00QHd000000A59xIAC"


def asked_for(team) -> list[str]:
    return sorted(request.query["customer_id"] for request in team.asked("/appointments/"))


def test_check_ins_of_customers(badger, team) -> None:
    team.customer(1, ACCOUNT)
    team.customer(2)
    team.check_in(70, 1, "2026-03-01T10:08:44.133")
    team.check_in(71, 2, "2026-03-02T09:00:00", comments="", type="Meeting")
    badger.run(NOW)
    columns = badger.columns("check_ins")
    assert columns == [
        *("check_in_id", "customer_id", "crm_id", "customer", "log_datetime"),
        *("type", "comments", "created_by"),
    ]
    local = datetime(2026, 3, 1, 10, 8, 44, 133000)
    assert badger.rows("check_ins", ", ".join(columns)) == [
        ("70", "1", ACCOUNT, "Firm 1", local, "Drop-in", "Left cards", "John Doe"),
        ("71", "2", None, "Firm 2", datetime(2026, 3, 2, 9), "Meeting", None, "John Doe"),
    ]


def test_the_crm_record_is_that_of_the_check_in_if_it_is_one(badger, team) -> None:
    team.customer(1, ACCOUNT)
    team.check_in(70, 1, "2026-03-01T10:00:00", crm_id=OTHER)
    team.check_in(71, 1, "2026-03-01T11:00:00", crm_id="00UHd000000A59xIAC")
    team.check_in(72, 1, "2026-03-01T12:00:00", crm_id=" 001Hd000000A59x ")
    badger.run(NOW)
    assert badger.rows("check_ins", "check_in_id, crm_id") == [
        ("70", OTHER),
        ("71", ACCOUNT),
        ("72", ACCOUNT),
    ]


def test_only_customers_with_a_new_last_check_in_are_asked_for_theirs(badger, team) -> None:
    for number in (1, 2, 3):
        team.customer(number)
    team.check_in(70, 1, "2026-02-01T10:00:00")
    team.check_in(71, 2, "2026-02-01T10:00:00")
    badger.run(NOW)
    # The third never had any.
    assert asked_for(team) == ["1", "2"]
    team.requests.clear()
    team.check_in(72, 2, "2026-03-11T10:00:00")
    badger.run(NOW + timedelta(days=2))
    assert asked_for(team) == ["2"]
    assert badger.rows("check_ins", "check_in_id") == [("70",), ("71",), ("72",)]


def test_a_second_check_in_of_a_day_that_was_read_is_found(badger, team) -> None:
    team.customer(1)
    team.check_in(70, 1, "2026-03-09T10:00:00")
    badger.run(NOW)
    # In the evening of the same day, where it is still that day.
    team.check_in(71, 1, "2026-03-09T23:30:00")
    badger.run(NOW + timedelta(days=1))
    assert badger.rows("check_ins", "check_in_id") == [("70",), ("71",)]
    team.requests.clear()
    badger.run(NOW + timedelta(days=2))
    assert asked_for(team) == []


def test_old_check_ins_of_a_customer_who_is_new_to_the_token_are_found(badger, team) -> None:
    team.customer(1)
    badger.run(NOW)
    team.customer(2)
    team.check_in(70, 2, "2025-06-01T10:00:00")
    # Entered afterwards, for a day long past.
    team.check_in(71, 1, "2025-06-01T10:00:00")
    badger.run(NOW + timedelta(days=1))
    assert badger.rows("check_ins", "check_in_id") == [("70",), ("71",)]


def test_a_changed_check_in_takes_the_place_of_the_old_one(badger, team) -> None:
    team.customer(1)
    visit = team.check_in(70, 1, "2026-03-09T10:00:00")
    badger.run(NOW)
    visit["comments"] = "Signed"
    badger.run(NOW + timedelta(hours=1))
    assert badger.rows("check_ins", "check_in_id, comments") == [("70", "Signed")]


def test_without_the_date_every_customer_is_asked_in_every_run(badger, team) -> None:
    team.knows_last_checkin = False
    team.customer(1)
    team.customer(2)
    team.check_in(70, 1, "2025-03-09T10:00:00")
    badger.run(NOW)
    badger.run(NOW + timedelta(days=9))
    assert asked_for(team) == ["1", "1", "2", "2"]
    assert badger.rows("check_ins", "count(*)") == [(1,)]


def test_a_customer_who_goes_while_all_are_read_is_passed_over(badger, team) -> None:
    team.customer(1)
    team.customer(2)
    team.check_in(70, 2, "2026-03-01T10:00:00")
    answer = team.answer

    def without_the_first(request):
        return (
            Reply({"detail": "Not found."}, 404)
            if "/customers/1/" in request.path
            else answer(request)
        )

    team.answer = without_the_first
    badger.run(NOW)
    assert badger.rows("check_ins", "check_in_id") == [("70",)]


def test_many_customers_are_asked_for_four_at_a_time(badger, team) -> None:
    for number in range(1, 61):
        team.customer(number)
        team.check_in(number, number, "2026-03-01T10:00:00")
    team.delay = 0.01
    badger.run(NOW)
    assert badger.rows("check_ins", "count(*)") == [(60,)]
    assert 2 <= team.most_at_once <= 4


def test_so_many_customers_that_the_day_s_requests_may_not_do_are_warned_of(
    badger, team, monkeypatch
) -> None:
    monkeypatch.setattr(badger_api, "REQUESTS_A_DAY", 2)
    team.customer(1)
    team.customer(2)
    loads = badger.run(NOW)
    assert loads["check_ins"].warnings == [
        "Badger Maps has 2 customers, each of which is asked for in every run: "
        "a team may ask 2 times a day"
    ]


@pytest.mark.parametrize("fault", [Reply(b"", 429), Reply(b"", 503), Reply(cut=True)])
def test_what_passes_is_tried_again(badger, team, fault: Reply) -> None:
    team.customer(1)
    team.check_in(70, 1, "2026-03-01T10:00:00")
    team.faults.extend([fault] * 3)
    badger.run(NOW)
    assert badger.rows("check_ins", "count(*)") == [(1,)]


def test_a_wrong_token_is_a_sentence_without_it(team, tmp_path: Path) -> None:
    wrong = BadgerConnection(SecretStr("wr0ng-token"), base_url=team.url)
    loading = Loading("badger", "api", lambda: open_api(wrong, patience=HURRIED), tmp_path)
    with pytest.raises(SalesMetricsError) as problem:
        loading.run(NOW)
    assert str(problem.value) == (
        "Badger Maps: the token is not accepted (Invalid token). Badger Maps' support switches "
        "API access on; set SALES_BADGER_TOKEN to the key."
    )


def test_an_answer_of_another_form_stops_the_load(badger, team) -> None:
    team.faults.append(Reply({"results": []}))
    with pytest.raises(SalesMetricsError, match="answered /customers/ without a list"):
        badger.run(NOW)


def test_a_connection_is_checked(connection, team) -> None:
    api = open_api(connection, patience=HURRIED)
    assert list(api.check()) == [Visible("check_ins", "visible", detail="there is no customer yet")]
    team.customer(1)
    team.customer(2)
    assert list(api.check()) == [
        Visible("check_ins", "visible", detail="the first customer has none")
    ]
    team.check_in(70, 1, "2026-03-01T10:00:00")
    assert list(api.check()) == [Visible("check_ins", "visible")]
    assert not team.asked("/customers/2/")
    team.faults.append(Reply({"detail": "Invalid token."}, 401))
    assert [seen.state for seen in api.check()] == ["refused"]
    api.close()
