"""Bulk API 2.0: a query as a job, from its creation to its removal, and its result page by page.

How a result's bytes are read is `csv_pages.py`'s; what to do when a query is refused, `query.py`'s.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from typing import Any

from ingestion.changes import Page
from ingestion.http import Answer, AskAgain, Refused
from ingestion.sources.salesforce.csv_pages import BrokenPageError, read_page
from ingestion.sources.salesforce.org import PARALLEL_PAGES, Org, Problem, first_problem
from ingestion.sources.salesforce.refusals import remedied
from sales_metrics.errors import SalesMetricsError

# Since this version a finished job lists where its pages are, so that several are fetched at once.
_PARALLEL_SINCE = 58.0
_RECORDS_PER_PAGE = 50_000
_FIRST_POLL, _LONGEST_POLL = 0.5, 30.0
_LONGEST_JOB = 3 * 60 * 60.0


def read_in_bulk(org: Org, soql: str, fields: Sequence[str]) -> Iterator[Page]:
    """The result of a query, deleted rows too, page by page and counted.

    Raises what `refusals.py` names before the first page, and SalesMetricsError when pages and the
    job do not agree about how many records there are. The job is removed whatever happens.
    """
    with _job(org, soql) as (path, info):
        promised = info.get("numberRecordsProcessed")
        read = 0
        for page in _pages(org, path, fields, promised):
            read += page.rows.records
            yield page
        if promised is not None and read != promised:
            raise SalesMetricsError(
                f"Salesforce: the job says that {soql!r} has {promised:,} records, but its pages "
                f"have {read:,}. Nothing was loaded; run again."
            )


@contextmanager
def _job(org: Org, soql: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """A finished job: its path and what it says of itself."""
    jobs = f"{org.data}/jobs/query"
    try:
        created = org.ask(
            "POST", jobs, json={"operation": "queryAll", "query": soql}, read=Answer.json
        )
    except Refused as refused:
        remedy = remedied(first_problem(refused), str(refused))
        raise remedy or refused from None
    path = f"{jobs}/{created['id']}"
    ended = False
    try:
        info = _wait(org, path)
        ended = True
        if info["state"] != "JobComplete":
            message = str(info.get("errorMessage") or "it gives no reason")
            sentence = (
                f"Salesforce: the query {soql!r} ended as {info['state']}: {message.rstrip('.')}. "
                "Nothing was loaded."
            )
            raise remedied(Problem("", message), sentence) or SalesMetricsError(sentence)
        yield path, info
    finally:
        if not ended:
            org.clean_up("PATCH", path, json={"state": "Aborted"})
        org.clean_up("DELETE", path)


def _wait(org: Org, path: str) -> dict[str, Any]:
    delay, waited = _FIRST_POLL, 0.0
    while True:
        info: dict[str, Any] = org.get_json(path)
        if info["state"] in ("JobComplete", "Failed", "Aborted"):
            return info
        if waited >= _LONGEST_JOB:
            raise SalesMetricsError(
                f"Salesforce: a query is still {info['state']} after {waited / 60:.0f} minutes, "
                "and was given up. Nothing was loaded; run again later."
            )
        org.sleep(delay)
        waited += delay
        delay = min(delay * 1.5, _LONGEST_POLL)


def _pages(org: Org, path: str, fields: Sequence[str], promised: int | None) -> Iterator[Page]:
    if promised == 0:
        return iter(())
    if org.version >= _PARALLEL_SINCE:
        links = _links(org, path)
        first = next(links, None)
        if first is not None:
            return _in_parallel(org, chain([first], links), fields)
    return _one_by_one(org, path, fields)


def _one_by_one(org: Org, path: str, fields: Sequence[str]) -> Iterator[Page]:
    """Each page names the next; the last one names `null`."""
    locator: str | None = None
    seen: set[str] = set()
    while locator != "null":
        if locator is not None:
            if locator in seen:
                raise SalesMetricsError(
                    f"Salesforce names the page {locator!r} of a result twice. Nothing was loaded; "
                    "run again."
                )
            seen.add(locator)
        page, locator = _page(org, f"{path}/results", fields, locator)
        yield page


def _links(org: Org, path: str) -> Iterator[str]:
    """Where the pages are, as a job lists them: a handful at a time. None if it does not."""
    following: str | None = f"{path}/resultPages"
    while following:
        try:
            listed = org.get_json(following)
        except Refused as refused:
            if refused.status == 404:
                return
            raise
        for page in listed.get("resultPages") or ():
            yield page["resultUrl"]
        # Salesforce's own guide spells it both ways.
        following = listed.get("nextRecordsUrl") or listed.get("nextRecordUrl")
        if listed.get("done") is True:
            return


def _in_parallel(org: Org, links: Iterator[str], fields: Sequence[str]) -> Iterator[Page]:
    """The pages in their order, a few fetched ahead."""
    pool = ThreadPoolExecutor(PARALLEL_PAGES, "salesforce-page")
    ahead: deque[Future[tuple[Page, str]]] = deque()
    try:
        for link in links:
            ahead.append(pool.submit(_page, org, link, fields))
            if len(ahead) == PARALLEL_PAGES:
                yield ahead.popleft().result()[0]
        while ahead:
            yield ahead.popleft().result()[0]
    finally:
        # Those that wait are not fetched any more when one of them failed, or nobody asks on.
        pool.shutdown(wait=True, cancel_futures=True)


def _page(
    org: Org, link: str, fields: Sequence[str], locator: str | None = None
) -> tuple[Page, str]:
    """A page and the name of the next one. One that is broken or cut is asked for again."""

    def read(answer: Answer) -> tuple[Page, str]:
        told = answer.headers.get("Sforce-NumberOfRecords")
        expected = None if told is None else int(told)
        try:
            rows = read_page(answer.body, fields)
        except BrokenPageError as problem:
            raise AskAgain(f"a page of the result {problem}") from None
        if expected is not None and rows.records != expected:
            raise AskAgain(f"a page that should have {expected} records has {rows.records}")
        return Page(rows, expected), answer.headers.get("Sforce-Locator") or "null"

    params: dict[str, Any] = {}
    if "?" not in link:
        params = {"maxRecords": _RECORDS_PER_PAGE}
        if locator is not None:
            params["locator"] = locator
    found: tuple[Page, str] = org.ask("GET", link, params=params or None, read=read)
    return found
