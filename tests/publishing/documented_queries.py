"""The queries that the docs show, to be run against a published file: a test's, or any other."""

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sales_metrics.warehouse import PROJECT_ROOT

DOCUMENTS = ("docs/analysts.md", "docs/bi-tools.md")
BLOCK = re.compile(r"^```sql\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class DocumentedQuery:
    """One ```sql block, and where it begins."""

    place: str
    sql: str

    def rows(self, published: Path) -> list[tuple[object, ...]]:
        """What it finds in a published file, opened as the docs say."""
        with duckdb.connect(str(published), read_only=True) as connection:
            return connection.execute(self.sql).fetchall()


def documented_queries() -> list[DocumentedQuery]:
    """Every query of the docs for analysts and BI tools."""
    queries = []
    for document in DOCUMENTS:
        text = (PROJECT_ROOT / document).read_text(encoding="utf-8")
        for block in BLOCK.finditer(text):
            line = text.count("\n", 0, block.start()) + 2
            queries.append(DocumentedQuery(f"{document}:{line}", block[1]))
    return queries
