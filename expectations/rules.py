"""The rules as data: `quality_rules.csv` and `placeholders.csv`, read and refused line by line.

What a rule is belongs here, and nothing heavy: Dagster reads the rules when it loads. What a check
means on a column is in `checks.py`; how Great Expectations runs it, in `suites.py`.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from sales_metrics.errors import SalesMetricsError

OBJECTS = ("Lead", "Contact", "Account", "Opportunity")
CHECKS = ("filled", "email", "phone", "url", "in_set", "in_range", "not_in_past")
CHECKS_WITH_ARGUMENT = {
    "in_set": "the allowed values, as a|b|c",
    "in_range": "the lowest and the highest number, both included, as low:high",
}
RULE_COLUMNS = ("object", "field", "check", "argument", "weight", "applies_when")
PLACEHOLDER_COLUMNS = ("value",)

# ASCII digits only, so that what is a number here is one in every database too.
NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")


@dataclass(frozen=True)
class Rule:
    """One line of the list: what a field of an object must be, how much it weighs, and when."""

    object: str
    field: str
    check: str
    argument: str
    weight: float
    applies_when: tuple[tuple[str, str], ...]
    line: int

    @property
    def rule(self) -> str:
        """The rule's name within its object: `Field:check`."""
        return f"{self.field}:{self.check}"

    @property
    def kind(self) -> str:
        """`completeness` for filled, `validity` for every other check."""
        return "completeness" if self.check == "filled" else "validity"

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field that must be read to judge the rule: its own, then those of applies_when."""
        return tuple(dict.fromkeys((self.field, *(field for field, _ in self.applies_when))))


def read_rules(path: Path, known_fields: Mapping[str, Collection[str]]) -> list[Rule]:
    """Read the rules in the file's order; `known_fields` names the fields of each object.

    Raises SalesMetricsError, naming file, line and what is allowed, at the first wrong line.
    """
    rules: list[Rule] = []
    first_lines: dict[tuple[str, str, str], int] = {}
    for line, cells in _read_lines(path, RULE_COLUMNS):
        where = f"{path}, line {line}"
        rule = _rule(cells, line, where, known_fields)
        key = (rule.object, rule.field, rule.check)
        if key in first_lines:
            raise SalesMetricsError(
                f"{where}: {rule.object} {rule.rule} stands in line {first_lines[key]} already; "
                "an object, field and check may stand together once, so remove one of the two."
            )
        first_lines[key] = line
        rules.append(rule)
    return rules


def without_hidden(
    rules: Sequence[Rule], hidden: Mapping[str, Collection[str]]
) -> tuple[list[Rule], list[tuple[Rule, list[str]]]]:
    """The rules that can be judged, and the others with the fields that nobody may see.

    What a source does not show is not missing: it would count as unfilled in every record.
    """
    judged, skipped = [], []
    for rule in rules:
        unseen = [field for field in rule.fields if field in hidden.get(rule.object, ())]
        if unseen:
            skipped.append((rule, unseen))
        else:
            judged.append(rule)
    return judged, skipped


def read_placeholders(path: Path) -> tuple[str, ...]:
    """Read what people type instead of leaving a field blank: trimmed, in lower case, each once.

    `null`, `none` and `n/a` are words in this file like any other.
    """
    words = (cells["value"].lower() for _, cells in _read_lines(path, PLACEHOLDER_COLUMNS))
    return tuple(dict.fromkeys(word for word in words if word))


def is_number(text: str) -> bool:
    """Whether the text is one plain decimal number: `12`, `-0.5`, `1e6`."""
    return NUMBER.fullmatch(text) is not None


def parse_members(argument: str) -> tuple[str, ...]:
    """The values of an in_set argument, trimmed. Raises ValueError if one is blank or repeated."""
    members = tuple(member.strip() for member in argument.split("|"))
    if not all(members):
        raise ValueError("a value is blank")
    if len(set(members)) < len(members):
        raise ValueError("a value is repeated")
    return members


def parse_range(argument: str) -> tuple[Decimal, Decimal]:
    """The exact bounds of an in_range argument. Raises ValueError if they are none."""
    bounds = [bound.strip() for bound in argument.split(":")]
    if len(bounds) != 2 or not all(is_number(bound) for bound in bounds):
        raise ValueError("it is not two numbers")
    low, high = (Decimal(bound) for bound in bounds)
    if low > high:
        raise ValueError("low is above high")
    return low, high


def _read_lines(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line number, trimmed cells by column) of every line that is not blank."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = tuple(cell.strip() for cell in next(reader, []))
            if sorted(header) != sorted(columns):
                raise SalesMetricsError(
                    f"{path}, line 1: the columns are {', '.join(header) or 'missing'}; "
                    f"they must be {', '.join(columns)}."
                )
            line = reader.line_num + 1
            for row in reader:
                if row:
                    if len(row) != len(header):
                        raise SalesMetricsError(
                            f"{path}, line {line}: {len(row)} cells where the header has "
                            f"{len(header)}; separate them by commas and quote a cell that "
                            "holds one."
                        )
                    cells = (cell.strip() for cell in row)
                    yield line, dict(zip(header, cells, strict=True))
                line = reader.line_num + 1
    except OSError as error:
        raise SalesMetricsError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SalesMetricsError(f"{path} is not UTF-8; save it as UTF-8.") from error
    except csv.Error as error:
        raise SalesMetricsError(
            f"{path}, line {reader.line_num}: the line is no CSV ({error}); check its quotes."
        ) from error


def _rule(
    cells: dict[str, str], line: int, where: str, known_fields: Mapping[str, Collection[str]]
) -> Rule:
    object_, field, check = cells["object"], cells["field"], cells["check"]
    _require(object_, OBJECTS, f"{where}: object")
    fields = known_fields.get(object_, ())
    _require(field, fields, f"{where}: field of {object_}")
    _require(check, CHECKS, f"{where}: check")
    _check_argument(check, cells["argument"], where)
    return Rule(
        object=object_,
        field=field,
        check=check,
        argument=cells["argument"],
        weight=_weight(cells["weight"], where),
        applies_when=_applies_when(cells["applies_when"], object_, fields, where),
        line=line,
    )


def _require(value: str, allowed: Collection[str], what: str) -> None:
    if value not in allowed:
        raise SalesMetricsError(
            f"{what} '{value}' is unknown; allowed are {', '.join(allowed) or 'none'}."
        )


def _check_argument(check: str, argument: str, where: str) -> None:
    wanted = CHECKS_WITH_ARGUMENT.get(check)
    if wanted is None:
        if argument:
            raise SalesMetricsError(
                f"{where}: argument '{argument}' is wrong, {check} takes none; leave it blank."
            )
        return
    try:
        parse_members(argument) if check == "in_set" else parse_range(argument)
    except ValueError as error:
        raise SalesMetricsError(
            f"{where}: argument '{argument}' of {check} is wrong, {error}; allowed: {wanted}."
        ) from error


def _weight(text: str, where: str) -> float:
    weight = float(text) if is_number(text) else 0.0
    if not 0 < weight < math.inf:
        raise SalesMetricsError(
            f"{where}: weight '{text}' is wrong; allowed is a number above 0, such as 1 or 2.5."
        )
    return weight


def _applies_when(
    text: str, object_: str, fields: Collection[str], where: str
) -> tuple[tuple[str, str], ...]:
    if not text:
        return ()
    conditions: dict[str, str] = {}
    for part in text.split(";"):
        field, equals, value = (piece.strip() for piece in part.partition("="))
        if not (field and equals and value):
            raise SalesMetricsError(
                f"{where}: applies_when '{text}' is wrong; allowed is Field=value, "
                "or several joined by a semicolon, all of which must hold."
            )
        _require(field, fields, f"{where}: applies_when's field of {object_}")
        if field in conditions:
            raise SalesMetricsError(
                f"{where}: applies_when names {field} twice, which can never hold; name it once."
            )
        conditions[field] = value
    return tuple(conditions.items())
