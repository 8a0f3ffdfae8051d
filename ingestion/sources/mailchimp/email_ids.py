"""The id that Mailchimp gives an address, where a record names the address alone."""

from __future__ import annotations

from hashlib import md5

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.kinds import trim
from ingestion.rows import TextRows
from ingestion.tables import Table


def fill_email_id(rows: TextRows, table: Table) -> None:
    """Where the id is blank, compute it as Mailchimp does: MD5 of the address in lower case."""
    if all(column.name != "email_id" for column in table.columns):
        return
    if "email_address" not in rows.header:
        return
    addresses = rows.columns[rows.header.index("email_address")].combine_chunks()
    if "email_id" not in rows.header:
        rows.header.append("email_id")
        rows.columns.append(pa.chunked_array([pa.nulls(len(addresses), pa.string())]))
    position = rows.header.index("email_id")
    given = trim(rows.columns[position].combine_chunks())
    if given.null_count == 0:
        return
    lower = pc.utf8_lower(trim(addresses))
    needed = pc.filter(lower, pc.is_null(given)).unique().drop_null()
    hashes = pa.array(
        [md5(address.encode("utf-8")).hexdigest() for address in needed.to_pylist()], pa.string()
    )
    computed = pc.take(hashes, pc.index_in(lower, needed))
    rows.columns[position] = pa.chunked_array([pc.coalesce(given, computed)])
