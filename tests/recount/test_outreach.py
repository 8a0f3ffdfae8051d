"""The made-up companies are worth the comparison: signals, attempts and cycles of every kind.

Checked on the recount alone, so that a generator that has gone tame is seen without a warehouse.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from tests.recount.recount import Recount
from tests.recount.response import (
    A_DAY,
    BANDS,
    NEVER,
    SLOWEST,
    Answer,
    Response,
    kaplan_meier,
)
from tests.recount.rules import Row
from tests.recount.signals import creation, signals
from tests.recount.test_companies import has_shared_place
from tests.recount.values import SECONDS_A_DAY, instant, local_day, midnight, seconds, truth

MILLISECOND = timedelta(milliseconds=1)


def _cycles(wanted: Callable[[Answer], bool]) -> Callable[[Response], bool]:
    return lambda response: any(wanted(answer) for answer in response.answers)


def _rows(mart: str, wanted: Callable[[dict[str, Any]], bool]) -> Callable[[Response], bool]:
    """A row of one of the section's marts."""
    return lambda response: any(wanted(row) for row in getattr(response, mart)())


def _with(column: str, value: str | None) -> Callable[[dict[str, Any]], bool]:
    return lambda row: row[column] == value


def _answered_after(wait: timedelta) -> Callable[[Response], bool]:
    return _cycles(lambda it: it.response == wait)


def _waiting_for(wait: Callable[[Response], timedelta]) -> Callable[[Response], bool]:
    """An unanswered cycle that is so old at as_of."""
    return lambda response: any(
        it.counts and it.first is None and response.setting.as_of - it.signal.at == wait(response)
        for it in response.answers
    )


def _leads(wanted: Callable[[Response, Row], bool]) -> Callable[[Response], bool]:
    return lambda response: any(wanted(response, lead) for lead in response.company.alive("Lead"))


def _of(response: Response, lead: Row) -> list[Answer]:
    return [answer for answer in response.answers if answer.lead["Id"] == lead["Id"]]


def _has_dropped_creation(response: Response, lead: Row) -> bool:
    """An excluded creation at the instant of another signal."""
    created = [it for it in creation(response.company, lead) if it.exclusion is not None]
    kept = signals(response.company, lead)
    return bool(created) and not any(it.exclusion is not None for it in kept)


def _has_absorbed_signal(response: Response, lead: Row) -> bool:
    return len(_of(response, lead)) < len(signals(response.company, lead))


def _has_signals_at_one_instant(response: Response, lead: Row) -> bool:
    kinds = {(it.at, it.kind) for it in signals(response.company, lead)}
    return len({at for at, _ in kinds}) < len(kinds)


def _has_excluded_between(response: Response, lead: Row) -> bool:
    """An excluded cycle that is not the first of its lead."""
    return any(not answer.counts for answer in _of(response, lead)[1:])


def _has_attempts_at_one_instant(response: Response, lead: Row) -> bool:
    attempts = response.activities.attempts_at(lead)
    instants = [attempt.at for attempt in attempts]
    return len(instants) > len(set(instants))


def _has_response_of_merged_lead(response: Response, lead: Row) -> bool:
    survivors = response.company.survivors
    return any(
        member["LeadId"] != lead["Id"] and survivors.get(member["LeadId"] or "") == lead["Id"]
        for member in response.company.alive("CampaignMember")
    )


def _attempt_through(prefix: str) -> Callable[[Response], bool]:
    """A cycle that is answered by an attempt at something else than the lead itself."""
    return _cycles(
        lambda it: (
            it.first is not None
            and it.lead["Id"] not in it.first.targets
            and any(target.startswith(prefix) for target in it.first.targets)
        )
    )


def _attempt_at_merged_lead(response: Response) -> bool:
    company = response.company
    merged = {name for name, end in company.survivors.items() if name != end}
    rows = [row for name in ("Task", "Event", "EmailMessage") for row in company.alive(name)]
    used = {row["Id"] for row in rows if row["WhoId"] in merged}
    return any(it.first is not None and it.first.id in used for it in response.answers)


def _cut_off_by_the_next_cycle(response: Response, lead: Row) -> bool:
    """A cycle without a contact, which there is once the next one has begun."""
    answers = _of(response, lead)
    return any(
        one.contacted_at is None and later.contacted_at is not None
        for one, later in pairwise(answers)
    )


def _contacted_by(wanted: Callable[[Response, Answer], bool]) -> Callable[[Response], bool]:
    return lambda response: any(
        it.contacted_at is not None and wanted(response, it) for it in response.answers
    )


def _by_reply(response: Response, answer: Answer) -> bool:
    replies = response.activities.replies_of(answer.lead)
    attempts = response.activities.attempts_at(answer.lead)
    return answer.contacted_at in {it.at for it in replies} and not any(
        it.at == answer.contacted_at and it.connects for it in attempts
    )


