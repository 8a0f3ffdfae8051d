"""Where every record of a source went: the account of each raw table, and that it adds up."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sales_metrics.errors import SalesMetricsError


@dataclass
class TableLoad:
    """What became of the records of one file or object, or of one list inside its records.

    `loaded` is counted in the warehouse; `rows` is all that the table then holds, which is more
    where only changes were read. `file` is relative to the export folder, or names the object that
    an API was asked for; `seconds` is the time for reading and typing; `unknown_columns` maps
    headers that no table declares to the raw columns that keep them.
    """

    source: str
    table: str
    file: Path
    file_present: bool
    records: int
    loaded: int
    quarantined: int
    exact_repeats: int
    older_versions: int
    seconds: float
    warnings: list[str] = field(default_factory=list)
    unknown_columns: dict[str, str] = field(default_factory=dict)
    rows: int = 0

    def reconcile(self) -> None:
        """Raise SalesMetricsError unless every record is accounted for."""
        accounted = self.loaded + self.quarantined + self.exact_repeats + self.older_versions
        if self.records != accounted:
            raise SalesMetricsError(
                f"{self.file} has {self.records} records for raw_{self.source}.{self.table}, but "
                f"{accounted} are accounted for: {self.loaded} loaded, {self.quarantined} "
                f"quarantined, {self.exact_repeats} exact repeats, {self.older_versions} older "
                "versions. Nothing that follows can be trusted; please report this as an error."
            )
