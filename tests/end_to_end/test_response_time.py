"""Lead response time from files to the published tables, every row and number counted by hand.

Work is from 9 to 12 and from 13 to 18 o'clock in Berlin, Monday to Friday; that is UTC + 1 until
29 March and UTC + 2 from then on. The SLA is an hour. as_of is Monday 12 October, 10:00.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Company, Rows
from tests.end_to_end.pursuit_company import (
    ANA,
    BEN,
    EVA,
    KAI,
    MIA,
    NILS,
    OLGA,
    PAM,
    PIA,
    ROB,
    SAM,
    TOM,
    ULI,
    VERA,
    at,
    published_pursuit,
)

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


@pytest.fixture(scope="module")
def published(shared_folder: Path) -> Company:
    return published_pursuit(shared_folder)


def cycles(published: Company, lead: str) -> Rows:
    """All that the published table says of a lead's cycles, in their order."""
    return [row for row in published.table("fct_response_cycles") if row["lead_id"] == lead]


def cycle(
    lead: str,
    signal: tuple[str, str, str],
    clock: tuple[str | None, datetime | None],
    **columns: Any,
) -> dict[str, Any]:
    """A whole row: what the lead did (type, instant, quarter), and whose it was since when. What
    is not named is what an unanswered cycle has."""
    kind, signal_at, quarter = signal
    rep, assigned_at = clock
    return {
        "lead_id": lead,
        "signal_at": at(signal_at),
        "signal_type": kind,
        "signal_quarter": quarter,
        "rep_id": rep,
        "assigned_at": assigned_at,
        "first_attempt_at": None,
        "first_attempt_by": None,
        "first_attempt_channel": None,
        "response_seconds": None,
        "response_business_seconds": None,
        "rep_response_seconds": None,
        "is_backdated": False,
        "contacted_at": None,
        "reached_decision_maker": False,
        "exclusion_reason": None,
    } | columns


def test_answered_in_four_minutes_and_again_as_a_contact(published: Company) -> None:
    # Monday 12 January, 10:00 in Berlin: a call that connected, to a Managing Director.
    # On 3 March, by then converted, she responds to a campaign at 10:00 in Berlin; Ana calls the
    # contact at 12:30, two and a half hours later, of which two before the lunch break; a voicemail
    # is no conversation.
    assert cycles(published, VERA) == [
        cycle(
            VERA,
            ("created", "01-12 09:00", "2026-Q1"),
            (ANA, at("01-12 09:00")),
            first_attempt_at=at("01-12 09:04"),
            first_attempt_by=ANA,
            first_attempt_channel="Call",
            response_seconds=4 * MINUTE,
            response_business_seconds=4 * MINUTE,
            rep_response_seconds=4 * MINUTE,
            contacted_at=at("01-12 09:04"),
            reached_decision_maker=True,
        ),
        cycle(
            VERA,
            ("campaign_response", "03-03 09:00", "2026-Q1"),
            (ANA, at("03-03 09:00")),
            first_attempt_at=at("03-03 11:30"),
            first_attempt_by=ANA,
            first_attempt_channel="Call",
            response_seconds=2.5 * HOUR,
            response_business_seconds=2 * HOUR,
            rep_response_seconds=2.5 * HOUR,
        ),
    ]


