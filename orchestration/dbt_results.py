"""What a dbt build found, told to people: the sentence of a failure, and its warnings.

Reads dbt's own artifacts and the tables in which it stores failing rows. A test of known values
stores the columns `value` and `rows`, and its `meta` says what they are (`what`: "Lead status") and
it means or what to do (`hint`: "add it to the seed lead_statuses"). Running dbt is
`defs/transformation.py`'s.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sales_metrics.warehouse import connect

FAILED = ("fail", "error", "runtime error")
WARNED = "warn"
SHOWN_VALUES = 20


@dataclass(frozen=True)
class DbtResults:
    """The results of one dbt invocation: its target folder, manifest and warehouse."""

    target: Path
    manifest: Mapping[str, Any]
    warehouse: Path

    @property
    def _file(self) -> Path:
        return self.target / "run_results.json"

    def forget(self) -> None:
        """Remove the results of an earlier invocation."""
        self._file.unlink(missing_ok=True)

    def failures(self) -> list[str]:
        """A sentence for each model or test that failed; none if dbt did not get that far."""
        return [self._sentence(result) for result in self._results() if result["status"] in FAILED]

    def warnings(self) -> list[str]:
        """A sentence for each test of severity `warn` that found something."""
        return [self._sentence(result) for result in self._results() if result["status"] == WARNED]

    def _results(self) -> Iterator[dict[str, Any]]:
        if self._file.exists():
            yield from json.loads(self._file.read_text(encoding="utf-8"))["results"]

    def _sentence(self, result: Mapping[str, Any]) -> str:
        node = self.manifest["nodes"].get(result["unique_id"], {})
        name = node.get("name", result["unique_id"])
        if node.get("resource_type") != "test" or result["status"] not in ("fail", WARNED):
            return f"dbt could not build {name}: {_first_lines(result['message'])}"
        relation = result.get("relation_name")
        meta = node.get("config", {}).get("meta", {})
        if relation and "what" in meta:
            return self._unknown_values(relation, meta["what"], meta["hint"])
        where = f": see {relation.replace(chr(34), '')} in the warehouse" if relation else ""
        description = node.get("description") or f"the dbt test {name}"
        return f"{_count(result['failures'], 'row')} failed {description}{where}."

    def _unknown_values(self, relation: str, what: str, hint: str) -> str:
        """`Lead status 'Foo' (12 rows), 'Bar' (1 row) are unknown: …`, most frequent first."""
        with connect(self.warehouse, read_only=True) as connection:
            found = connection.execute(
                f'select "value", "rows" from {relation} order by "rows" desc, "value"'
            ).fetchall()
        shown = [f"'{value}' ({_count(rows, 'row')})" for value, rows in found[:SHOWN_VALUES]]
        more = len(found) - SHOWN_VALUES
        values = ", ".join(shown) + (f" and {_count(more, 'other')}" if more > 0 else "")
        return f"{what} {values} {'is' if len(found) == 1 else 'are'} unknown: {hint}."


def _first_lines(message: str | None) -> str:
    """dbt's message on one line, without the SQL that may follow."""
    return " ".join((message or "no message").split("\n\n")[0].split())


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
