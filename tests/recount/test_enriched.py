"""The made-up companies are worth the comparison: records, rules, check-ins, still deals.

Checked on the recount alone, so that a generator that has gone tame is seen without a warehouse.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from tests.recount.check_ins import SAME, CheckIn
from tests.recount.enrichment import OBJECTS, UNTOUCHED, is_row_of_names
from tests.recount.quality import Rule
from tests.recount.recount import Recount
from tests.recount.rules import Change, Row

MILLISECOND = timedelta(milliseconds=1)


def _cell(table: str, wanted: Callable[[dict[str, Any]], object]) -> Callable[[Recount], bool]:
    return lambda it: any(wanted(row) for row in it.marts[f"marts.{table}"])


# ---- rules


def _check(check: str, *, passes: bool) -> Callable[[Recount], bool]:
    """A rule of this check that a record passes, or fails."""

    def found(it: Recount) -> bool:
        return any(
            rule.check == check
            and record.object == rule.object
            and it.quality.applies(rule, record.row)
            and it.quality.passes(rule, record.row) is passes
            for rule, record in product(it.quality.rules, it.quality.records)
        )

    return found


def _judged(it: Recount) -> Iterator[tuple[Rule, Row, bool]]:
    """Rules with conditions, the records of their object, and whether they apply."""
    for rule, record in product(it.quality.rules, it.quality.records):
        if rule.conditions and rule.object == record.object:
            yield rule, record.row, it.quality.applies(rule, record.row)


def _rule_applies_to_some(it: Recount) -> bool:
    return len({applies for _, _, applies in _judged(it)}) == 2


def _touch_after_as_of(it: Recount) -> bool:
    return any(
        change.at > it.company.setting.as_of and change.author in it.company.reps
        for changes in it.company.account_changes.values()
        for change in changes
    )


# ---- histories


def _changes(it: Recount) -> Iterator[list[Change]]:
    for kind in OBJECTS:
        yield from it.quality.touches.histories[kind].values()


def _blanked_again(*, within: bool) -> Callable[[Recount], bool]:
    """A blank that is filled, and blanked again in the same quarter, or only in a later one."""

    def found(it: Recount) -> bool:
        is_filled = it.quality.is_filled
        for changes in _changes(it):
            for place, change in enumerate(changes):
                if is_filled(change.old) or not is_filled(change.new):
                    continue
                for later in changes[place + 1 :]:
                    same = it.company.quarter(later.at) == it.company.quarter(change.at)
                    if later.field == change.field and not is_filled(later.new) and same is within:
                        return True
        return False

    return found


def _change(wanted: Callable[[Recount, Change], object]) -> Callable[[Recount], bool]:
    return lambda it: any(wanted(it, change) for changes in _changes(it) for change in changes)


# ---- check-ins


def _apart(length: timedelta, *, same: bool) -> Callable[[Recount], bool]:
    """Check-ins of a rep at one record, one in each system, so far apart: the same, or two."""

    def found(it: Recount) -> bool:
        return any(
            one.rep == other.rep
            and one.records & other.records
            and abs(one.at - other.at) == length
            and it.check_ins.is_in_crm(other) is same
            for one, other in product(it.check_ins.in_crm, it.check_ins.in_badger)
        )

    return found


def _in_badger(wanted: Callable[[CheckIn], object]) -> Callable[[Recount], bool]:
    return lambda it: any(wanted(check_in) for check_in in it.check_ins.in_badger)


def _at(prefix: str) -> Callable[[Recount], bool]:
    return _in_badger(lambda it: any(record.startswith(prefix) for record in it.records))


def _unmatched(it: Recount) -> bool:
    """A name that several users have, one of them a rep."""
    names = [(user["Name"] or "").strip().lower() for user in it.company.read("User")]
    typed = {(row["created_by"] or "").strip().lower() for row in _rows_of_badger(it)}
    return any(names.count(name) > 1 for name in typed if name)


def _rows_of_badger(it: Recount) -> list[Row]:
    return it.company.read("badger/check_ins")


def _wall_clock(*, occurs: int) -> Callable[[Recount], bool]:
    """A rep's local time that does not occur (0), or occurs twice (2)."""

    def found(it: Recount) -> bool:
        for row in _rows_of_badger(it):
            user = it.check_ins.user(row["created_by"])
            if user is None or user["Id"] not in it.company.reps or row["log_datetime"] is None:
                continue
            zone = it.check_ins.zone_of(user)
            there = datetime.fromisoformat(row["log_datetime"])
            instants = {there.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
            seen = {at for at in instants if at.astimezone(zone).replace(tzinfo=None) == there}
            if len(seen) == occurs:
                return True
        return False

    return found


# ---- deals that stand still


def _untouched_for(length: timedelta, *, stale: bool) -> Callable[[Recount], bool]:
    """A deal, open as a quarter ends (or at as_of), that was last touched so long before."""

    def found(it: Recount) -> bool:
        enrichment, setting = it.enrichment, it.company.setting
        for deal in it.velocity.deals:
            touches = it.quality.touches.of("Opportunity", deal)
            for row in it.marts["marts.dim_quarters"]:
                at = min(it.company.quarter_end(row["quarter"]), setting.as_of)
                until = [touch for touch in touches if touch <= at]
                if until and at - until[-1] == length and enrichment.is_open(deal, at):
                    return stale is (length >= UNTOUCHED)
        return False

    return found


def _has_places(it: Recount) -> bool:
    return any((row["rank"] or 0) > 3 for row in it.marts["marts.data_enrichment"])


WANTED: dict[str, Callable[[Recount], bool]] = {
    **{
        f"{check}: {'right' if passes else 'wrong'}": _check(check, passes=passes)
        for check in ("filled", "email", "phone", "url", "in_set", "in_range", "not_in_past")
        for passes in (True, False)
    },
    "a rule for some": _rule_applies_to_some,
    "no completeness": _cell("crm_quality", lambda row: row["completeness"] is None),
    "no validity": _cell("crm_quality", lambda row: row["validity"] is None),
    "neither": _cell(
        "crm_quality", lambda row: row["completeness"] is None and row["validity"] is None
    ),
    "a record nobody knows the age of": lambda it: any(
        record.touched_at is None for record in it.quality.records
    ),
    "touched at as_of": lambda it: any(
        record.touched_at == it.company.setting.as_of for record in it.quality.records
    ),
    "touched after as_of": _touch_after_as_of,
    "two days": lambda it: len(it.enrichment.snapshots) > 1,
    # histories
    "blanked within the quarter": _blanked_again(within=True),
    "blanked later": _blanked_again(within=False),
    "a robot's change": _change(lambda it, change: change.author not in it.company.reps),
    "a placeholder replaced": _change(
        lambda it, change: change.old and not it.quality.is_filled(change.old)
    ),
    "a row of names": _change(
        lambda _, change: change.field == "Account" and is_row_of_names(change)
    ),
    "a lookup that is filled": lambda it: any(
        change.field == "Account" and not change.old and not is_row_of_names(change)
        for changes in it.company.contact_changes.values()
        for change in changes
    ),
    "created by a rep": _change(
        lambda it, change: change.field == "created" and change.author in it.company.reps
    ),
    # check-ins
    "the same in both": _apart(timedelta(0), same=True),
    "the same 5 minutes apart": _apart(SAME, same=True),
    "more than 5 minutes apart": _apart(SAME + MILLISECOND, same=False),
    "at an account": _at("001"),
    "at a lead": _at("00Q"),
    "at a contact": _at("003"),
    "at nothing": _in_badger(lambda it: not it.records),
    "a name of two": _unmatched,
    "a time that does not occur": _wall_clock(occurs=0),
    "a time that occurs twice": _wall_clock(occurs=2),
    "in Salesforce": lambda it: bool(it.check_ins.in_crm),
    # usage
    "no snapshot": _cell("data_enrichment", lambda row: row["records"] is None),
    "no records": _cell("data_enrichment", lambda row: row["records"] == 0),
    "no lag": _cell("data_enrichment", lambda row: row["median_logging_lag_hours"] is None),
    "a lag": _cell("data_enrichment", lambda row: row["median_logging_lag_hours"]),
    "a lag of 0": _cell("data_enrichment", lambda row: row["median_logging_lag_hours"] == 0),
    "still deals": _cell("data_enrichment", lambda row: row["stale_open_deals"]),
    "untouched for 30 days": _untouched_for(UNTOUCHED, stale=True),
    "untouched for nearly 30 days": _untouched_for(UNTOUCHED - MILLISECOND, stale=False),
    "places": _has_places,
    "too few to rank": _cell(
        "data_enrichment", lambda row: row["quality_score"] is not None and row["records"] == 3
    ),
    "not ranked": _cell(
        "data_enrichment", lambda row: row["quality_score"] is not None and row["rank"] is None
    ),
}


@pytest.mark.parametrize("wanted", list(WANTED))
def test_a_company_has(recounts: list[Recount], wanted: str) -> None:
    assert any(WANTED[wanted](recount) for recount in recounts), f"no company has {wanted}"
