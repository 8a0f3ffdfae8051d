"""How good the CRM records are (section 5): rules, checks and scores, counted again.

The records are those of `Velocity.crm_records`; what reps do to them is in `enrichment.py`.
"""

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cached_property

from tests.recount.rules import Row, Setting
from tests.recount.touches import Touches
from tests.recount.values import Mart, days_between, local_day, number, ratio, trimmed, truth
from tests.recount.velocity import Velocity

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
DIGITS = re.compile(r"[0-9]{7,15}")
PHONE_SIGNS = re.compile(r"[+()\-./\s]")
URL = re.compile(r"(https?://)?[^\s/?#:.@]+(\.[^\s/?#:.@]+)+(:[0-9]+)?([/?#]\S*)?", re.IGNORECASE)
FLAGS = ("HasOptedOutOfEmail",)
COMPLETENESS, VALIDITY = "completeness", "validity"


@dataclass(frozen=True)
class Rule:
    """A line of the list of rules."""

    object: str
    field: str
    check: str
    argument: str
    weight: Fraction
    conditions: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        return f"{self.field}:{self.check}"

    @property
    def kind(self) -> str:
        return COMPLETENESS if self.check == "filled" else VALIDITY


@dataclass
class Verdict:
    """What a rule found among a rep's records."""

    evaluated: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Record:
    """A record that counts, whose it is, and when it was last touched."""

    object: str
    rep: str
    row: Row
    touched_at: datetime | None


@dataclass(frozen=True)
class Scores:
    """The parts of a quality score over some records."""

    records: int
    completeness: Fraction | None
    validity: Fraction | None
    freshness: float | None
    quality_score: float | None

    def cells(self) -> dict[str, object]:
        return {
            "records": self.records,
            "completeness": number(self.completeness),
            "validity": number(self.validity),
            "freshness": self.freshness,
            "quality_score": self.quality_score,
        }


@dataclass(frozen=True)
class Snapshot:
    """What was found on a day: verdicts by object, rule and rep, and every record's freshness."""

    on: date
    setting: Setting
    records: list[tuple[Record, float | None]]
    verdicts: dict[tuple[str, str, str], tuple[Rule, Verdict]]

    def scores(self, rep: str, objects: Sequence[str]) -> Scores:
        """The scores of a rep's records of some objects, taken together."""
        own = [it for it in self.records if it[0].rep == rep and it[0].object in objects]
        shares = {}
        for kind in (COMPLETENESS, VALIDITY):
            passed = evaluated = Fraction(0)
            for (object_, _, its_rep), (rule, verdict) in self.verdicts.items():
                if its_rep == rep and object_ in objects and rule.kind == kind:
                    passed += rule.weight * (verdict.evaluated - verdict.failed)
                    evaluated += rule.weight * verdict.evaluated
            share = ratio(passed, evaluated)
            shares[kind] = None if share is None else 100 * share
        ages = [age for _, age in own if age is not None]
        freshness = math.fsum(ages) / len(ages) if ages else None
        parts = [number(shares[COMPLETENESS]), number(shares[VALIDITY]), freshness]
        return Scores(
            records=len(own),
            completeness=shares[COMPLETENESS],
            validity=shares[VALIDITY],
            freshness=freshness,
            quality_score=self._quality_score(parts),
        )

    def _quality_score(self, parts: list[float | None]) -> float | None:
        weighed = [
            (weight, part)
            for weight, part in zip(self.setting.quality_score_weights, parts, strict=True)
            if part is not None
        ]
        total = sum(weight for weight, _ in weighed)
        return sum(weight * part for weight, part in weighed) / total if total else None

    def crm_rule_results(self) -> Mart:
        return [
            {
                "snapshot_date": self.on,
                "object": object_,
                "rule": name,
                "kind": rule.kind,
                "weight": float(rule.weight),
                "rep_id": rep,
                "evaluated": verdict.evaluated,
                "failed": verdict.failed,
            }
            for (object_, name, rep), (rule, verdict) in self.verdicts.items()
        ]

    def crm_quality(self) -> Mart:
        groups = sorted({(record.object, record.rep) for record, _ in self.records})
        return [
            {
                "snapshot_date": self.on,
                "object": object_,
                "rep_id": rep,
                **self.scores(rep, [object_]).cells(),
            }
            for object_, rep in groups
        ]


