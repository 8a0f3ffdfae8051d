"""The made-up companies are worth the comparison: each kind of deal is in one of them.

Checked on the recount alone, so that a generator that has gone tame is seen without a warehouse.
Lost prospects and outreach are looked at in modules of their own.
"""

from collections.abc import Callable, Sequence

import pytest

from tests.recount.recount import Recount
from tests.recount.values import instant, local_day, midnight, truth
from tests.recount.velocity import Velocity


def _has_direction(direction: str | None) -> Callable[[Velocity], bool]:
    return lambda velocity: any(
        row["direction"] == direction for row in velocity.fct_stage_visits()
    )


def has_shared_place(found: Sequence[int]) -> bool:
    """Whether two have one rank, and the next rank given is as many later."""
    return any(
        found.count(place) > 1 and place + found.count(place) in found for place in set(found)
    )


def _has_rank_after_tie(velocity: Velocity, rank: str) -> bool:
    by_quarter: dict[str, list[int]] = {}
    for row in velocity.sales_velocity():
        if row[rank] is not None:
            by_quarter.setdefault(row["quarter"], []).append(row[rank])
    return any(has_shared_place(found) for found in by_quarter.values())


def _closed_within_a_second(velocity: Velocity) -> bool:
    return any(
        row["cycle_days"] and row["cycle_days"] < 1e-5 for row in velocity.fct_sales_cycles()
    )


def _owner_moves_at_one_instant(velocity: Velocity) -> bool:
    for changes in velocity.company.opportunity_changes.values():
        moves = [row.at for row in changes if row.field == "Owner" and row.new in _people(velocity)]
        if len(moves) > len(set(moves)):
            return True
    return False


def _people(velocity: Velocity) -> set[str | None]:
    return {row["Id"] for row in velocity.company.read("User")}


def _queue_owned_record(velocity: Velocity) -> bool:
    owners = {row["OwnerId"] for row in velocity.deals}
    return any(owner is not None and owner.startswith("00G") for owner in owners)


def _history_only_in_the_future(velocity: Velocity) -> bool:
    seen = {row["OpportunityId"] for row in velocity.company.read("OpportunityHistory")}
    without = {row["Id"] for row in velocity.deals} - velocity.visits.keys()
    return bool(seen & without)


def _two_leads_of_one_deal(velocity: Velocity) -> bool:
    company = velocity.company
    deals = [
        lead["ConvertedOpportunityId"]
        for lead in company.alive("Lead")
        if company.is_converted(lead)
    ]
    return len(deals) > len(set(deals))


def _conversion_to_come(velocity: Velocity) -> bool:
    company = velocity.company
    return any(
        truth(lead["IsConverted"]) and not company.is_converted(lead)
        for lead in company.alive("Lead")
    )


def _conversion_by_status_row(velocity: Velocity) -> bool:
    company, zone = velocity.company, velocity.setting.zone
    return any(
        at is not None and at != midnight(local_day(at, zone), zone)
        for at in map(company.converted_at, company.alive("Lead"))
    )


def _merged_leads(velocity: Velocity, *, into_a_survivor: bool) -> bool:
    company = velocity.company
    merged = {
        row["Id"]
        for row in company.read("Lead")
        if truth(row["IsDeleted"]) and row["MasterRecordId"] is not None
    }
    return bool(merged & company.survivors.keys() if into_a_survivor else merged)


def _first_quarter_row(velocity: Velocity) -> bool:
    """A deal closed exactly as a quarter begins."""
    zone, quarters = velocity.setting.zone, velocity.dim_quarters()
    starts = {midnight(row["start_date"], zone) for row in quarters}
    return any(cycle.closed_at in starts for cycle in velocity.cycles)


def _deals(**cells: object) -> Callable[[Velocity], bool]:
    """A row of fct_sales_cycles with these cells."""

    def found(velocity: Velocity) -> bool:
        return any(
            all(row[column] == value for column, value in cells.items())
            for row in velocity.fct_sales_cycles()
        )

    return found


