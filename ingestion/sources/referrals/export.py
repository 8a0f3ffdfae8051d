"""How the export folder's files of this source become Arrow tables: as CSV."""

from __future__ import annotations

from pathlib import Path

from ingestion.files import read_csv_file
from ingestion.ids import CrmIds
from ingestion.rows import Extract
from ingestion.tables import Table


def read(folder: Path, table: Table, ids: CrmIds) -> list[Extract]:
    """The extracts of one of the referral programme's files."""
    return read_csv_file(folder, table, ids)