def test_overnight_out_of_a_queue_and_over_easter(published: Company) -> None:
    # Thursday 15 January, 17:40 in Berlin; the queue hands him to Ana at 8:30 on Friday, who writes
    # at 9:50: 20 minutes and 50. (The Task of five minutes before is that e-mail.) His machine
    # answers at once, he himself on Monday. A buyer; but his contact has the role of a decision
    # maker.
    # Thursday 2 April, 17:40; Good Friday and Easter Monday are off; Tuesday, 9:20, an e-mail
    # about his deal: 4 days 15 hours 40 minutes, of which 20 minutes and 20. He replies.
    assert cycles(published, ULI) == [
        cycle(
            ULI,
            ("created", "01-15 16:40", "2026-Q1"),
            (ANA, at("01-16 07:30")),
            first_attempt_at=at("01-16 08:50"),
            first_attempt_by=ANA,
            first_attempt_channel="Email",
            response_seconds=16 * HOUR + 10 * MINUTE,
            response_business_seconds=70 * MINUTE,
            rep_response_seconds=80 * MINUTE,
            contacted_at=at("01-19 09:00"),
            reached_decision_maker=True,
        ),
        cycle(
            ULI,
            ("campaign_response", "04-02 15:40", "2026-Q2"),
            (ANA, at("04-02 15:40")),
            first_attempt_at=at("04-07 07:20"),
            first_attempt_by=ANA,
            first_attempt_channel="Email",
            response_seconds=4 * DAY + 15 * HOUR + 40 * MINUTE,
            response_business_seconds=40 * MINUTE,
            rep_response_seconds=4 * DAY + 15 * HOUR + 40 * MINUTE,
            contacted_at=at("04-07 09:00"),
            reached_decision_maker=True,
        ),
    ]


def test_a_call_entered_two_days_later(published: Company) -> None:
    # 2 February, 9:00 in Berlin. The Task of five past is not closed. The call of an hour later was
    # entered on the 4th; with 59 seconds it reached nobody. On as_of's day he responds again.
    assert cycles(published, TOM) == [
        cycle(
            TOM,
            ("created", "02-02 08:00", "2026-Q1"),
            (BEN, at("02-02 08:00")),
            first_attempt_at=at("02-02 09:00"),
            first_attempt_by=BEN,
            first_attempt_channel="Call",
            response_seconds=HOUR,
            response_business_seconds=HOUR,
            rep_response_seconds=HOUR,
            is_backdated=True,
        ),
        cycle(TOM, ("campaign_response", "10-12 08:00", "2026-Q4"), (BEN, at("10-12 08:00"))),
    ]


def test_calls_and_campaigns_of_a_merged_lead_are_its_survivors(published: Company) -> None:
    # Pam came on 9 February at 13:00 in Berlin; Pat was called at 13:50, for 60 seconds: a
    # conversation, with a Co-founder. Pat's creation is no signal; the response of 6 October is.
    # The call of that day was entered by the robot, but is Ben's. 9 to 11 in Berlin.
    assert cycles(published, PAM) == [
        cycle(
            PAM,
            ("created", "02-09 12:00", "2026-Q1"),
            (BEN, at("02-09 12:00")),
            first_attempt_at=at("02-09 12:50"),
            first_attempt_by=BEN,
            first_attempt_channel="Call",
            response_seconds=50 * MINUTE,
            response_business_seconds=50 * MINUTE,
            rep_response_seconds=50 * MINUTE,
            contacted_at=at("02-09 12:50"),
            reached_decision_maker=True,
        ),
        cycle(
            PAM,
            ("campaign_response", "10-06 07:00", "2026-Q4"),
            (BEN, at("10-06 07:00")),
            first_attempt_at=at("10-06 09:00"),
            first_attempt_by=BEN,
            first_attempt_channel="Call",
            response_seconds=2 * HOUR,
            response_business_seconds=2 * HOUR,
            rep_response_seconds=2 * HOUR,
            contacted_at=at("10-06 09:00"),
            reached_decision_maker=True,
        ),
    ]


def test_nobody_answers_what_stays_in_a_queue(published: Company) -> None:
    # 00:30 on 1 April in Berlin. A blank source is inbound.
    assert cycles(published, SAM) == [
        cycle(SAM, ("created", "03-31 22:30", "2026-Q2"), (None, None))
    ]


