from ingestion.json_objects import object_rows, only_declared
from tests.ingestion.conftest import table_named

CAMPAIGNS = table_named("mailchimp", "campaigns")
MEMBERS = table_named("mailchimp", "members")


def test_objects_become_rows_numbered_from_one() -> None:
    rows = object_rows([{"id": "a", "settings": {"title": "T"}}, {"id": "b", "n": 5}], CAMPAIGNS)
    assert rows.header == ["id", "settings.title", "n"]
    assert [column.to_pylist() for column in rows.columns] == [
        ["a", "b"],
        ["T", None],
        [None, "5"],
    ]
    assert (rows.numbers.tolist(), rows.records, rows.rejected) == ([1, 2], 2, [])


def test_no_objects_are_no_rows() -> None:
    rows = object_rows([], MEMBERS)
    assert (rows.header, rows.records, rows.children["tags"].header) == ([], 0, [])


def test_what_is_no_object_is_refused() -> None:
    rows = object_rows([7, {"id": "m", "tags": "vip"}, {"id": "n"}], MEMBERS)
    assert [(r.record, r.column, r.value) for r in rows.rejected] == [
        (1, "", "7"),
        (2, "tags", '"vip"'),
    ]
    assert (rows.numbers.tolist(), rows.records) == ([3], 3)


def test_only_what_is_declared_stays() -> None:
    campaign = {
        "id": "c",
        "web_id": 5,
        "settings": {"title": "T", "from_name": "A"},
        "recipients": None,
        "tracking": {"opens": True},
    }
    assert only_declared(campaign, CAMPAIGNS) == {
        "id": "c",
        "settings": {"title": "T"},
        "recipients": None,
    }
    member = {"id": "m", "ip_opt": "10.0.0.1", "tags": [{"id": 1, "name": "vip"}, "odd"]}
    assert only_declared(member, MEMBERS) == {"id": "m", "tags": [{"name": "vip"}, "odd"]}
    assert only_declared({"tags": "odd"}, MEMBERS) == {"tags": "odd"}
    assert only_declared("odd", MEMBERS) == "odd"
