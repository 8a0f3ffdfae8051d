"""Section 3 of the metrics' text, counted again, and section 5's records: rows as the marts have.

Slow on purpose: every deal is held against every other, every figure is exact (fractions) until it
is handed out. The rules that hold everywhere are in `rules.py`.
"""

import math
from collections import defaultdict
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from tests.recount.rules import Company, Row
from tests.recount.values import (
    Mart,
    day,
    days_between,
    instant,
    instant_of_date,
    median,
    money_sum,
    naive,
    number,
    percentile,
    quarter_days,
    quarter_of_day,
    quarters_until,
    ranks,
    ratio,
    trimmed,
    truth,
)


@dataclass(frozen=True)
class Visit:
    """A stay of a deal in a stage; `stage` is None where the name is blank."""

    deal: str
    number: int
    stage: str | None
    entered_at: datetime
    exited_at: datetime | None
    duration_days: Fraction | None
    direction: str | None
    stages_skipped: int | None
    rep: str | None


@dataclass(frozen=True)
class Cycle:
    """A deal from its creation to its close."""

    deal: str
    rep: str | None
    account: str | None
    channel: str
    opened_at: datetime | None
    closed_at: datetime | None
    quarter: str | None
    by_history: bool | None
    is_closed: bool
    is_won: bool
    amount: Decimal | None
    days: Fraction | None
    reopen_count: int
    backward_moves: int
    exclusion: str | None