def _by_attempt(channel: str) -> Callable[[Response, Answer], bool]:
    return lambda response, answer: any(
        it.at == answer.contacted_at and it.connects and it.channel == channel
        for it in response.activities.attempts_at(answer.lead)
    )


def _over_a_change_of_clocks(response: Response) -> bool:
    """Business time in a cycle of which one day is not 24 hours long."""
    zone = response.setting.zone
    for answer in response.answers:
        if answer.first is None or not answer.business_seconds:
            continue
        on = local_day(answer.signal.at, zone)
        while on <= local_day(answer.first.at, zone):
            length = midnight(on + timedelta(days=1), zone) - midnight(on, zone)
            if length != timedelta(days=1) and response.office.openings(on):
                return True
            on += timedelta(days=1)
    return False


def _ranks(response: Response) -> Iterator[list[int]]:
    by_quarter: dict[str, list[int]] = {}
    for row in response.lead_response_time():
        if row["rank"] is not None:
            by_quarter.setdefault(row["quarter"], []).append(row["rank"])
    yield from by_quarter.values()


def _has_nine_of_ten(response: Response) -> bool:
    """A 90th percentile that is reached at exactly one tenth, where floating point may miss it."""
    groups: dict[tuple[str, str | None], list[Answer]] = {}
    for answer in response.answers:
        if answer.counts:
            groups.setdefault((answer.quarter, answer.rep), []).append(answer)
    clocks = [response.clock(answers) for answers in groups.values()]
    tenth, less = Fraction(1, 10), Fraction(1, 11)
    return any(kaplan_meier(clock, tenth) != kaplan_meier(clock, less) for clock in clocks)


def _tasks(wanted: Callable[[Row], bool]) -> Callable[[Response], bool]:
    return lambda response: any(wanted(row) for row in response.company.alive("Task"))


def _logged_later(row: Row, lag: timedelta) -> bool:
    done, logged = instant(row["CompletedDateTime"]), instant(row["CreatedDate"])
    return done is not None and logged is not None and logged - done == lag


def _is_told_by_mail(response: Response) -> bool:
    named = {row["ActivityId"] for row in response.activities.mails}
    return any(row["Id"] in named for row in response.company.alive("Task"))