def test_a_purchased_lead_shows_interest_on_a_day_without_hour(published: Company) -> None:
    # Bought on 16 February and called within the hour: excluded, and busy. The response of 1 April
    # is from 00:00 in Berlin on; the meeting at 14:00 is 14 hours later, of which 3 before lunch
    # and 1 after. (Ben's copy of the meeting, two hours earlier, is none.) Head of Purchasing.
    assert cycles(published, PIA) == [
        cycle(
            PIA,
            ("created", "02-16 09:00", "2026-Q1"),
            (ANA, at("02-16 09:00")),
            first_attempt_at=at("02-16 10:00"),
            first_attempt_by=ANA,
            first_attempt_channel="Call",
            response_seconds=HOUR,
            response_business_seconds=HOUR,
            rep_response_seconds=HOUR,
            exclusion_reason="not_inbound",
        ),
        cycle(
            PIA,
            ("campaign_response", "03-31 22:00", "2026-Q2"),
            (ANA, at("03-31 22:00")),
            first_attempt_at=at("04-01 12:00"),
            first_attempt_by=ANA,
            first_attempt_channel="Event",
            response_seconds=14 * HOUR,
            response_business_seconds=4 * HOUR,
            rep_response_seconds=14 * HOUR,
            contacted_at=at("04-01 12:00"),
            reached_decision_maker=True,
        ),
    ]


def test_another_rep_answers_after_a_reassignment(published: Company) -> None:
    # Ana entered him on Monday 2 March, 9:30 in Berlin: excluded. On Monday 16 March, 16:00, the
    # robot qualifies him: a signal. At 16:30 he becomes Ben's; Ana still writes at 17:10, Ben calls
    # at 11:30 the next day, 19 hours after he got him, and nobody answers.
    # Ana's e-mail is the first attempt after the creation as well, 14 days 7 hours 40 minutes
    # later: of the first Monday 7.5 working hours, then nine days of 8, of the last Monday 3 hours
    # and 4 hours 10 minutes.
    answered: dict[str, Any] = {
        "first_attempt_at": at("03-16 16:10"),
        "first_attempt_by": ANA,
        "first_attempt_channel": "Email",
        "rep_response_seconds": 19 * HOUR,
    }
    assert cycles(published, ROB) == [
        cycle(
            ROB,
            ("created", "03-02 08:30", "2026-Q1"),
            (BEN, at("03-16 15:30")),
            response_seconds=14 * DAY + 7 * HOUR + 40 * MINUTE,
            response_business_seconds=7.5 * HOUR + 9 * 8 * HOUR + 7 * HOUR + 10 * MINUTE,
            exclusion_reason="rep_created",
            **answered,
        ),
        cycle(
            ROB,
            ("qualified", "03-16 15:00", "2026-Q1"),
            (BEN, at("03-16 15:30")),
            response_seconds=70 * MINUTE,
            response_business_seconds=70 * MINUTE,
            **answered,
        ),
    ]


def test_over_the_weekend_on_which_summer_time_begins(published: Company) -> None:
    # Friday 27 March, 17:40 (UTC + 1); Ben, not her owner Eva, calls on Monday, 9:20 (UTC + 2):
    # 2 days 14 hours 40 minutes, of which 20 minutes and 20. Sixty seconds with a директор. Eva's
    # own clock still runs.
    assert cycles(published, OLGA) == [
        cycle(
            OLGA,
            ("created", "03-27 16:40", "2026-Q1"),
            (EVA, at("03-27 16:40")),
            first_attempt_at=at("03-30 07:20"),
            first_attempt_by=BEN,
            first_attempt_channel="Call",
            response_seconds=2 * DAY + 14 * HOUR + 40 * MINUTE,
            response_business_seconds=40 * MINUTE,
            contacted_at=at("03-30 07:20"),
            reached_decision_maker=True,
        )
    ]


