from pathlib import Path

import pytest

from ingestion import destination
from ingestion.files import tables_of
from ingestion.joining import Joined
from ingestion.pipelines import load_nothing, load_source
from sales_metrics.errors import SalesMetricsError
from sales_metrics.warehouse import DataDir
from tests.ingestion.conftest import Query
from tests.ingestion.pages import PagedApi, Row, page

LEADS = "select id, name from raw_salesforce.lead order by all"


def identifier(number: int) -> str:
    return f"00Q{number:012d}AAA"


def lead(number: int, name: str, modified: str = "2026-09-01T00:00:00.000Z", **others: str) -> Row:
    return {"Id": identifier(number), "Name": name, "SystemModstamp": modified, **others}


@pytest.fixture
def salesforce() -> PagedApi:
    return PagedApi("salesforce")


def test_all_tables_are_there_after_a_first_load_that_reads_one(
    salesforce: PagedApi, data: DataDir, query: Query
) -> None:
    salesforce.give("lead", page(lead(1, "a")))
    loads = salesforce.load(data)
    assert loads.keys() == {table.name for table in tables_of("salesforce")}
    assert query("select count(*) from raw_salesforce.campaign_member") == [(0,)]
    assert query(LEADS) == [(identifier(1), "a")]
    assert loads["lead"].file == Path("salesforce/Lead")


def test_changed_rows_take_the_place_of_those_of_their_key(
    salesforce: PagedApi, data: DataDir, query: Query
) -> None:
    salesforce.give("lead", page(lead(1, "a"), lead(2, "b")), cursor={"at": "monday"})
    salesforce.load(data)
    salesforce.give("lead", page(lead(2, "B")), page(lead(3, "c")), cursor={"at": "tuesday"})
    load = salesforce.load(data)["lead"]
    assert salesforce.remembered == {"lead": {"at": "monday"}}
    assert query("select name from raw_salesforce.lead order by 1") == [("B",), ("a",), ("c",)]
    assert (load.records, load.loaded, load.rows) == (2, 2, 3)


def test_a_table_that_is_left_out_stays_with_its_cursor(
    salesforce: PagedApi, data: DataDir, query: Query
) -> None:
    salesforce.give("lead", page(lead(1, "a")), cursor={"at": "monday"})
    salesforce.load(data)
    salesforce.load(data)
    salesforce.load(data)
    assert salesforce.remembered == {"lead": {"at": "monday"}}
    assert query(LEADS) == [(identifier(1), "a")]


def test_a_full_sweep_is_the_table(salesforce: PagedApi, data: DataDir, query: Query) -> None:
    salesforce.give("lead", page(lead(1, "a"), lead(2, "b")))
    salesforce.load(data)
    salesforce.give("lead", page(lead(2, "b")), mode="replace")
    salesforce.load(data)
    assert query(LEADS) == [(identifier(2), "b")]


@pytest.mark.parametrize("mode", ["merge", "replace"])
@pytest.mark.parametrize("first", [True, False], ids=["first load", "later load"])
def test_of_a_record_on_two_pages_the_newer_version_stays(
    salesforce: PagedApi, data: DataDir, query: Query, mode: str, first: bool
) -> None:
    if not first:
        salesforce.give("lead", page(lead(1, "before"), lead(9, "other")))
        salesforce.load(data)
    salesforce.give(
        "lead",
        page(lead(1, "new", "2026-09-03T00:00:00.000Z"), lead(2, "first of a tie")),
        page(lead(1, "old", "2026-09-02T00:00:00.000Z"), lead(2, "last of a tie")),
        mode=mode,
    )
    load = salesforce.load(data)["lead"]
    others = [] if first or mode == "replace" else [(identifier(9), "other")]
    assert query(LEADS) == [(identifier(1), "new"), (identifier(2), "last of a tie"), *others]
    assert (load.records, load.loaded, load.older_versions) == (4, 2, 2)


def test_without_versions_the_later_page_stays_also_where_its_columns_differ(
    salesforce: PagedApi, data: DataDir, query: Query
) -> None:
    pages = [page({"Id": identifier(1), "Subject": str(n), f"X{n}__c": "x"}) for n in range(9)]
    salesforce.give("task", *pages)
    salesforce.load(data)
    assert query("select subject, x8_c from raw_salesforce.task") == [("8", "x")]


def test_an_undeclared_instant_tells_versions_apart(
    salesforce: PagedApi, data: DataDir, query: Query
) -> None:
    salesforce.give(
        "task",
        page(
            {
                "Id": identifier(1),
                "Subject": "new",
                "SystemModstamp": "2026-09-03T00:00:00.000+0000",
            }
        ),
        page({"Id": identifier(1), "Subject": "old", "SystemModstamp": "2026-09-02T23:00:00.000Z"}),
    )
    salesforce.load(data)
    assert query("select subject from raw_salesforce.task") == [("new",)]


