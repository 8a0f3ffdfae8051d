"""The REST API's queryAll: for objects that the Bulk API does not give, and for a few rows.

What a cell means is not known here; JSON's values become the text that a CSV would have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from ingestion.changes import Page
from ingestion.http import Refused
from ingestion.rows import TextRows
from ingestion.sources.salesforce.org import Org, first_problem
from ingestion.sources.salesforce.refusals import remedied
from sales_metrics.errors import SalesMetricsError


def read_by_rest(org: Org, soql: str, fields: Sequence[str]) -> Iterator[Page]:
    """The result of a query, deleted rows too, page by page and counted.

    Raises what `refusals.py` names, and SalesMetricsError when the pages do not have as many
    records as Salesforce said.
    """
    link: str | None = f"{org.data}/queryAll"
    params: dict[str, Any] | None = {"q": soql}
    read, promised = 0, None
    while link is not None:
        try:
            answer = org.get_json(link, params=params)
        except Refused as refused:
            raise remedied(first_problem(refused), str(refused)) or refused from None
        promised = answer["totalSize"]
        rows = as_rows(answer["records"], fields)
        read += rows.records
        yield Page(rows, rows.records)
        link = None if answer["done"] else answer["nextRecordsUrl"]
        params = None
    if read != promised:
        raise SalesMetricsError(
            f"Salesforce: the answer to {soql!r} should have {promised:,} records, but its pages "
            f"have {read:,}. Nothing was loaded; run again."
        )


def as_rows(records: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> TextRows:
    """Records as rows of text."""
    columns = [
        pa.chunked_array([pa.array([_text(record.get(field)) for record in records], pa.string())])
        for field in fields
    ]
    return TextRows(list(fields), columns, np.arange(1, len(records) + 1), len(records))


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value.replace("\0", "") or None
    return None if value is None else orjson.dumps(value).decode("utf-8")
