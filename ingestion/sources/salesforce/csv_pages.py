"""A page of a bulk query's result: CSV bytes to rows of text, counted.

Pages come with or without a header line. What the text means is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from ingestion.csv_files import cells_of
from ingestion.rows import TextRows


class BrokenPageError(ValueError):
    """A page that is not what was asked for; the message says how."""


def read_page(body: bytes, fields: Sequence[str]) -> TextRows:
    """The rows of a page, in columns named and ordered like `fields`.

    Raises BrokenPageError for records of another width and for a header of other fields.
    """
    try:
        cells, skipped = cells_of(body, len(fields))
    except pa.ArrowInvalid as problem:
        raise BrokenPageError(f"is no CSV: {problem}") from None
    if skipped:
        raise BrokenPageError(f"has {skipped} records that are not {len(fields)} cells wide")
    columns = list(cells.columns)
    first = [column[0].as_py() for column in columns] if cells.num_rows else []
    named = {(cell or "").casefold(): position for position, cell in enumerate(first)}
    if all(field.casefold() in named for field in fields) and first:
        columns = [columns[named[field.casefold()]].slice(1) for field in fields]
    rows = len(columns[0])
    return TextRows(list(fields), columns, np.arange(1, rows + 1), rows)