class Velocity:
    """The marts of section 3 for a company."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.setting = company.setting

    @cached_property
    def deals(self) -> list[Row]:
        return self.company.alive("Opportunity")

    # ---- stage visits

    @cached_property
    def visits(self) -> dict[str, list[Visit]]:
        """Deal → its visits in order; a deal without history rows until as_of has none."""
        histories = defaultdict(list)
        for row in self.company.alive("OpportunityHistory"):
            at = instant(row["CreatedDate"])
            if at is not None:
                entry = (at, str(row["Id"]), trimmed(row["StageName"]))
                histories[str(row["OpportunityId"])].append(entry)
        return {
            str(deal["Id"]): self._visits_of(deal, sorted(histories[str(deal["Id"])]))
            for deal in self.deals
            if histories[str(deal["Id"])]
        }

    def _visits_of(self, deal: Row, rows: list[tuple[datetime, str, str | None]]) -> list[Visit]:
        runs: list[tuple[str | None, datetime]] = []
        for at, _, stage in rows:
            if not runs or runs[-1][0] != stage:
                runs.append((stage, at))
        owners = self.company.opportunity_changes.get(str(deal["Id"]), [])
        result = []
        for place, (stage, entered_at) in enumerate(runs):
            exited_at = runs[place + 1][1] if place + 1 < len(runs) else None
            if exited_at is not None:
                duration = days_between(entered_at, exited_at)
            elif self.company.stage(stage).is_closed:
                duration = None
            else:
                duration = days_between(entered_at, self.setting.as_of)
            direction, skipped = (
                ("first", 0) if place == 0 else self._move(runs[place - 1][0], stage)
            )
            result.append(
                Visit(
                    deal=str(deal["Id"]),
                    number=place + 1,
                    stage=stage,
                    entered_at=entered_at,
                    exited_at=exited_at,
                    duration_days=duration,
                    direction=direction,
                    stages_skipped=skipped,
                    rep=self.company.rep(owners, deal["OwnerId"], entered_at),
                )
            )
        return result

    def _move(self, before: str | None, after: str | None) -> tuple[str | None, int | None]:
        """The direction of a move, and how many stages it skips."""
        left, entered = self.company.stage(before), self.company.stage(after)
        low, high = left.sort_order, entered.sort_order
        direction: str | None
        if entered.is_closed:
            direction = "won" if entered.is_won else "lost"
        elif left.is_closed:
            direction = "reopened"
        elif low is None or high is None or low == high:
            direction = None
        else:
            direction = "forward" if low < high else "backward"
        if low is None or high is None:
            return direction, None
        if direction != "forward":
            return direction, 0
        between = [
            stage
            for stage in self.company.stages.values()
            if stage.is_active
            and not stage.is_closed
            and stage.sort_order is not None
            and low < stage.sort_order < high
        ]
        return direction, len(between)

    def fct_stage_visits(self) -> Mart:
        return [
            {
                "opportunity_id": visit.deal,
                "visit_number": visit.number,
                "stage": visit.stage,
                "entered_at": naive(visit.entered_at),
                "exited_at": naive(visit.exited_at),
                "duration_days": number(visit.duration_days),
                "direction": visit.direction,
                "stages_skipped": visit.stages_skipped,
                "rep_id": visit.rep,
            }
            for visits in self.visits.values()
            for visit in visits
        ]

    # ---- cycles

    @cached_property
    def cycles(self) -> list[Cycle]:
        return [self._cycle(deal) for deal in self.deals]

    def _close(self, deal: Row) -> tuple[bool, bool, datetime | None, str | None, bool | None]:
        """Whether it is closed, and won, since when, in which quarter, and whether history says so.

        A deal that is closed without history and without CloseDate closed at an unknown instant: it
        is in no quarter, and its rep is who has it at as_of.
        """
        company, setting = self.company, self.setting
        visits = self.visits.get(str(deal["Id"]))
        if visits:
            last = company.stage(visits[-1].stage)
            if not last.is_closed:
                return False, False, None, None, None
            start = visits[-1]
            for visit in reversed(visits):
                if not company.stage(visit.stage).is_closed:
                    break
                start = visit
            at = start.entered_at
            return True, last.is_won, at, company.quarter(at), True
        stage = company.stage(trimmed(deal["StageName"]))
        closed, won = truth(deal["IsClosed"]), truth(deal["IsWon"])
        if not (stage.is_closed if closed is None else closed):
            return False, False, None, None, None
        is_won = stage.is_won if won is None else won
        on = day(deal["CloseDate"])
        if on is None:
            return True, is_won, None, None, False
        at = instant_of_date(on, instant(deal["CreatedDate"]), setting.zone)
        if at > setting.as_of:
            return False, False, None, None, None
        return True, is_won, at, quarter_of_day(on, setting.fiscal_year_start_month), False

    def _cycle(self, deal: Row) -> Cycle:
        company = self.company
        key = str(deal["Id"])
        is_closed, is_won, closed_at, quarter, by_history = self._close(deal)
        opened_at = instant(deal["CreatedDate"])
        days = None
        if closed_at is not None and opened_at is not None:
            days = days_between(opened_at, closed_at)
        exclusion = None
        if deal["Type"] in self.setting.non_new_business_types:
            exclusion = "not_new_business"
        if days is not None and days < 0:
            days, exclusion = None, "clock_error"
        source = deal["LeadSource"]
        if trimmed(source) is None and key in company.lead_of_deal:
            source = company.lead_of_deal[key]["LeadSource"]
        visits = self.visits.get(key, [])
        closed_before = [company.stage(visit.stage).is_closed for visit in visits]
        reopened = [
            place
            for place in range(1, len(visits))
            if closed_before[place - 1] and not closed_before[place]
        ]
        return Cycle(
            deal=key,
            rep=company.rep(
                company.opportunity_changes.get(key, []),
                deal["OwnerId"],
                closed_at or self.setting.as_of,
            ),
            account=deal["AccountId"],
            channel=company.channel(source),
            opened_at=opened_at,
            closed_at=closed_at,
            quarter=quarter,
            by_history=by_history,
            is_closed=is_closed,
            is_won=is_won,
            amount=company.money(deal["Amount"], deal["CurrencyIsoCode"]),
            days=days,
            reopen_count=len(reopened),
            backward_moves=len([visit for visit in visits if visit.direction == "backward"]),
            exclusion=exclusion,
        )

    @cached_property
    def workloads(self) -> dict[str, Fraction]:
        """Closed deal → how many deals its rep had open, itself included, weighted by time."""
        spans: list[tuple[Cycle, datetime, datetime]] = []
        for cycle in self.cycles:
            start = cycle.opened_at
            end = cycle.closed_at if cycle.is_closed else self.setting.as_of
            if cycle.rep is None or start is None or end is None or start >= end:
                continue
            spans.append((cycle, start, end))
        result = {}
        for cycle, start, end in spans:
            if not cycle.is_closed:
                continue
            together = Fraction(0)
            for other, its_start, its_end in spans:
                if other.rep == cycle.rep:
                    overlap = days_between(max(start, its_start), min(end, its_end))
                    together += max(overlap, Fraction(0))
            result[cycle.deal] = together / days_between(start, end)
        return result

    def fct_sales_cycles(self) -> Mart:
        return [
            {
                "opportunity_id": cycle.deal,
                "rep_id": cycle.rep,
                "account_id": cycle.account,
                "channel": cycle.channel,
                "opened_at": naive(cycle.opened_at),
                "closed_at": naive(cycle.closed_at),
                "closed_quarter": cycle.quarter,
                "closed_by_history": cycle.by_history,
                "is_closed": cycle.is_closed,
                "is_won": cycle.is_won,
                "amount": cycle.amount,
                "cycle_days": number(cycle.days),
                "reopen_count": cycle.reopen_count,
                "backward_moves": cycle.backward_moves,
                "mean_open_deals": number(self.workloads.get(cycle.deal)),
                "exclusion_reason": cycle.exclusion,
            }
            for cycle in self.cycles
        ]

    # ---- metrics

    def sales_velocity(self) -> Mart:
        groups = defaultdict(list)
        for cycle in self.cycles:
            if cycle.is_closed and cycle.exclusion is None and cycle.quarter and cycle.rep:
                groups[cycle.quarter, cycle.rep].append(cycle)
        fast: dict[str, dict[str, Fraction]] = defaultdict(dict)
        large: dict[str, dict[str, Fraction]] = defaultdict(dict)
        fast_volume = self.company.minimum_volume(
            "median_won_cycle_days", self.setting.minimum_volume
        )
        large_volume = self.company.minimum_volume("largest_won_amount", 1)
        rows: Mart = []
        for (quarter, rep), cycles in groups.items():
            wins = [cycle for cycle in cycles if cycle.is_won]
            amounts = [cycle.amount for cycle in wins if cycle.amount is not None]
            lengths = [cycle.days for cycle in wins if cycle.days is not None and cycle.days > 0]
            amount = money_sum(cycle.amount for cycle in wins)
            largest = max(amounts, default=None)
            win_rate = Fraction(len(wins), len(cycles))
            mean_amount = ratio(None if amount is None else Fraction(amount), len(wins))
            mean_length = ratio(sum(lengths, Fraction(0)), len(lengths))
            if not wins:
                speed: Fraction | None = Fraction(0)
            elif mean_amount is None:
                speed = None
            else:
                speed = ratio(len(cycles) * win_rate * mean_amount, mean_length)
            middle = median(lengths)
            if self.company.is_active_rep(rep):
                if middle is not None and len(lengths) >= fast_volume:
                    fast[quarter][rep] = middle
                if largest is not None and len(wins) >= large_volume:
                    large[quarter][rep] = Fraction(largest)
            rows.append(
                {
                    "quarter": quarter,
                    "rep_id": rep,
                    "won": len(wins),
                    "lost": len(cycles) - len(wins),
                    "win_rate": number(win_rate),
                    "won_amount": amount,
                    "mean_won_amount": number(mean_amount),
                    "mean_won_cycle_days": number(mean_length),
                    "median_won_cycle_days": number(middle),
                    "largest_won_amount": largest,
                    "velocity_per_day": number(speed),
                }
            )
        fast_ranks = {quarter: ranks(it, smallest_first=True) for quarter, it in fast.items()}
        large_ranks = {quarter: ranks(it, smallest_first=False) for quarter, it in large.items()}
        for row in rows:
            row["fastest_rank"] = fast_ranks.get(row["quarter"], {}).get(row["rep_id"])
            row["largest_rank"] = large_ranks.get(row["quarter"], {}).get(row["rep_id"])
        return rows

    def stage_durations(self) -> Mart:
        excluded = {cycle.deal for cycle in self.cycles if cycle.exclusion is not None}
        groups = defaultdict(list)
        for deal, visits in self.visits.items():
            for visit, following in pairwise(visits):
                if deal not in excluded and not self.company.stage(visit.stage).is_closed:
                    quarter = self.company.quarter(following.entered_at)
                    groups[quarter, visit.stage or ""].append((visit, following.direction))
        rows = []
        for (quarter, stage), exits in groups.items():
            lengths = [visit.duration_days for visit, _ in exits if visit.duration_days is not None]
            forward = [way for _, way in exits if way in ("forward", "won")]
            rows.append(
                {
                    "quarter": quarter,
                    "stage": stage,
                    "visits": len(exits),
                    "median_duration_days": number(median(lengths)),
                    "p90_duration_days": number(percentile(lengths, Fraction(9, 10))),
                    "forward_exits": len(forward),
                    "backward_exits": len([way for _, way in exits if way == "backward"]),
                    "lost_exits": len([way for _, way in exits if way == "lost"]),
                    "forward_rate": number(ratio(len(forward), len(exits))),
                }
            )
        return rows

    def workload_effect(self) -> Mart:
        deals = [
            (self.workloads[cycle.deal], cycle.deal, cycle)
            for cycle in self.cycles
            if cycle.is_closed and cycle.exclusion is None and cycle.deal in self.workloads
        ]
        deals.sort(key=lambda it: it[:2])
        slope, error = self._slope([(load, cycle) for load, _, cycle in deals])
        rows = []
        # ntile(4): the first groups take what is left over, one each.
        size, over = divmod(len(deals), 4)
        start = 0
        for quartile in range(1, 5):
            part = deals[start : start + size + (1 if quartile <= over else 0)]
            start += len(part)
            if not part:
                continue
            lengths = [cycle.days for _, _, cycle in part if cycle.days is not None]
            rows.append(
                {
                    "workload_quartile": quartile,
                    "deals": len(part),
                    "min_open_deals": number(part[0][0]),
                    "max_open_deals": number(part[-1][0]),
                    "median_cycle_days": number(median(lengths)),
                    "win_rate": number(
                        ratio(len([1 for _, _, cycle in part if cycle.is_won]), len(part))
                    ),
                    "within_rep_slope_days": slope,
                    "slope_standard_error": error,
                    "slope_n": len(deals),
                }
            )
        return rows

    @staticmethod
    def _slope(deals: list[tuple[Fraction, Cycle]]) -> tuple[float | None, float | None]:
        """Least squares of cycle_days on the workload, the rep's mean taken off both."""
        by_rep = defaultdict(list)
        for load, cycle in deals:
            by_rep[cycle.rep].append((load, cycle.days or Fraction(0)))
        points = []
        for own in by_rep.values():
            mean_load = sum(load for load, _ in own) / len(own)
            mean_days = sum(days for _, days in own) / len(own)
            points += [(load - mean_load, days - mean_days) for load, days in own]
        spread = sum((load * load for load, _ in points), Fraction(0))
        if spread == 0:
            return None, None
        slope = sum((load * days for load, days in points), Fraction(0)) / spread
        freedom = len(points) - len(by_rep) - 1
        if freedom <= 0:
            return float(slope), None
        rest = sum(((days - slope * load) ** 2 for load, days in points), Fraction(0))
        return float(slope), math.sqrt(rest / freedom / spread)

    # ---- dimensions

    def dim_reps(self) -> Mart:
        return [
            {
                "rep_id": rep,
                "rep_name": trimmed(user["Name"]),
                "manager_id": user["ManagerId"],
                "time_zone": trimmed(user["TimeZoneSidKey"]),
                "is_active": self.company.is_active_rep(rep),
            }
            for rep, user in self.company.reps.items()
        ]

    def dim_quarters(self, of_other_marts: AbstractSet[str] = frozenset()) -> Mart:
        """From the first quarter that this section's marts or others name to the one of as_of."""
        first_month = self.setting.fiscal_year_start_month
        now = self.company.quarter(self.setting.as_of)
        named = {cycle.quarter for cycle in self.cycles if cycle.quarter is not None}
        named |= {row["quarter"] for row in self.stage_durations()} | of_other_marts | {now}
        rows = []
        for quarter in quarters_until(min(named), max(named), first_month):
            start, end = quarter_days(quarter, first_month)
            rows.append(
                {
                    "quarter": quarter,
                    "start_date": start,
                    "end_date": end,
                    "is_closed": self.company.quarter_end(quarter) <= self.setting.as_of,
                }
            )
        return rows

    # ---- 5, the sentence "Records"

    def crm_records(self) -> Mart:
        company, now = self.company, self.setting.as_of
        rows = []

        def add(kind: str, record: Row, rep: str | None) -> None:
            if rep is not None:
                rows.append({"object": kind, "record_id": record["Id"], "rep_id": rep})

        for lead in company.alive("Lead"):
            if not company.is_converted(lead) and company.lead_class(lead) != "lost":
                changes = company.lead_changes.get(str(lead["Id"]), [])
                add("Lead", lead, company.rep(changes, lead["OwnerId"], now))
        for kind, histories in (
            ("Contact", company.contact_changes),
            ("Account", company.account_changes),
        ):
            for record in company.alive(kind):
                changes = histories.get(str(record["Id"]), [])
                add(kind, record, company.rep(changes, record["OwnerId"], now))
        open_deals = {cycle.deal: cycle.rep for cycle in self.cycles if not cycle.is_closed}
        for deal in self.deals:
            if deal["Id"] in open_deals:
                add("Opportunity", deal, open_deals[str(deal["Id"])])
        return rows