WANTED: dict[str, Callable[[Velocity], bool]] = {
    **{
        f"direction {direction}": _has_direction(direction)
        for direction in ("first", "won", "lost", "reopened", "forward", "backward", None)
    },
    "skipped stages": lambda it: any(row["stages_skipped"] for row in it.fct_stage_visits()),
    "skipped unknown": lambda it: any(
        row["stages_skipped"] is None for row in it.fct_stage_visits()
    ),
    "a visit of no length": lambda it: any(
        row["duration_days"] == 0 for row in it.fct_stage_visits()
    ),
    "a blank stage that ended": lambda it: any(row["stage"] == "" for row in it.stage_durations()),
    "a visit nobody's rep had": lambda it: any(
        row["rep_id"] is None for row in it.fct_stage_visits()
    ),
    "clock error": _deals(exclusion_reason="clock_error"),
    "renewal": _deals(exclusion_reason="not_new_business"),
    "closed, nobody knows when": _deals(is_closed=True, closed_at=None),
    "closed by its date": _deals(is_closed=True, closed_by_history=False),
    "without a start": _deals(is_closed=True, opened_at=None),
    "without an amount": _deals(amount=None),
    "without a rep": _deals(rep_id=None),
    "won as it was created": _deals(is_won=True, cycle_days=0.0),
    "reopened": _deals(reopen_count=1),
    "reopened twice or back": lambda it: any(
        row["reopen_count"] + row["backward_moves"] > 1 for row in it.fct_sales_cycles()
    ),
    "a second between start and close": _closed_within_a_second,
    "closed at a quarter's first instant": _first_quarter_row,
    "shared fastest": lambda it: _has_rank_after_tie(it, "fastest_rank"),
    "shared largest": lambda it: _has_rank_after_tie(it, "largest_rank"),
    "too few to rank": lambda it: any(
        row["median_won_cycle_days"] is not None and row["fastest_rank"] is None
        for row in it.sales_velocity()
    ),
    "nothing won": lambda it: any(row["velocity_per_day"] == 0 for row in it.sales_velocity()),
    "no velocity": lambda it: any(row["velocity_per_day"] is None for row in it.sales_velocity()),
    "unknown amounts won": lambda it: any(row["won_amount"] is None for row in it.sales_velocity()),
    "owner changes at one instant": _owner_moves_at_one_instant,
    "a queue's deal": _queue_owned_record,
    "stage rows only to come": _history_only_in_the_future,
    "two leads, one deal": _two_leads_of_one_deal,
    "a conversion to come": _conversion_to_come,
    "a conversion with a status row": _conversion_by_status_row,
    "merged leads": lambda it: _merged_leads(it, into_a_survivor=True),
    "owner changes to come": lambda it: any(
        row.at > it.setting.as_of and row.field == "Owner"
        for changes in it.company.opportunity_changes.values()
        for row in changes
    ),
    "deals to come": lambda it: any(
        not it.company.exists(row) for row in it.company.read("Opportunity")
    ),
    "deleted deals": lambda it: any(
        truth(row["IsDeleted"]) for row in it.company.read("Opportunity")
    ),
    "deleted stage rows": lambda it: any(
        truth(row["IsDeleted"]) for row in it.company.read("OpportunityHistory")
    ),
    "stage rows at one instant": lambda it: (
        len({(row["OpportunityId"], row["CreatedDate"]) for row in _stage_rows(it)})
        < len(_stage_rows(it))
    ),
    "a stage row at as_of": lambda it: any(
        instant(row["CreatedDate"]) == it.setting.as_of for row in _stage_rows(it)
    ),
    "every object of the CRM": lambda it: (
        {row["object"] for row in it.crm_records()} == {"Lead", "Contact", "Account", "Opportunity"}
    ),
    "both kinds of days": lambda it: (
        {row["is_closed"] for row in it.dim_quarters()} == {True, False}
    ),
}


def _stage_rows(velocity: Velocity) -> list[dict[str, str | None]]:
    return [
        row for row in velocity.company.read("OpportunityHistory") if not truth(row["IsDeleted"])
    ]


@pytest.mark.parametrize("wanted", list(WANTED))
def test_a_company_has(recounts: list[Recount], wanted: str) -> None:
    assert any(WANTED[wanted](recount.velocity) for recount in recounts), f"no company has {wanted}"
