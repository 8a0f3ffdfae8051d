from datetime import UTC, datetime

from tests.ingestion.servers.breaking import break_at_each_request

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def test_no_check_in_is_lost_or_doubled_by_a_load_that_broke_off(badger, team) -> None:
    for number in (1, 2, 3):
        team.customer(number)
        team.check_in(70 + number, number, "2026-02-01T10:00:00")

    def more() -> None:
        team.check_in(80, 1, "2026-03-11T10:00:00")
        team.check_in(81, 3, "2026-03-11T10:00:00")

    tables = {"check_ins": "check_in_id"}
    found = break_at_each_request(team, badger, NOW, [more], tables)
    assert found["check_ins"] == [("71",), ("72",), ("73",), ("80",), ("81",)]