def test_rows_of_ids_that_are_gone_are_marked_and_kept(
    salesforce: PagedApi, data: DataDir, query: Query
) -> None:
    salesforce.give("lead", page(lead(1, "a", IsDeleted="false"), lead(2, "b"), lead(3, "c")))
    salesforce.load(data)
    salesforce.give("lead", page(lead(3, "C")), ids=[identifier(1), identifier(3)])
    load = salesforce.load(data)["lead"]
    rows = query("select name, coalesce(is_deleted, false) from raw_salesforce.lead order by id")
    assert rows == [("a", False), ("b", True), ("C", False)]
    assert load.warnings[-1] == (
        "salesforce/Lead: 1 records no longer exist there and are marked as deleted"
    )


def test_a_sweep_that_sees_less_than_half_is_not_believed(
    salesforce: PagedApi, data: DataDir, query: Query
) -> None:
    everyone = [lead(number, "a") for number in range(300)]
    salesforce.give("lead", page(*everyone), cursor={"at": "monday"})
    salesforce.load(data)
    shown = [row["Id"] for row in everyone[:100]]
    salesforce.give("lead", page(), ids=shown, cursor={"at": "tuesday"})
    with pytest.raises(SalesMetricsError, match="lead: 200 of 300 records are no longer shown"):
        salesforce.load(data)
    salesforce.give("lead", page(), ids=[row["Id"] for row in everyone[:151]])
    salesforce.load(data)
    assert salesforce.remembered == {"lead": {"at": "monday"}}
    assert query("select count(*) from raw_salesforce.lead where is_deleted") == [(149,)]


def test_a_declared_field_that_no_page_has_is_told_and_a_hidden_one_is_listed(
    salesforce: PagedApi, data: DataDir, query: Query
) -> None:
    salesforce.give(
        "opportunity_stage",
        page({"ApiName": "Won", "SortOrder": "1"}),
        page({"ApiName": "Lost", "IsWon": "false"}),
        hidden=["IsClosed"],
    )
    load = salesforce.load(data)["opportunity_stage"]
    assert load.warnings == [
        "salesforce/OpportunityStage has no field IsActive: read as empty",
        "salesforce/OpportunityStage does not show IsClosed: empty, and no quality rule judges "
        "them. Give the user of the connection the right to read them",
    ]
    hidden = query("select hidden from raw_salesforce._reads where \"table\" = 'opportunity_stage'")
    assert hidden == [('["IsClosed"]',)]


def test_a_page_that_is_shorter_than_said_stops_the_load(
    salesforce: PagedApi, data: DataDir, query: Query
) -> None:
    salesforce.give("lead", page(lead(1, "a")))
    salesforce.load(data)
    salesforce.give("lead", page(lead(1, "b")), page(lead(2, "c"), expected=2))
    with pytest.raises(SalesMetricsError, match="salesforce/Lead: a page was to have 2 records"):
        salesforce.load(data)
    assert query(LEADS) == [(identifier(1), "a")]
    assert salesforce.closed == 2


def test_rows_in_the_quarantine_keep_the_old_cursor(
    salesforce: PagedApi, data: DataDir, query: Query
) -> None:
    salesforce.give("lead", page(lead(1, "a")), cursor={"at": "monday"})
    salesforce.load(data)
    bad = lead(2, "b", CreatedDate="yesterday")
    salesforce.give("lead", page(lead(1, "A")), page(bad), cursor={"at": "tuesday"})
    load = salesforce.load(data)["lead"]
    assert (load.records, load.loaded, load.quarantined) == (2, 1, 1)
    assert load.warnings[-1] == (
        "salesforce/Lead has rows in the quarantine: the next run begins where this one began"
    )
    lines = (data.quarantine / "salesforce_lead.csv").read_text().splitlines()
    assert lines[1:] == ["2,CreatedDate,yesterday,is no timestamp"] or lines[1].startswith("2,")
    salesforce.give("lead", page(lead(1, "A")), page(lead(2, "b")), cursor={"at": "tuesday"})
    salesforce.load(data)
    assert salesforce.remembered == {"lead": {"at": "monday"}}
    assert not (data.quarantine / "salesforce_lead.csv").exists()
    assert query("select name from raw_salesforce.lead order by id") == [("A",), ("b",)]


def member(number: int, changed: str, *tags: str) -> Row:
    entries = [{"name": tag} for tag in tags]
    return {"id": f"m{number}", "list_id": "l", "last_changed": changed, "tags": entries}


