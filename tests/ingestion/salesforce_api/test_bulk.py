"""Query jobs and REST: pages, counts, refusals, and what is left behind (nothing)."""

import pytest

from ingestion.sources.salesforce.api import open_api
from sales_metrics.errors import SalesMetricsError
from tests.ingestion.salesforce_api.conftest import NOON, PATIENCE, Run, cursors
from tests.ingestion.servers.salesforce import SalesforceServer, minutes

ONE_BY_ONE = {"api_version": "57.0"}


@pytest.fixture
def leads(org: SalesforceServer) -> list[str]:
    """Twenty-three leads, in pages of two."""
    org.page_size = org.rest_page_size = 2
    ids = [f"00Q{number:012d}AAA" for number in range(23)]
    for number, lead in enumerate(ids):
        org.put(
            "Lead",
            lead,
            at=NOON - minutes(60 * number + 20),
            Name=f'Ann "{number}",\nof Ünna',
            Status=None,
        )
    return ids


def asked(org: SalesforceServer, text: str) -> list[str]:
    return [request for request in org.log if text in request]


@pytest.mark.parametrize("header_on_every_page", [True, False])
@pytest.mark.parametrize("settings", [{}, ONE_BY_ONE])
def test_pages_in_parallel_and_one_by_one(
    org: SalesforceServer, run: Run, leads: list[str], settings: dict, header_on_every_page: bool
) -> None:
    org.header_on_every_page = header_on_every_page
    found = run(**settings)["lead"]
    assert [row["Id"] for row in found.rows] == leads
    assert found.row(leads[7])["Name"] == 'Ann "7",\nof Ünna'
    assert found.row(leads[7])["Status"] is None
    assert bool(asked(org, "/resultPages")) is (settings == {})
    assert bool(asked(org, "maxRecords=50000")) is (settings != {})


def test_a_version_that_lists_no_pages_after_all(
    org: SalesforceServer, run: Run, leads: list[str]
) -> None:
    org.disturb("/resultPages", "404", times=99, body=[{"errorCode": "NOT_FOUND", "message": ""}])
    assert run()["lead"].ids == leads


def test_jobs_are_polled_with_growing_patience(
    org: SalesforceServer, connection, leads: list[str]
) -> None:
    from dataclasses import replace

    org.polls_until_done = 12
    waits: list[float] = []
    api = open_api(connection, patience=replace(PATIENCE, sleep=waits.append))
    first = next(iter(api.reads({}, org.now)))
    assert sum(page.rows.records for page in first.pages()) == 1
    assert len(waits) == 12
    assert waits[0] == 0.5
    assert waits == sorted(waits)
    assert waits[-1] == 30
    api.close()


def test_no_job_is_left_behind(org: SalesforceServer, run: Run, leads: list[str]) -> None:
    run()
    assert org.jobs_made > 10
    assert org.jobs == {}


@pytest.mark.parametrize("settings", [{}, ONE_BY_ONE])
def test_no_job_is_left_behind_by_a_read_that_stops(
    org: SalesforceServer, connection, leads: list[str], settings: dict
) -> None:
    from dataclasses import replace

    api = open_api(replace(connection, **settings), patience=PATIENCE)
    lead = next(one for one in api.reads({}, org.now) if one.table.name == "lead")
    pages = lead.pages()
    next(pages)
    assert len(org.jobs) == 1
    pages.close()
    assert org.jobs == {}
    api.close()


def test_a_job_that_runs_too_long_is_aborted_and_removed(org: SalesforceServer, run: Run) -> None:
    org.polls_until_done = 10_000
    with pytest.raises(SalesMetricsError, match="still InProgress after 180 minutes"):
        run()
    assert asked(org, "PATCH ")
    assert org.jobs == {}


@pytest.mark.parametrize("settings", [{}, ONE_BY_ONE])
@pytest.mark.parametrize("kind", ["429", "503", "cut", "cut quietly"])
def test_what_passes_is_tried_again_and_goes_on_at_the_page(
    org: SalesforceServer, run: Run, leads: list[str], kind: str, settings: dict
) -> None:
    org.disturb("GET .*/results", kind, skip=5, times=2)
    found = run(**settings)["lead"]
    assert [row["Id"] for row in found.rows] == leads
    # Page by page: none is fetched again but those that went wrong.
    assert len(asked(org, "/results")) == len(set(asked(org, "/results"))) + 2


@pytest.mark.parametrize("settings", [{}, ONE_BY_ONE])
def test_a_page_with_other_than_its_number_of_records_stops_the_load(
    org: SalesforceServer, run: Run, leads: list[str], settings: dict
) -> None:
    org.records_claimed = lambda rows: rows + 1
    with pytest.raises(SalesMetricsError, match="should have 2 records has 1"):
        run(**settings)
    assert org.jobs == {}


@pytest.mark.parametrize("settings", [{}, ONE_BY_ONE])
def test_pages_that_do_not_add_up_to_the_jobs_number_stop_the_load(
    org: SalesforceServer, run: Run, leads: list[str], settings: dict
) -> None:
    org.processed_claimed = lambda rows: rows + 1 if rows == 23 else rows
    with pytest.raises(SalesMetricsError, match="24 records, but its pages have 23"):
        run(**settings)


def test_a_job_that_failed_says_its_message(org: SalesforceServer, run: Run) -> None:
    org.failing_jobs = ["InternalServerError: something broke"]
    with pytest.raises(SalesMetricsError, match="ended as Failed: InternalServerError: something"):
        run()
    assert org.jobs == {}


