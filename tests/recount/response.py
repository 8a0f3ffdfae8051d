"""Section 2 of the metrics' text and section 6's unanswered leads, counted again.

Signals are in `signals.py`, attempts in `activities.py`, business hours in `office.py`.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cached_property

from tests.recount.activities import Activities, Attempt
from tests.recount.office import Office
from tests.recount.rules import Change, Company, Row
from tests.recount.signals import Signal, signals
from tests.recount.statuses import was_ever_qualified
from tests.recount.values import (
    Mart,
    median,
    naive,
    number,
    quarter_of_day,
    ranks,
    ratio,
    seconds,
    trimmed,
)
from tests.recount.velocity import Velocity

A_DAY = timedelta(hours=24)
BEFORE_ANYTHING = datetime.min.replace(tzinfo=UTC)
# Band → the longest time in it; the last two are `>24 h` and `never`.
BANDS = {
    "≤5 min": timedelta(minutes=5),
    "≤15 min": timedelta(minutes=15),
    "≤1 h": timedelta(hours=1),
    "≤4 h": timedelta(hours=4),
    "≤24 h": timedelta(hours=24),
}
SLOWEST, NEVER = ">24 h", "never"
TOLERANCE = Fraction(1, 1_000_000_000)


@dataclass(frozen=True)
class Answer:
    """A cycle: a lead's signal, and what came of it."""

    lead: Row
    signal: Signal
    quarter: str
    rep: str | None
    assigned_at: datetime | None
    first: Attempt | None
    response: timedelta | None
    business_seconds: Fraction | None
    rep_response: timedelta | None
    is_backdated: bool
    contacted_at: datetime | None
    reached_decision_maker: bool

    @property
    def counts(self) -> bool:
        return self.signal.exclusion is None


def ownership(
    company: Company, history: list[Change], present: str | None, at: datetime
) -> tuple[str | None, datetime]:
    """The owner at an instant, and since when without interruption."""
    owner = company.owner(history, present, at)
    since = at
    moves = sorted({row.at for row in history if row.field == "Owner" and row.at <= at})
    for moment in reversed(moves):
        if company.owner(history, present, moment) != owner:
            return owner, since
        since = moment
    before = moves[0] - timedelta(microseconds=1) if moves else at
    if company.owner(history, present, before) == owner:
        return owner, BEFORE_ANYTHING
    return owner, since


def kaplan_meier(answers: list[tuple[Fraction, bool]], share: Fraction) -> Fraction | None:
    """The first time at which at most this share is still waiting.

    Each answer is a time and whether it came then; else it was waited for until then.
    """
    waiting = Fraction(1)
    for moment in sorted({time for time, came in answers if came}):
        at_risk = len([1 for time, _ in answers if time >= moment])
        answered = len([1 for time, came in answers if came and time == moment])
        waiting *= 1 - Fraction(answered, at_risk)
        if waiting <= share + TOLERANCE:
            return moment
    return None


