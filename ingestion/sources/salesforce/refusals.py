"""What a query may be refused for that has a remedy. The remedies are `query.py`'s."""

from __future__ import annotations

from ingestion.sources.salesforce.org import Problem
from sales_metrics.errors import SalesMetricsError

_TOO_SLOW = ("QUERY_TIMEOUT", "RETRIED MORE THAN")
_UNKNOWN_FIELD = ("INVALID_FIELD", "NO SUCH COLUMN")
_NOT_IN_BULK = ("INVALIDENTITY", "NOT SUPPORTED BY THE BULK", "NOT SUPPORTED IN BULK")
_BULK_USED_UP = ("MAX BULK V2 QUERY", "LIMIT_EXCEEDED", "EXCEEDED_QUOTA")


class TooSlowError(SalesMetricsError):
    """The query ran into Salesforce's time limit: ask for less at a time."""


class UnknownFieldError(SalesMetricsError):
    """A field is no longer shown: describe the object again."""


class NotInBulkError(SalesMetricsError):
    """The Bulk API does not give this object: ask the REST API."""


class BulkUsedUpError(SalesMetricsError):
    """The day's bulk queries are used up: ask the REST API, for everything."""


def remedied(problem: Problem, sentence: str) -> SalesMetricsError | None:
    """The error for a problem that has a remedy; None for others."""
    told = f"{problem.code} {problem.message}".upper()
    # It also ends in LIMIT_EXCEEDED, and stands for all APIs.
    if "REQUEST_LIMIT_EXCEEDED" in told:
        return None
    for words, error in (
        (_TOO_SLOW, TooSlowError),
        (_UNKNOWN_FIELD, UnknownFieldError),
        (_NOT_IN_BULK, NotInBulkError),
        (_BULK_USED_UP, BulkUsedUpError),
    ):
        if any(word in told for word in words):
            return error(sentence)
    return None