def test_a_job_that_somebody_aborted_says_so(org: SalesforceServer, run: Run) -> None:
    org.polls_until_done = 3

    def abort(method: str, path: str) -> None:
        if method == "GET" and "/jobs/query/" in path:
            for job in org.jobs.values():
                job.state = "Aborted"

    org.before = abort
    with pytest.raises(SalesMetricsError, match="ended as Aborted"):
        run()
    assert org.jobs == {}


def test_what_takes_too_long_is_read_in_halves(
    org: SalesforceServer, run: Run, leads: list[str]
) -> None:
    org.slow_above = 4
    first = run()
    assert first["lead"].ids == leads
    assert len([query for query in org.queries if " FROM Lead " in query]) > 10
    assert org.jobs == {}

    for lead in leads:
        org.put("Lead", lead, at=NOON + minutes(1 + int(lead[3:15])))
    org.clock += minutes(60)
    assert run(cursors(first))["lead"].ids == leads


def test_what_takes_too_long_in_a_minute_stops_the_load(
    org: SalesforceServer, run: Run, leads: list[str]
) -> None:
    org.slow_above = 0
    with pytest.raises(SalesMetricsError, match="QUERY_TIMEOUT"):
        run()


def test_what_takes_too_long_and_has_no_cursor_stops_the_load(
    org: SalesforceServer, run: Run, leads: list[str]
) -> None:
    org.entities["Lead"].not_filterable |= {"SystemModstamp", "LastModifiedDate", "CreatedDate"}
    org.slow_above = 4
    with pytest.raises(SalesMetricsError, match="QUERY_TIMEOUT"):
        run()


def test_a_page_that_is_named_twice_stops_the_load(
    org: SalesforceServer, run: Run, leads: list[str]
) -> None:
    org.disturb("locator=MTA4", "200", times=5, body=b"", headers={"Sforce-Locator": "MTA4"})
    with pytest.raises(SalesMetricsError, match="names the page 'MTA4' of a result twice"):
        run(**ONE_BY_ONE)


def test_an_object_that_the_bulk_api_does_not_give_is_read_by_rest(
    org: SalesforceServer, run: Run, leads: list[str]
) -> None:
    org.put("Lead", leads[0], at=NOON - minutes(60), HasOptedOutOfEmail="true")
    org.not_in_bulk.add("Lead")
    found = run()["lead"]
    assert found.ids == leads
    assert found.row(leads[0])["HasOptedOutOfEmail"] == "true"
    assert found.row(leads[7])["Name"] == 'Ann "7",\nof Ünna'
    assert len(asked(org, "v62.0/query/")) == 11
    assert asked(org, "/queryAll?")


def test_rest_is_counted_too(org: SalesforceServer, run: Run, leads: list[str]) -> None:
    org.not_in_bulk.add("Lead")
    org.processed_claimed = lambda rows: rows + 1 if rows == 23 else rows
    with pytest.raises(SalesMetricsError, match="should have 24 records, but its pages have 23"):
        run()


def test_when_the_days_jobs_are_used_up_everything_is_read_by_rest(
    org: SalesforceServer, run: Run, leads: list[str]
) -> None:
    org.bulk_used_up = True
    found = run()
    assert found["lead"].ids == leads
    assert len(asked(org, "POST /services/data/v62.0/jobs/query")) == 1
    assert "Max bulk v2 query jobs" in found["user"].warnings[0]


def test_a_rest_query_that_takes_too_long_is_read_in_halves(
    org: SalesforceServer, run: Run, leads: list[str]
) -> None:
    org.not_in_bulk.add("Lead")
    org.slow_above = 4
    assert run()["lead"].ids == leads


@pytest.mark.parametrize("request_for", ["/results", "POST .*/jobs/query", "/Lead/describe"])
def test_the_organisations_last_request_stops_the_run(
    org: SalesforceServer, run: Run, leads: list[str], request_for: str
) -> None:
    org.disturb(
        request_for,
        "403",
        body=[{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}],
    )
    with pytest.raises(SalesMetricsError, match=r"REQUEST_LIMIT_EXCEEDED: TotalRequests.*later"):
        run()
    assert org.jobs == {}


def test_reading_stops_at_its_share_of_the_days_requests(
    org: SalesforceServer, run: Run, leads: list[str]
) -> None:
    org.usage = (79, 100)
    run()
    org.usage = (80, 100)
    with pytest.raises(SalesMetricsError, match=r"80 of .* 100 API requests .* stops at 80%"):
        run()
    run(api_share=0.9)


def test_the_share_also_stops_a_read_that_is_under_way_and_cleans_up(
    org: SalesforceServer, run: Run, leads: list[str]
) -> None:
    org.usage = (1, 100)

    def use_up(_method: str, path: str) -> None:
        if "/results" in path:
            org.usage = (95, 100)

    org.before = use_up
    with pytest.raises(SalesMetricsError, match="95 of the organisation's 100"):
        run()
    assert org.jobs == {}


def test_another_host_gets_no_token(org: SalesforceServer, run: Run, leads: list[str]) -> None:
    org.disturb(
        "/resultPages",
        "200",
        body={"resultPages": [{"resultUrl": "https://elsewhere.example/x"}], "done": True},
    )
    with pytest.raises(SalesMetricsError, match=r"another host \(elsewhere\.example\)"):
        run()


def test_cells_that_are_longer_than_a_block(org: SalesforceServer, run: Run) -> None:
    long = "Ünna, " * 600_000
    org.put("Lead", "00Q000000000001AAA", Name=long)
    org.put("Lead", "00Q000000000002AAA", Name="a\0b")
    lead = run()["lead"]
    assert lead.row("00Q000000000001AAA")["Name"] == long
    assert lead.row("00Q000000000002AAA")["Name"] == "ab"