class Response:
    """The marts of section 2 for a company."""

    def __init__(self, activities: Activities, velocity: Velocity) -> None:
        self.activities = activities
        self.prospects = activities.prospects
        self.company = activities.company
        self.setting = activities.company.setting
        self.velocity = velocity
        self.office = Office(activities.company)

    # ---- cycles

    @cached_property
    def answers(self) -> list[Answer]:
        return [answer for lead in self.company.alive("Lead") for answer in self._answers(lead)]

    def _answers(self, lead: Row) -> list[Answer]:
        """The cycles of a lead: signals that the same attempt answers, or none does, are one."""
        attempts = self.activities.attempts_at(lead)
        firsts: list[Signal] = []
        answered_by: list[str | None] = []
        for signal in signals(self.company, lead):
            attempt = _next(attempts, signal.at)
            name = None if attempt is None else attempt.id
            if signal.exclusion is not None:
                firsts.append(signal)
            elif name not in answered_by:
                answered_by.append(name)
                firsts.append(signal)
        result = []
        for place, signal in enumerate(firsts):
            until = firsts[place + 1].at if place + 1 < len(firsts) else None
            result.append(self._answer(lead, signal, attempts, until))
        return result

    def _answer(
        self, lead: Row, signal: Signal, attempts: list[Attempt], until: datetime | None
    ) -> Answer:
        first = _next(attempts, signal.at)
        rep, assigned_at, rep_response = self._rep_clock(lead, signal, first, attempts)
        contacted_at = self._contacted_at(lead, signal, first, attempts, until)
        return Answer(
            lead=lead,
            signal=signal,
            quarter=self._quarter(signal),
            rep=rep,
            assigned_at=assigned_at,
            first=first,
            response=None if first is None else first.at - signal.at,
            business_seconds=(
                None if first is None else self.office.seconds_open(signal.at, first.at)
            ),
            rep_response=rep_response,
            is_backdated=first is not None
            and first.is_task
            and first.logged_at is not None
            and first.logged_at - first.at > A_DAY,
            contacted_at=contacted_at,
            reached_decision_maker=contacted_at is not None
            and (self.has_deciding_title(lead) or self.has_deciding_role(lead)),
        )

    def _quarter(self, signal: Signal) -> str:
        if signal.on is not None:
            return quarter_of_day(signal.on, self.setting.fiscal_year_start_month)
        return self.company.quarter(signal.at)

    def _rep_clock(
        self, lead: Row, signal: Signal, first: Attempt | None, attempts: list[Attempt]
    ) -> tuple[str | None, datetime | None, timedelta | None]:
        """Whose cycle it is, since when, and how long that rep took."""
        at = self.setting.as_of if first is None else first.at
        history = self.company.lead_changes.get(str(lead["Id"]), [])
        owner, since = ownership(self.company, history, lead["OwnerId"], at)
        if owner not in self.company.reps:
            return None, None, None
        assigned_at = max(signal.at, since)
        own = _next([attempt for attempt in attempts if attempt.rep == owner], assigned_at)
        return owner, assigned_at, None if own is None else own.at - assigned_at

    def _contacted_at(
        self,
        lead: Row,
        signal: Signal,
        first: Attempt | None,
        attempts: list[Attempt],
        until: datetime | None,
    ) -> datetime | None:
        """When the lead and a rep first spoke, before the next cycle begins."""
        is_robot = re.compile(self.setting.auto_reply_pattern, re.IGNORECASE)
        moments = [it.at for it in attempts if it.connects and it.at >= signal.at]
        if first is not None:
            moments += [
                reply.at
                for reply in self.activities.replies_of(lead)
                if reply.at > first.at and not is_robot.search(reply.subject)
            ]
        in_time = [moment for moment in moments if until is None or moment < until]
        return min(in_time, default=None)

    def has_deciding_title(self, lead: Row) -> bool:
        words = re.compile(
            rf"(?<![^\W_])(?:{self.setting.decision_maker_pattern})(?![^\W_])", re.IGNORECASE
        )
        return words.search(lead["Title"] or "") is not None

    def has_deciding_role(self, lead: Row) -> bool:
        """Whether the lead's contact has a decision maker's role, in whatever deal."""
        contact = self.prospects.contact_of(lead)
        return contact is not None and any(
            role["ContactId"] == contact
            and trimmed(role["Role"]) in self.setting.decision_maker_roles
            for role in self.prospects.roles
        )

    def fct_response_cycles(self) -> Mart:
        return [
            {
                "lead_id": answer.lead["Id"],
                "signal_at": naive(answer.signal.at),
                "signal_type": answer.signal.kind,
                "signal_quarter": answer.quarter,
                "rep_id": answer.rep,
                "assigned_at": naive(answer.assigned_at),
                "first_attempt_at": None if answer.first is None else naive(answer.first.at),
                "first_attempt_by": None if answer.first is None else answer.first.rep,
                "first_attempt_channel": None if answer.first is None else answer.first.channel,
                "response_seconds": _seconds(answer.response),
                "response_business_seconds": number(answer.business_seconds),
                "rep_response_seconds": _seconds(answer.rep_response),
                "is_backdated": answer.is_backdated,
                "contacted_at": naive(answer.contacted_at),
                "reached_decision_maker": answer.reached_decision_maker,
                "exclusion_reason": answer.signal.exclusion,
            }
            for answer in self.answers
        ]

    # ---- metrics

    def is_in_time(self, answer: Answer) -> bool:
        return answer.response is not None and answer.response <= self.setting.response_sla

    def is_judged(self, answer: Answer) -> bool:
        """Whether an answer is there, or its time is up."""
        waited = self.setting.as_of - answer.signal.at
        return answer.response is not None or waited > self.setting.response_sla

    def clock(self, answers: list[Answer]) -> list[tuple[Fraction, bool]]:
        """The reps' clocks: the time until the rep's own answer, or until as_of without one."""
        result = []
        for answer in answers:
            if answer.is_backdated or answer.assigned_at is None:
                continue
            if answer.rep_response is not None:
                result.append((seconds(answer.rep_response), True))
            else:
                result.append((seconds(self.setting.as_of - answer.assigned_at), False))
        return result

    def lead_response_time(self) -> Mart:
        groups = defaultdict(list)
        for answer in self.answers:
            if answer.counts and answer.rep is not None:
                groups[answer.quarter, answer.rep].append(answer)
        volume = self.company.minimum_volume(
            "median_rep_response_seconds", self.setting.minimum_volume
        )
        rows: Mart = []
        in_race: dict[str, dict[str, Fraction]] = defaultdict(dict)
        for (quarter, rep), answers in groups.items():
            answered = [answer for answer in answers if answer.first is not None]
            in_time = [answer for answer in answers if self.is_in_time(answer)]
            judged = [answer for answer in answers if self.is_judged(answer)]
            clock = self.clock(answers)
            middle = kaplan_meier(clock, Fraction(1, 2))
            if middle is not None and len(clock) >= volume and self.company.is_active_rep(rep):
                in_race[quarter][rep] = middle
            rows.append(
                {
                    "quarter": quarter,
                    "rep_id": rep,
                    "cycles": len(answers),
                    "answered": len(answered),
                    "unanswered": len(answers) - len(answered),
                    "within_sla": len(in_time),
                    "within_sla_rate": number(ratio(len(in_time), len(judged))),
                    "median_rep_response_seconds": number(middle),
                    "p90_rep_response_seconds": number(kaplan_meier(clock, Fraction(1, 10))),
                    "median_response_business_seconds": number(
                        median(
                            it.business_seconds
                            for it in answered
                            if it.business_seconds is not None
                        )
                    ),
                }
            )
        places = {quarter: ranks(it, smallest_first=True) for quarter, it in in_race.items()}
        for row in rows:
            row["rank"] = places.get(row["quarter"], {}).get(row["rep_id"])
        return rows

    def _band(self, answer: Answer) -> str | None:
        """The band of a cycle; None if none is to hold it."""
        if not answer.counts or answer.signal.on is not None:
            return None
        if answer.response is None:
            return NEVER if self.setting.as_of - answer.signal.at >= A_DAY else None
        for band, longest in BANDS.items():
            if answer.response <= longest:
                return band
        return SLOWEST

    def _is_won(self, lead: Row) -> bool:
        deal = self.prospects.deal_of(lead)
        return deal is not None and any(
            cycle.deal == deal["Id"] and cycle.is_won for cycle in self.velocity.cycles
        )

    def response_band_outcomes(self) -> Mart:
        groups = defaultdict(list)
        for answer in self.answers:
            band = self._band(answer)
            if band is not None:
                groups[answer.quarter, band].append(answer)
        rates = {
            key: Fraction(len([1 for it in group if it.reached_decision_maker]), len(group))
            for key, group in groups.items()
        }
        rows = []
        for (quarter, band), group in groups.items():
            contacted = len([1 for it in group if it.contacted_at is not None])
            reached = len([1 for it in group if it.reached_decision_maker])
            qualified = len([1 for it in group if was_ever_qualified(self.company, it.lead)])
            won = len([1 for it in group if self._is_won(it.lead)])
            rows.append(
                {
                    "quarter": quarter,
                    "band": band,
                    "cycles": len(group),
                    "contacted": contacted,
                    "reached_decision_maker": reached,
                    "qualified": qualified,
                    "won": won,
                    "contact_rate": number(ratio(contacted, len(group))),
                    "decision_maker_rate": number(rates[quarter, band]),
                    "decision_maker_lift": number(
                        ratio(rates[quarter, band], rates.get((quarter, SLOWEST)))
                    ),
                    "qualified_rate": number(ratio(qualified, len(group))),
                    "won_rate": number(ratio(won, len(group))),
                }
            )
        return rows

    def unanswered_leads(self) -> Mart:
        rows = []
        for answer in self.answers:
            if not answer.counts or answer.first is not None:
                continue
            if self.company.is_converted(answer.lead):
                continue
            if self.company.lead_class(answer.lead) not in ("open", "qualified"):
                continue
            waiting = self.setting.as_of - answer.signal.at
            over = max(waiting - self.setting.response_sla, timedelta(0))
            rows.append(
                {
                    "lead_id": answer.lead["Id"],
                    "signal_at": naive(answer.signal.at),
                    "rep_id": answer.rep,
                    "waiting_seconds": _seconds(waiting),
                    "seconds_over_sla": _seconds(over),
                }
            )
        return rows


def _next(attempts: list[Attempt], at: datetime) -> Attempt | None:
    """The first of attempts in order that is at or after an instant."""
    for attempt in attempts:
        if attempt.at >= at:
            return attempt
    return None


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else float(seconds(length))