def test_robots_drafts_and_machines_do_not_count(published: Company) -> None:
    # Tuesday 10 March, 10:00 in Berlin: a draft at 11:00, a robot's call at 12:00, his own question
    # of the next day. Ben writes on Thursday at 10:00: 7 hours of Tuesday, 8, 1 of Thursday. What
    # comes back is no person's.
    # 5 October: called after ten minutes. A Headhunter is no head.
    assert cycles(published, NILS) == [
        cycle(
            NILS,
            ("created", "03-10 09:00", "2026-Q1"),
            (BEN, at("03-10 09:00")),
            first_attempt_at=at("03-12 09:00"),
            first_attempt_by=BEN,
            first_attempt_channel="Email",
            response_seconds=2 * DAY,
            response_business_seconds=16 * HOUR,
            rep_response_seconds=2 * DAY,
        ),
        cycle(
            NILS,
            ("campaign_response", "10-05 08:00", "2026-Q4"),
            (BEN, at("10-05 08:00")),
            first_attempt_at=at("10-05 08:10"),
            first_attempt_by=BEN,
            first_attempt_channel="Call",
            response_seconds=10 * MINUTE,
            response_business_seconds=10 * MINUTE,
            rep_response_seconds=10 * MINUTE,
            contacted_at=at("10-05 08:10"),
        ),
    ]


def test_who_was_never_answered_has_one_cycle(published: Company) -> None:
    # Her response of 2 October waits for the same attempt as her creation. The call is deleted.
    assert cycles(published, MIA) == [
        cycle(MIA, ("created", "02-23 09:00", "2026-Q1"), (ANA, at("02-23 09:00")))
    ]


def test_a_call_after_as_of_has_not_happened(published: Company) -> None:
    assert cycles(published, KAI) == [
        cycle(KAI, ("created", "10-12 09:30", "2026-Q4"), (BEN, at("10-12 09:30")))
    ]


def test_there_are_no_other_cycles(published: Company) -> None:
    leads = {row["lead_id"] for row in published.table("fct_response_cycles")}
    assert leads == {VERA, ULI, TOM, PAM, SAM, PIA, ROB, OLGA, NILS, MIA, KAI}


def test_response_time_of_each_rep(published: Company) -> None:
    # First quarter, Ana: Vera twice, Uli, Mia. Within the hour Vera's first; all four are answered
    # or past the SLA. Her own clock (seconds, + still running):
    #     240, 4800 (Uli, from when he was hers), 9000, Mia's +
    #   survival 3/4, 2/4: median 4800; 1/4 at the end: never a tenth. Business: 240, 4200, 7200.
    # Ben: Tom (backdated), Pam, Rob, Nils. Within the hour the first two. His own clock, without
    # Tom's 3600: 3000, 68400 (Rob), 172800. Survival 2/3, 1/3: median 68400; 0: p90 172800.
    #   Business, with Tom: 3000, 3600, 4200, 57600: median 3900.
    # Both have the plan's 3 cycles: Ana is faster.
    # Eva: Olga, answered, but not by her: her only clock runs, so no median.
    # Second quarter, Ana: Pia 50400, Uli 402000. Survival 1/2, 0. Two cycles: no rank. Business:
    #   14400 and 2400. Sam has no rep.
    # Fourth, Ben: Nils, Pam, Tom, Kai; Kai's half hour is neither answered nor past the SLA. His
    # own clock, answers before what still runs:
    #     600, 1800+ (Kai), 7200 (Pam), 7200+ (Tom)
    #   survival 3/4, then 3/4 × 1/2 = 3/8: median 7200; never a tenth. Business: 600 and 7200.
    columns = [
        *("quarter", "rep_id", "cycles", "answered", "unanswered", "within_sla", "within_sla_rate"),
        *("median_rep_response_seconds", "p90_rep_response_seconds"),
        *("median_response_business_seconds", "rank"),
    ]
    third = pytest.approx(1 / 3)
    assert published.table("lead_response_time") == [
        dict(zip(columns, row, strict=True))
        for row in [
            ("2026-Q1", ANA, 4, 3, 1, 1, 0.25, 4800.0, None, 4200.0, 1),
            ("2026-Q1", BEN, 4, 4, 0, 2, 0.5, 68400.0, 172800.0, 3900.0, 2),
            ("2026-Q1", EVA, 1, 1, 0, 0, 0.0, None, None, 2400.0, None),
            ("2026-Q2", ANA, 2, 2, 0, 0, 0.0, 50400.0, 402000.0, 8400.0, None),
            ("2026-Q4", BEN, 4, 2, 2, 1, third, 7200.0, None, 3900.0, 1),
        ]
    ]