WANTED: dict[str, Callable[[Response], bool]] = {
    # signals
    **{
        f"signal {kind}": _rows("fct_response_cycles", _with("signal_type", kind))
        for kind in ("created", "qualified", "campaign_response")
    },
    **{
        f"exclusion {reason}": _rows("fct_response_cycles", _with("exclusion_reason", reason))
        for reason in ("rep_created", "not_inbound", None)
    },
    "an excluded signal that is dropped": _leads(_has_dropped_creation),
    "an excluded cycle among others": _leads(_has_excluded_between),
    "a signal in another's cycle": _leads(_has_absorbed_signal),
    "signals at one instant": _leads(_has_signals_at_one_instant),
    "a merged lead's response": _leads(_has_response_of_merged_lead),
    "three cycles of a lead": _leads(lambda response, lead: len(_of(response, lead)) > 2),
    "only a date": _cycles(lambda it: it.signal.on is not None),
    "only a date, on a day of creation": lambda response: any(
        it.signal.on is not None and it.signal.at > midnight(it.signal.on, response.setting.zone)
        for it in response.answers
    ),
    # attempts
    **{
        f"channel {channel}": _rows("fct_response_cycles", _with("first_attempt_channel", channel))
        for channel in ("Call", "Email", "Event")
    },
    "an attempt at a contact": _attempt_through("003"),
    "an attempt at a deal": _attempt_through("006"),
    "an attempt at a merged lead": _attempt_at_merged_lead,
    "attempts at one instant": _leads(_has_attempts_at_one_instant),
    "a task that is a mail": _is_told_by_mail,
    "a task of a cadence": _tasks(lambda row: row["TaskSubtype"] == "Cadence"),
    "a task still open": _tasks(lambda row: not truth(row["IsClosed"])),
    "a task logged a day later": _tasks(lambda row: _logged_later(row, A_DAY)),
    "a robot's task of a rep": lambda response: any(
        row["CreatedById"] not in response.company.reps and row["OwnerId"] in response.company.reps
        for row in response.company.alive("Task")
    ),
    "a copy for an invitee": lambda response: any(
        truth(row["IsChild"]) for row in response.company.alive("Event")
    ),
    "a meeting to come": lambda response: any(
        (instant(row["StartDateTime"]) or response.setting.as_of) > response.setting.as_of
        for row in response.company.alive("Event")
    ),
    "a backdated answer": _cycles(lambda it: it.counts and it.is_backdated),
    "an answer before as_of logged after it": lambda response: any(
        not response.company.exists(row)
        and (instant(row["CompletedDateTime"]) or response.setting.as_of) < response.setting.as_of
        for row in response.company.read("Task")
    ),
    # clocks
    "answered at once": _answered_after(timedelta(0)),
    **{f"answered as {band} ends": _answered_after(longest) for band, longest in BANDS.items()},
    **{
        f"answered after {band}": _answered_after(longest + MILLISECOND)
        for band, longest in BANDS.items()
    },
    "answered as the SLA ends": lambda response: any(
        it.response == response.setting.response_sla for it in response.answers
    ),
    "unanswered as the SLA ends": _waiting_for(lambda it: it.setting.response_sla),
    "unanswered after the SLA": _waiting_for(lambda it: it.setting.response_sla + MILLISECOND),
    "unanswered for a day": _waiting_for(lambda it: A_DAY),
    "unanswered for less than a day": _waiting_for(lambda it: A_DAY - MILLISECOND),
    "nobody's cycle": _cycles(lambda it: it.counts and it.rep is None),
    "a lead handed over": _cycles(
        lambda it: it.assigned_at is not None and it.assigned_at > it.signal.at
    ),
    "answered by another": _cycles(
        lambda it: it.first is not None and it.rep is not None and it.rep_response is None
    ),
    "answered by both": _cycles(
        lambda it: it.first is not None and it.rep_response not in (None, it.response)
    ),
    "answered in business hours only in part": _cycles(
        lambda it: (
            it.response is not None
            and it.business_seconds is not None
            and 0 < it.business_seconds < seconds(it.response)
        )
    ),
    "answered out of business hours": _cycles(
        lambda it: bool(it.response) and it.business_seconds == 0
    ),
    "a day in business hours": _cycles(lambda it: (it.business_seconds or 0) > SECONDS_A_DAY),
    "business hours as the clocks change": _over_a_change_of_clocks,
    # contacts
    "contacted in a call": _contacted_by(_by_attempt("Call")),
    "contacted in a meeting": _contacted_by(_by_attempt("Event")),
    "contacted by a reply": _contacted_by(_by_reply),
    "not contacted": _cycles(lambda it: it.first is not None and it.contacted_at is None),
    "contacted in the next cycle": _leads(_cut_off_by_the_next_cycle),
    "a decision maker by title": lambda response: any(
        it.reached_decision_maker and not response.has_deciding_role(it.lead)
        for it in response.answers
    ),
    "a decision maker by role": lambda response: any(
        it.reached_decision_maker and not response.has_deciding_title(it.lead)
        for it in response.answers
    ),
    "no decision maker": _cycles(
        lambda it: it.contacted_at is not None and not it.reached_decision_maker
    ),
    # metrics
    "no median": _rows(
        "lead_response_time",
        lambda row: bool(row["answered"]) and row["median_rep_response_seconds"] is None,
    ),
    "a median and no 90th percentile": _rows(
        "lead_response_time",
        lambda row: (
            row["median_rep_response_seconds"] is not None
            and row["p90_rep_response_seconds"] is None
        ),
    ),
    "a 90th percentile": _rows(
        "lead_response_time", lambda row: row["p90_rep_response_seconds"] is not None
    ),
    "exactly a tenth left waiting": _has_nine_of_ten,
    "no SLA rate": _rows("lead_response_time", lambda row: row["within_sla_rate"] is None),
    "a shared place": lambda response: any(has_shared_place(found) for found in _ranks(response)),
    "too few to rank": _rows(
        "lead_response_time",
        lambda row: row["median_rep_response_seconds"] is not None and row["rank"] is None,
    ),
    **{
        f"band {band}": _rows("response_band_outcomes", _with("band", band))
        for band in (*BANDS, SLOWEST, NEVER)
    },
    "a lift": _rows(
        "response_band_outcomes",
        lambda row: row["band"] != SLOWEST and bool(row["decision_maker_lift"]),
    ),
    "no lift": _rows("response_band_outcomes", lambda row: row["decision_maker_lift"] is None),
    "won": _rows("response_band_outcomes", lambda row: bool(row["won"])),
    "not all qualified": _rows(
        "response_band_outcomes",
        lambda row: row["qualified"] < row["cycles"],
    ),
    "waiting within the SLA": _rows("unanswered_leads", lambda row: row["seconds_over_sla"] == 0),
    "waiting for nobody": _rows("unanswered_leads", lambda row: row["rep_id"] is None),
    "given up": lambda response: any(
        it.counts
        and it.first is None
        and not response.company.is_converted(it.lead)
        and response.company.lead_class(it.lead) == "lost"
        for it in response.answers
    ),
}


@pytest.mark.parametrize("wanted", list(WANTED))
def test_a_company_has(recounts: list[Recount], wanted: str) -> None:
    assert any(WANTED[wanted](recount.response) for recount in recounts), f"no company has {wanted}"
