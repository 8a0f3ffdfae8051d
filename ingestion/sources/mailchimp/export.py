"""How the export folder's files of Mailchimp become Arrow tables: as JSON lines."""

from __future__ import annotations

from hashlib import md5
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.files import read_file
from ingestion.ids import CrmIds
from ingestion.json_lines import read_json_lines
from ingestion.kinds import trim
from ingestion.records import Records, count_json_lines
from ingestion.rows import Extract, TextRows
from ingestion.tables import Table


def read(folder: Path, table: Table, ids: CrmIds) -> list[Extract]:
    """The extracts of a file: its own table and those of the lists inside its objects."""

    def read_rows(path: Path, counted: Records) -> TextRows:
        rows = read_json_lines(path, table, counted)
        if any(column.name == "email_id" for column in table.columns):
            _fill_email_id(rows)
        return rows

    return read_file(folder, table, ids, count_json_lines, read_rows)


def _fill_email_id(rows: TextRows) -> None:
    """Where the id is blank, compute it as Mailchimp does: MD5 of the address in lower case."""
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