def test_what_became_of_leads_by_how_fast_they_were_answered(published: Company) -> None:
    # First quarter, by the customer's clock; (contacted, decision maker, ever qualified, won):
    #   ≤5 min  Vera at first: (yes, yes, yes, her deal)
    #   ≤1 h    Tom, an hour to the second, backdated or not: (no, no, yes, no);
    #           Pam: (yes, yes, yes as Pat, no)
    #   ≤4 h    Vera again: (no, no, yes, her deal); Rob: (no, no, yes, no)
    #   ≤24 h   Uli: (yes, yes, yes, his deal, reopened)
    #   >24 h   Nils: (no, no, no, no); Olga: (yes, yes, no, no)
    #   never   Mia: (no, no, yes, no)
    # The lift is over >24 h: 1/2.
    # Second: Uli after Easter, Sam never; Pia's day has no hour. >24 h: 1.
    # Fourth: Nils and Pam; Tom and Kai have waited for less than a day. Nobody after more than
    # 24 h: no lift.
    columns = [
        *("quarter", "band", "cycles", "contacted", "reached_decision_maker", "qualified", "won"),
        *("contact_rate", "decision_maker_rate", "decision_maker_lift"),
        *("qualified_rate", "won_rate"),
    ]
    rows = sorted(
        [
            ("2026-Q1", "≤5 min", 1, 1, 1, 1, 1, 1.0, 1.0, 2.0, 1.0, 1.0),
            ("2026-Q1", "≤1 h", 2, 1, 1, 2, 0, 0.5, 0.5, 1.0, 1.0, 0.0),
            ("2026-Q1", "≤4 h", 2, 0, 0, 2, 1, 0.0, 0.0, 0.0, 1.0, 0.5),
            ("2026-Q1", "≤24 h", 1, 1, 1, 1, 1, 1.0, 1.0, 2.0, 1.0, 1.0),
            ("2026-Q1", ">24 h", 2, 1, 1, 0, 0, 0.5, 0.5, 1.0, 0.0, 0.0),
            ("2026-Q1", "never", 1, 0, 0, 1, 0, 0.0, 0.0, 0.0, 1.0, 0.0),
            ("2026-Q2", ">24 h", 1, 1, 1, 1, 1, 1.0, 1.0, 1.0, 1.0, 1.0),
            ("2026-Q2", "never", 1, 0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0),
            ("2026-Q4", "≤15 min", 1, 1, 0, 0, 0, 1.0, 0.0, None, 0.0, 0.0),
            ("2026-Q4", "≤4 h", 1, 1, 1, 1, 0, 1.0, 1.0, None, 1.0, 0.0),
        ]
    )
    assert published.table("response_band_outcomes") == [
        dict(zip(columns, row, strict=True)) for row in rows
    ]


def test_who_waits_now(published: Company) -> None:
    # Sam since 31 March, 22:30: 194 days and 11.5 hours until as_of; a queue has him. Mia since 23
    # February, 09:00 (Qualified, but not converted): 231 days and an hour. Kai since half an hour.
    # Tom is lost.
    waiting = [
        (SAM, "03-31 22:30", None, 194 * DAY + 11.5 * HOUR),
        (MIA, "02-23 09:00", ANA, 231 * DAY + HOUR),
        (KAI, "10-12 09:30", BEN, 30 * MINUTE),
    ]
    assert published.table("unanswered_leads") == [
        {
            "lead_id": lead,
            "signal_at": at(signal_at),
            "rep_id": rep,
            "waiting_seconds": seconds,
            "seconds_over_sla": max(seconds - HOUR, 0.0),
        }
        for lead, signal_at, rep, seconds in waiting
    ]
