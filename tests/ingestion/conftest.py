"""Files of a source made from text, read into extracts or loaded into a warehouse of their own."""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from ingestion.files import record_ids, tables_of
from ingestion.ids import CrmIds
from ingestion.rows import Extract
from ingestion.tables import Table
from sales_metrics.warehouse import DataDir, connect

Extracts = Callable[..., list[Extract]]
Query = Callable[[str], list[tuple[object, ...]]]


def table_named(source: str, name: str) -> Table:
    return next(table for table in tables_of(source) if table.name == name)


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    """A data folder of its own."""
    return DataDir(tmp_path / "data")


@pytest.fixture
def query(data: DataDir) -> Query:
    """Ask its warehouse."""

    def _query(sql: str) -> list[tuple[object, ...]]:
        with connect(data.warehouse, read_only=True) as warehouse:
            return warehouse.execute(sql).fetchall()

    return _query


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An export folder with the two files that must be there, both without records."""
    below = tmp_path / "export"
    (below / "salesforce").mkdir(parents=True)
    (below / "salesforce" / "User.csv").write_text("Id,Name\n")
    (below / "salesforce" / "Opportunity.csv").write_text("Id\n")
    return below


@pytest.fixture
def extracts(folder: Path) -> Extracts:
    """Write one file and read it: `extracts("salesforce", "lead", content)`."""

    def read(source: str, name: str, content: str | bytes) -> list[Extract]:
        table = table_named(source, name)
        path = folder / table.file
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        export = import_module(f"ingestion.sources.{source}.export")
        found: list[Extract] = export.read(folder, table, CrmIds(lambda: record_ids(folder)))
        return found

    return read


@pytest.fixture
def extract(extracts: Extracts) -> Iterator[Callable[..., Extract]]:
    """The same, the file's own table only; every record must be accounted for."""

    def read(source: str, name: str, content: str | bytes) -> Extract:
        found = extracts(source, name, content)[0]
        accounted = found.rows.num_rows + found.quarantined + found.exact_repeats
        assert found.records == accounted + found.older_versions
        return found

    return read