class Quality:
    """The records that count for quality, and how they are judged."""

    def __init__(self, velocity: Velocity, touches: Touches) -> None:
        self.velocity = velocity
        self.touches = touches
        self.company = velocity.company
        self.setting = self.company.setting

    @cached_property
    def rules(self) -> list[Rule]:
        return [
            Rule(
                object=str(row["object"]),
                field=str(row["field"]),
                check=str(row["check"]),
                argument=row["argument"] or "",
                weight=Fraction(row["weight"] or ""),
                conditions=_conditions(row["applies_when"]),
            )
            for row in self.company.seed("quality_rules")
        ]

    @cached_property
    def _placeholders(self) -> set[str]:
        return {str(row["value"]).lower() for row in self.company.seed("placeholders")}

    def is_filled(self, value: str | None) -> bool:
        text = trimmed(value)
        return text is not None and text.lower() not in self._placeholders

    # ---- records

    @cached_property
    def records(self) -> list[Record]:
        rows = {
            (kind, row["Id"]): row
            for kind in ("Lead", "Contact", "Account", "Opportunity")
            for row in self.company.alive(kind)
        }
        result = []
        for entry in self.velocity.crm_records():
            row = rows[entry["object"], entry["record_id"]]
            touches = self.touches.of(entry["object"], row)
            last = touches[-1] if touches else None
            result.append(Record(entry["object"], entry["rep_id"], row, last))
        return result

    def _freshness(self, record: Record) -> float | None:
        if record.touched_at is None:
            return None
        age = days_between(record.touched_at, self.setting.as_of)
        return 100 * math.pow(0.5, float(age) / self.setting.freshness_half_life_days)

    # ---- checks

    def applies(self, rule: Rule, row: Row) -> bool:
        """Whether a rule is about a record: its conditions hold, and there is a value to judge."""
        if not all(_equals(field, row.get(field), value) for field, value in rule.conditions):
            return False
        return rule.check == "filled" or self.is_filled(row.get(rule.field))

    def passes(self, rule: Rule, row: Row) -> bool:
        if rule.check == "filled":
            return self.is_filled(row.get(rule.field))
        text = str(trimmed(row.get(rule.field)))
        if rule.check == "email":
            return EMAIL.fullmatch(text) is not None
        if rule.check == "phone":
            return DIGITS.fullmatch(PHONE_SIGNS.sub("", text)) is not None
        if rule.check == "url":
            return URL.fullmatch(text) is not None
        if rule.check == "in_set":
            return text in [member.strip() for member in rule.argument.split("|")]
        if rule.check == "in_range":
            return _is_in_range(text, rule.argument)
        assert rule.check == "not_in_past"
        return _is_day(text) and date.fromisoformat(text) >= self.today

    @property
    def today(self) -> date:
        return local_day(self.setting.as_of, self.setting.zone)

    @cached_property
    def snapshot(self) -> Snapshot:
        """What is found as of as_of."""
        found: dict[tuple[str, str, str], tuple[Rule, Verdict]] = {}
        for rule in self.rules:
            by_rep: dict[str, Verdict] = defaultdict(Verdict)
            for record in self.records:
                if record.object == rule.object and self.applies(rule, record.row):
                    verdict = by_rep[record.rep]
                    verdict.evaluated += 1
                    verdict.failed += 0 if self.passes(rule, record.row) else 1
            for rep, verdict in by_rep.items():
                found[rule.object, rule.name, rep] = rule, verdict
        ages = [(record, self._freshness(record)) for record in self.records]
        return Snapshot(self.today, self.setting, ages, found)


def _conditions(text: str | None) -> tuple[tuple[str, str], ...]:
    """`Field=value;Other=value`, each with its value."""
    result = []
    for part in (text or "").split(";"):
        field, equals, value = part.partition("=")
        if equals:
            result.append((field.strip(), value.strip()))
    return tuple(result)


def _equals(field: str, cell: str | None, value: str) -> bool:
    if field in FLAGS:
        return truth(trimmed(cell)) is truth(value)
    return trimmed(cell) == value


def _is_in_range(text: str, argument: str) -> bool:
    low, _, high = argument.partition(":")
    try:
        return Decimal(low) <= Decimal(text) <= Decimal(high)
    except InvalidOperation:
        return False


def _is_day(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None