def test_lists_go_and_come_with_their_record(data: DataDir, query: Query) -> None:
    api = PagedApi("mailchimp")
    tags = "select member_id, name from raw_mailchimp.member_tags order by all"
    members = [member(1, "2026-01-01T00:00:00Z", "a", "b"), member(2, "2026-01-01T00:00:00Z", "a")]
    api.give("members", page(*members, lists="tags"))
    loads = api.load(data)
    assert query(tags) == [("m1", "a"), ("m1", "b"), ("m2", "a")]
    assert loads["member_tags"].loaded == 3
    api.give(
        "members",
        page(member(1, "2026-01-03T00:00:00Z", "c"), lists="tags"),
        page(member(1, "2026-01-02T00:00:00Z", "old"), lists="tags"),
    )
    loads = api.load(data)
    assert query(tags) == [("m1", "c"), ("m2", "a")]
    assert (loads["members"].older_versions, loads["member_tags"].older_versions) == (1, 1)
    assert (loads["member_tags"].loaded, loads["member_tags"].rows) == (1, 2)


def opened(*instants: str) -> Row:
    entries = [
        {"action": "open", "timestamp": f"2026-01-{instant}T00:00:00Z"} for instant in instants
    ]
    return {"campaign_id": "c", "email_id": "e", "email_address": "e@x.org", "activity": entries}


def test_activity_is_added_as_often_as_it_is_not_there_yet(data: DataDir, query: Query) -> None:
    api = PagedApi("mailchimp")
    api.give("email_activity", page(opened("01", "02", "02"), lists="activity"))
    api.load(data)
    api.give("email_activity", page(opened("02", "02", "02", "03"), lists="activity"))
    loads = api.load(data)
    days = query("select day(timestamp) from raw_mailchimp.email_activity_actions order by 1")
    assert days == [(1,), (2,), (2,), (2,), (3,)]
    assert query("select count(*) from raw_mailchimp.email_activity") == [(1,)]
    actions = loads["email_activity_actions"]
    assert (actions.records, actions.loaded, actions.exact_repeats) == (4, 2, 2)
    api.load(data)
    assert len(query("select 1 from raw_mailchimp.email_activity_actions")) == 5


def test_switching_starts_with_a_full_load_both_ways(
    salesforce: PagedApi, folder: Path, data: DataDir, query: Query
) -> None:
    (folder / "salesforce" / "Lead.csv").write_text(f"Id,Name\n{identifier(1)},file\n")
    load_source("salesforce", folder, data)
    salesforce.give("lead", page(lead(2, "api")), cursor={"at": "monday"})
    salesforce.load(data)
    assert salesforce.remembered == {}
    assert query(LEADS) == [(identifier(2), "api")]
    load_source("salesforce", folder, data)
    assert query(LEADS) == [(identifier(1), "file")]
    salesforce.give("lead", page(lead(3, "api")), cursor={"at": "monday"})
    salesforce.load(data)
    assert salesforce.remembered == {}
    assert query(LEADS) == [(identifier(3), "api")]


def test_another_platform_or_a_deleted_warehouse_starts_anew(data: DataDir, query: Query) -> None:
    api = PagedApi("referrals")
    api.give("referrals", page({"referral_id": "1", "status": "lead"}))
    api.load(data, "rewardful")
    api.give("referrals", page({"referral_id": "2", "status": "lead"}))
    api.load(data, "referral_rock")
    assert api.remembered == {}
    assert query("select referral_id from raw_referrals.referrals") == [("2",)]
    data.warehouse.unlink()
    api.give("referrals", page({"referral_id": "3", "status": "lead"}))
    api.load(data, "referral_rock")
    assert api.remembered == {}


def test_other_columns_than_those_that_were_read_start_anew(
    data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = PagedApi("badger")
    api.give("check_ins", page({"check_in_id": "1"}))
    api.load(data)
    monkeypatch.setattr("ingestion.api_reading.shape_of", lambda _table: "another")
    api.load(data)
    assert api.remembered == {}


def test_off_leaves_empty_tables_and_a_warning(folder: Path, data: DataDir, query: Query) -> None:
    (folder / "badger").mkdir()
    (folder / "badger" / "check_ins.csv").write_text("check_in_id\n1\n")
    load_source("badger", folder, data)
    (load,) = load_nothing("badger", "Badger Maps is off.", data)
    assert load.warnings == ["Badger Maps is off."]
    assert query("select count(*) from raw_badger.check_ins") == [(0,)]


def test_a_failure_in_the_last_moment_leaves_rows_and_cursor_together(
    salesforce: PagedApi, data: DataDir, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    salesforce.give("lead", page(lead(1, "a")), cursor={"at": "monday"})
    salesforce.load(data)
    join = destination.join

    def fail_at_the_cursors(
        connection: object, schema: str, joining: object, *rest: object
    ) -> Joined:
        if joining.table == "_reads":  # type: ignore[attr-defined]
            raise RuntimeError("the lights went out")
        return join(connection, schema, joining, *rest)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(destination, "join", fail_at_the_cursors)
        salesforce.give("lead", page(lead(1, "A")), cursor={"at": "tuesday"})
        with pytest.raises(SalesMetricsError, match="the lights went out"):
            salesforce.load(data)
    assert query(LEADS) == [(identifier(1), "a")]
    salesforce.load(data)
    assert salesforce.remembered == {"lead": {"at": "monday"}}
