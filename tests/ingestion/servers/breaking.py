"""A load that breaks off at each of its requests, and is started again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sales_metrics.errors import SalesMetricsError
from tests.ingestion.servers.loading import Loading
from tests.ingestion.servers.local import LocalServer

Tables = dict[str, list[tuple[Any, ...]]]


def break_at_each_request(
    server: LocalServer,
    loading: Loading,
    now: datetime,
    changes: Sequence[Callable[[], object]],
    tables: dict[str, str],
) -> Tables:
    """Load, change, and load again, breaking off at the first request, the second, and so on.

    `tables` are those to look at, with their columns; they must stay as they were, whole, for as
    long as no load comes to its end. Returns what is there at the end.
    """

    def state() -> Tables:
        return {table: loading.rows(table, columns) for table, columns in tables.items()}

    loading.run(now)
    for change in changes:
        change()
        now += timedelta(days=1)
        before = state()
        answered = 0
        while True:
            server.answers_left = answered
            try:
                loading.run(now)
                break
            except SalesMetricsError:
                assert state() == before
            answered += 1
        server.answers_left = None
        assert answered > 1
        after = state()
        loading.run(now)
        assert state() == after
    return state()
