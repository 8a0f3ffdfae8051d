"""How the export folder's files of Mailchimp become Arrow tables: as JSON lines."""

from __future__ import annotations

from pathlib import Path

from ingestion.files import read_file
from ingestion.ids import CrmIds
from ingestion.json_lines import read_json_lines
from ingestion.records import Records, count_json_lines
from ingestion.rows import Extract, TextRows
from ingestion.sources.mailchimp.email_ids import fill_email_id
from ingestion.tables import Table


def read(folder: Path, table: Table, ids: CrmIds) -> list[Extract]:
    """The extracts of a file: its own table and those of the lists inside its objects."""

    def read_rows(path: Path, counted: Records) -> TextRows:
        rows = read_json_lines(path, table, counted)
        fill_email_id(rows, table)
        return rows

    return read_file(folder, table, ids, count_json_lines, read_rows)
