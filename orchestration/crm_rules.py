"""The quality rules of a run: which seed they stand in, and which raw column each field is.

What a rule means belongs to `expectations/`; running them, to `defs/quality.py`.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ingestion.tables import raw_name

RULES = "quality_rules"
PLACEHOLDERS = "placeholders"
OBJECTS = ("Lead", "Contact", "Account", "Opportunity")


def named_rules(path: Path) -> Iterator[tuple[str, str]]:
    """Object and rule (`Field:check`) of each line, for naming checks; nothing is refused here."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        for line in csv.DictReader(file, skipinitialspace=True):
            cells = [(line.get(column) or "").strip() for column in ("object", "field", "check")]
            if all(cells):
                yield cells[0], f"{cells[1]}:{cells[2]}"


def fields_of_rules(path: Path) -> dict[str, list[str]]:
    """The fields that the rules name, by object: an API must be asked for them."""
    fields: dict[str, list[str]] = {}
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        for line in csv.DictReader(file, skipinitialspace=True):
            conditions = (line.get("applies_when") or "").split(";")
            named = [line.get("field") or "", *(text.partition("=")[0] for text in conditions)]
            of_object = fields.setdefault((line.get("object") or "").strip(), [])
            of_object += [name.strip() for name in named if name.strip()]
    return {object_: list(dict.fromkeys(names)) for object_, names in fields.items()}


class CrmColumns(Mapping[str, str]):
    """API field -> raw column of one object: those declared, then those only this export has.

    `hidden` fields were asked for and not shown: no rule judges them, but they are no mistake.
    """

    def __init__(
        self, declared: Mapping[str, str], in_warehouse: list[str], hidden: Sequence[str] = ()
    ) -> None:
        self._declared = {**{field: raw_name(field) for field in hidden}, **declared}
        known = set(self._declared.values())
        self._others = [
            column for column in in_warehouse if column not in known and not column.startswith("_")
        ]

    def __getitem__(self, field: str) -> str:
        if field in self._declared:
            return self._declared[field]
        column = raw_name(field)
        if column not in self._others:
            raise KeyError(field)
        return column

    def __iter__(self) -> Iterator[str]:
        yield from self._declared
        yield from self._others

    def __len__(self) -> int:
        return len(self._declared) + len(self._others)
