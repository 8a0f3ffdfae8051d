"""Awards, what they are made of, and what later data would change of them: six runs of one company
over two quarters' ends, every row counted by hand. What happens between the runs stands in
`contest_company.Chapter`.
"""

from itertools import groupby
from pathlib import Path
from statistics import mean, median
from typing import Any

import pytest

from tests.end_to_end.conftest import Company
from tests.end_to_end.contest_company import (
    ADA,
    AMY,
    AMYS_DEAL,
    ANA,
    ANAS_SECOND,
    ART,
    BEN,
    BENS_NEXT,
    BENS_QUICK,
    BENS_SLOW,
    CLEO,
    CLEOS_DEAL,
    SAL,
    SID,
    SUE,
    Chapter,
    contest,
    midnight,
    refreshed_warehouse,
)
from tests.end_to_end.pursuit_company import at

Row = tuple[Any, ...]

UNTIL_THE_CLOSE = [Chapter.BEFORE_THE_END, Chapter.IN_GRACE, Chapter.CLOSED]
AFTER_THE_CLOSE = [Chapter.LATE_DATA, Chapter.TAKEN_BACK, Chapter.NEXT_QUARTER]


def name(chapter: Chapter) -> str:
    """What a test of the chapter is called."""
    return chapter.name.lower()


def awards(company: Company) -> list[Row]:
    """All rows, all columns."""
    return [tuple(row.values()) for row in company.table("incentive_awards")]


def evidence(company: Company) -> list[Row]:
    """All rows, all columns, and whether somebody is still waiting."""
    return company.rows(
        "select quarter, award, rep_id, record_id, record_at, amount, is_waiting"
        " from marts.award_evidence order by quarter, award, rep_id, record_id"
    )


def adjustments(company: Company) -> list[Row]:
    """All rows, all columns."""
    return [tuple(row.values()) for row in company.table("incentive_adjustments")]


# ---- the steward: Ana's records, Sue and Sid and the mill, of which Ben and Cleo have fewer

COMPLETENESS, VALIDITY = 45.0, pytest.approx(40 / 3)
# The snapshot of the first quarter is that of 31 March, 23:30 in New York: the records were last
# touched 60, 30 and 90 days before, of a half-life of 30: 25, 50 and 12.5 are 29.17 on average.
FRESHNESS = pytest.approx(8.75)


def anas_freshness(days_later: float) -> float:
    """The points that freshness adds so many days after that snapshot."""
    return 30 * mean(float(0.5 ** ((days + days_later) / 30)) for days in (60, 30, 90))


def anas_quality(days_later: float = 0) -> Any:
    # Filled: of each lead an e-mail (weight 3) and a phone (1), of the mill its industry (2): 9 of
    # 10, Sid's phone is blank: 90 × 0.5 is 45. Valid: two e-mails, but not the website "no site":
    # 2 of 3, × 0.2 is 13.33.
    return pytest.approx(45 + 40 / 3 + anas_freshness(days_later))


# ---- awards


def test_while_the_quarter_runs_its_awards_are_provisional(shared_folder: Path) -> None:
    # The plan wants two deals, cycles and records where medians and scores are compared.
    # Velocity: Ben's 3,500 ÷ 28 days are 125 a day, Ana's 1,000 ÷ 20 are 50 (one won, one lost:
    #   two deals), Cleo's 2,000 ÷ 12 are 167, but of one deal. Eva, 70, has left.
    # Steward: Cleo's one record has 100 points of completeness and 12.5 of freshness, without
    #   validity (50 + 3.75) ÷ 0.8 = 67.19, a little more than Ana's; but it is one. Ben has 49.69.
    # Closer: Ben's days are 40 and 16. Ana and Cleo have one deal each, so nobody is second.
    # Response: Ana's three leads had waited 10 and 20 minutes, and Ada still waits: the median is
    #   20 minutes. Ben's is 30 (30 and 120); Cleo has one lead only, after 5 minutes.
    # Contract: 3,000 of Ben's, 2,000 of Cleo's; Ana's 1,000 are third.
    # Saved: Sue and Sid by Ana, Sal by Ben. Referrals: a friend's, who is nobody's customer.
    # Nothing of 2025: in its last quarter only Eva closed deals, who has left.
    assert awards(contest(shared_folder, Chapter.BEFORE_THE_END)) == [
        ("2026-Q1", "best_velocity", 1, BEN, 125.0, 500, "provisional"),
        ("2026-Q1", "crm_steward", 1, ANA, anas_quality(), 120, "provisional"),
        ("2026-Q1", "fastest_closer", 1, BEN, 28.0, 250, "provisional"),
        ("2026-Q1", "fastest_response", 1, ANA, 1200.0, 200, "provisional"),
        ("2026-Q1", "largest_contract", 1, BEN, 3000.0, 400, "provisional"),
        ("2026-Q1", "largest_contract", 2, CLEO, 2000.0, 100, "provisional"),
        ("2026-Q1", "most_saved_leads", 1, ANA, 2.0, 300, "provisional"),
        ("2026-Q1", "most_saved_leads", 2, BEN, 1.0, 100, "provisional"),
    ]


def awards_of_the_first_quarter(status: str) -> list[Row]:
    # With Ana's second deal, 3,000 after 30 days: her velocity is 4,000 ÷ 25 = 160, her median 25
    # days, and her contract ties with Ben's: each has the full payout, the next place is empty,
    # and Cleo is third.
    return [
        ("2026-Q1", "best_velocity", 1, ANA, 160.0, 500, status),
        ("2026-Q1", "crm_steward", 1, ANA, anas_quality(), 120, status),
        ("2026-Q1", "fastest_closer", 1, ANA, 25.0, 250, status),
        ("2026-Q1", "fastest_closer", 2, BEN, 28.0, 50, status),
        ("2026-Q1", "fastest_response", 1, ANA, 1200.0, 200, status),
        ("2026-Q1", "largest_contract", 1, ANA, 3000.0, 400, status),
        ("2026-Q1", "largest_contract", 1, BEN, 3000.0, 400, status),
        ("2026-Q1", "most_saved_leads", 1, ANA, 2.0, 300, status),
        ("2026-Q1", "most_saved_leads", 2, BEN, 1.0, 100, status),
    ]


# The runs of 10 April, 23:59, and 11 April, 00:00 in New York, after that of 31 March, 23:30.
IN_GRACE_LATER, CLOSED_LATER = 10 + 29 / 1440, 10 + 30 / 1440


def test_in_the_grace_days_awards_still_change(shared_folder: Path) -> None:
    # In the second quarter nothing has happened yet, but records are looked at.
    steward = ("2026-Q2", "crm_steward", 1, ANA, anas_quality(IN_GRACE_LATER), 120, "provisional")
    assert awards(contest(shared_folder, Chapter.IN_GRACE)) == [
        *awards_of_the_first_quarter("provisional"),
        steward,
    ]


def test_after_the_grace_days_awards_are_final(shared_folder: Path) -> None:
    steward = ("2026-Q2", "crm_steward", 1, ANA, anas_quality(CLOSED_LATER), 120, "provisional")
    assert awards(contest(shared_folder, Chapter.CLOSED)) == [
        *awards_of_the_first_quarter("final"),
        steward,
    ]


@pytest.mark.parametrize("chapter", AFTER_THE_CLOSE, ids=name)
def test_neither_late_data_nor_another_plan_change_what_is_final(
    shared_folder: Path, chapter: Chapter
) -> None:
    # The second quarter is by the new plan: 50 records for a steward (nobody), one deal for the
    # velocity: Ben's 600 ÷ 10 days. His one deal is too few for a closer (three).
    status = "final" if chapter == Chapter.NEXT_QUARTER else "provisional"
    assert awards(contest(shared_folder, chapter)) == [
        *awards_of_the_first_quarter("final"),
        ("2026-Q2", "best_velocity", 1, BEN, 60.0, 1000, status),
        ("2026-Q2", "largest_contract", 1, BEN, 600.0, 800, status),
    ]


# ---- evidence


def cycle(lead: str, when: str) -> tuple[str, Any]:
    """The Id of a response cycle, and its instant."""
    return f"{lead}@2026-{when}:00", at(when)


def deal(id_: str, closed: str) -> tuple[str, Any]:
    return id_, midnight(closed)


def evidence_without_deals(adas_wait: float) -> dict[str, list[Row]]:
    snapshot = midnight("2026-03-31")
    return {
        "crm_steward": [
            (ANA, "completeness", snapshot, COMPLETENESS, False),
            (ANA, "freshness", snapshot, FRESHNESS, False),
            (ANA, "validity", snapshot, VALIDITY, False),
        ],
        "fastest_response": [
            (ANA, *cycle(AMY, "01-02 14:00"), 600.0, False),
            (ANA, *cycle(ART, "02-03 14:00"), 1200.0, False),
            (ANA, *cycle(ADA, "03-01 15:00"), adas_wait, True),
        ],
        "most_saved_leads": [
            (ANA, SUE, at("01-31 03:30"), 1.0, False),
            (ANA, SID, at("03-02 03:30"), 1.0, False),
            (BEN, SAL, at("01-31 03:30"), 1.0, False),
        ],
    }


BENS_DAYS = [
    (BEN, *deal(BENS_SLOW, "2026-02-15"), 40.0, False),
    (BEN, *deal(BENS_QUICK, "2026-02-05"), 16.0, False),
]


def in_order(by_award: dict[str, list[Row]], quarter: str) -> list[Row]:
    return [(quarter, award, *row) for award in sorted(by_award) for row in by_award[award]]


def test_the_evidence_of_a_running_quarter(shared_folder: Path) -> None:
    # Ada has waited since 1 March, 15:00: 30 days and 12.5 hours.
    # Ben's deals of 3,000 and 500, by a mean of 28 days.
    expected = evidence_without_deals(30 * 86400 + 45000) | {
        "best_velocity": [
            (BEN, *deal(BENS_SLOW, "2026-02-15"), pytest.approx(3000 / 28), False),
            (BEN, *deal(BENS_QUICK, "2026-02-05"), pytest.approx(500 / 28), False),
        ],
        "fastest_closer": BENS_DAYS,
        "largest_contract": [
            (BEN, *deal(BENS_SLOW, "2026-02-15"), 3000.0, False),
            (CLEO, *deal(CLEOS_DEAL, "2026-02-14"), 2000.0, False),
        ],
    }
    found = evidence(contest(shared_folder, Chapter.BEFORE_THE_END))
    assert found == in_order(expected, "2026-Q1")


def evidence_of_the_first_quarter(adas_wait: float) -> list[Row]:
    with_deals = evidence_without_deals(adas_wait) | {
        "best_velocity": [
            (ANA, *deal(AMYS_DEAL, "2026-01-25"), 40.0, False),
            (ANA, *deal(ANAS_SECOND, "2026-02-09"), 120.0, False),
        ],
        "fastest_closer": [
            (ANA, *deal(AMYS_DEAL, "2026-01-25"), 20.0, False),
            (ANA, *deal(ANAS_SECOND, "2026-02-09"), 30.0, False),
            *BENS_DAYS,
        ],
        "largest_contract": [
            (ANA, *deal(ANAS_SECOND, "2026-02-09"), 3000.0, False),
            (BEN, *deal(BENS_SLOW, "2026-02-15"), 3000.0, False),
        ],
    }
    return in_order(with_deals, "2026-Q1")


def evidence_of_a_steward(day: str, days_later: float) -> list[Row]:
    points = pytest.approx(anas_freshness(days_later))
    return [
        ("2026-Q2", "crm_steward", ANA, "completeness", midnight(day), COMPLETENESS, False),
        ("2026-Q2", "crm_steward", ANA, "freshness", midnight(day), points, False),
        ("2026-Q2", "crm_steward", ANA, "validity", midnight(day), VALIDITY, False),
    ]


def test_the_evidence_in_the_grace_days(shared_folder: Path) -> None:
    # Ada has waited for 40 days, 12 hours and 59 minutes.
    assert evidence(contest(shared_folder, Chapter.IN_GRACE)) == [
        *evidence_of_the_first_quarter(40 * 86400 + 12 * 3600 + 59 * 60),
        *evidence_of_a_steward("2026-04-10", IN_GRACE_LATER),
    ]


# When the first quarter was closed Ada had waited for 40 days and 13 hours.
ADAS_WAIT_AT_THE_CLOSE = 40 * 86400 + 13 * 3600


def test_the_evidence_at_the_close(shared_folder: Path) -> None:
    assert evidence(contest(shared_folder, Chapter.CLOSED)) == [
        *evidence_of_the_first_quarter(ADAS_WAIT_AT_THE_CLOSE),
        *evidence_of_a_steward("2026-04-11", CLOSED_LATER),
    ]


@pytest.mark.parametrize("chapter", AFTER_THE_CLOSE, ids=name)
def test_the_evidence_of_a_final_award_is_kept(shared_folder: Path, chapter: Chapter) -> None:
    # Also that of Sue and Sid, whose flags are deleted later.
    next_deal = deal(BENS_NEXT, "2026-04-23")
    assert evidence(contest(shared_folder, chapter)) == [
        *evidence_of_the_first_quarter(ADAS_WAIT_AT_THE_CLOSE),
        ("2026-Q2", "best_velocity", BEN, *next_deal, 60.0, False),
        ("2026-Q2", "largest_contract", BEN, *next_deal, 600.0, False),
    ]


def recounted(award: str, records: list[tuple[float, bool]]) -> float:
    """The value that a rep finds who recounts the evidence (amount, is waiting)."""
    if award == "fastest_closer":
        return median(amount for amount, _ in records)
    if award == "fastest_response":
        return kaplan_meier_median(records)
    return sum(amount for amount, _ in records)


def kaplan_meier_median(records: list[tuple[float, bool]]) -> float:
    """The first time at which at most half are still waiting."""
    survival = 1.0
    for place, (seconds, is_waiting) in enumerate(sorted(records)):
        if not is_waiting:
            survival *= 1 - 1 / (len(records) - place)
        if survival <= 0.5 + 1e-9:
            return seconds
    raise AssertionError("more than half are still waiting")


@pytest.mark.parametrize("chapter", Chapter, ids=name)
def test_a_rep_can_recount_each_award(shared_folder: Path, chapter: Chapter) -> None:
    company = contest(shared_folder, chapter)
    values = {
        key: recounted(key[1], [(amount, is_waiting) for *_, amount, is_waiting in rows])
        for key, rows in groupby(evidence(company), key=lambda row: row[:3])
    }
    assert values == {
        (quarter, award, rep): pytest.approx(value)
        for quarter, award, _, rep, value, _, _ in awards(company)
    }


# ---- adjustments


def change(
    award: str, place: int, rep: str, payout: int, value: float, found: str = "2026-Q2"
) -> Row:
    """An adjustment of the first quarter."""
    word = "gained" if payout > 0 else "lost"
    return ("2026-Q1", award, place, rep, found, payout, f"{word}: later data give {value}")


@pytest.mark.parametrize("chapter", UNTIL_THE_CLOSE, ids=name)
def test_until_a_quarter_is_final_nothing_is_adjusted(
    shared_folder: Path, chapter: Chapter
) -> None:
    assert adjustments(contest(shared_folder, chapter)) == []


# The last quarter of 2025 was closed by the first run, without any award. Ana's forgotten deal of
# 800 is the largest of an active rep. One deal is no velocity and no closer under the plan.
FORGOTTEN = ("2025-Q4", "largest_contract", 1, ANA, "2026-Q2", 400, "gained: later data give 800.0")

# By the plan of the close: the new one pays twice as much, and wants three where that wants two.
# Cleo's late deal, 5,000 after 10 days:
#   Velocity: 7,000 ÷ 11 = 636.36, before Ana's 160.
#   Closer: the median of 12 and 10 days; Ana is second now, Ben third.
#   Contract: Cleo is first; Ana and Ben, 3,000 each, are both second, with the full payout each.
CLEO_FIRST = [
    change("best_velocity", 1, ANA, -500, 160.0),
    change("best_velocity", 1, CLEO, 500, 636.36),
    change("fastest_closer", 1, ANA, -250, 25.0),
    change("fastest_closer", 1, CLEO, 250, 11.0),
    change("fastest_closer", 2, ANA, 50, 25.0),
    change("fastest_closer", 2, BEN, -50, 28.0),
]
# Response: with his e-mail Ben's are 2 and 30 minutes; with half of them answered the median is 2.
BEN_FASTEST = [
    change("fastest_response", 1, ANA, -200, 1200.0),
    change("fastest_response", 1, BEN, 200, 120.0),
]
CONTRACTS = [
    change("largest_contract", 1, ANA, -400, 3000.0),
    change("largest_contract", 1, BEN, -400, 3000.0),
    change("largest_contract", 1, CLEO, 400, 5000.0),
    change("largest_contract", 2, ANA, 100, 3000.0),
    change("largest_contract", 2, BEN, 100, 3000.0),
]
# Referrals: the contest was closed without an award; the farm is Ben's.
REFERRAL = change("most_referrals", 1, BEN, 150, 1.0)
# Saved: without Sid's flag Ana has one, as Ben has: both are first, and nobody is second. That
# Ana's value is another one, in the same place, is no row.
BEN_SAVED = [
    change("most_saved_leads", 1, BEN, 300, 1.0),
    change("most_saved_leads", 2, BEN, -100, 1.0),
]
STILL_SO = [FORGOTTEN, *CLEO_FIRST, *BEN_FASTEST, *CONTRACTS, *BEN_SAVED]


def test_late_data_are_adjustments_in_the_quarter_in_which_they_are_found(
    shared_folder: Path,
) -> None:
    assert adjustments(contest(shared_folder, Chapter.LATE_DATA)) == [
        FORGOTTEN,
        *CLEO_FIRST,
        *BEN_FASTEST,
        *CONTRACTS,
        REFERRAL,
        *BEN_SAVED,
    ]


def test_what_is_taken_back_within_a_quarter_leaves_no_row(shared_folder: Path) -> None:
    # The referral was reversed. (The warehouse was deleted meanwhile.)
    assert adjustments(contest(shared_folder, Chapter.TAKEN_BACK)) == STILL_SO


def test_what_is_taken_back_in_a_later_quarter_is_another_adjustment(shared_folder: Path) -> None:
    # Cleo's late deal was deleted: all that it gave and took, the other way round. She has one
    # deal again, of 2,000 after 12 days.
    # Without Sue's flag Ana has saved nobody. Ben stays first: that was found before.
    def in_third(award: str, place: int, rep: str, payout: int, value: float) -> Row:
        return change(award, place, rep, payout, value, found="2026-Q3")

    taken_back = [
        in_third("best_velocity", 1, ANA, 500, 160.0),
        in_third("best_velocity", 1, CLEO, -500, 166.67),
        in_third("fastest_closer", 1, ANA, 250, 25.0),
        in_third("fastest_closer", 1, CLEO, -250, 12.0),
        in_third("fastest_closer", 2, ANA, -50, 25.0),
        in_third("fastest_closer", 2, BEN, 50, 28.0),
        in_third("largest_contract", 1, ANA, 400, 3000.0),
        in_third("largest_contract", 1, BEN, 400, 3000.0),
        in_third("largest_contract", 1, CLEO, -400, 2000.0),
        in_third("largest_contract", 2, ANA, -100, 3000.0),
        in_third("largest_contract", 2, BEN, -100, 3000.0),
        in_third("most_saved_leads", 1, ANA, -300, 0.0),
    ]
    found = adjustments(contest(shared_folder, Chapter.NEXT_QUARTER))
    assert found == sorted([*STILL_SO, *taken_back], key=lambda row: row[:5])


def test_what_each_rep_is_owed_for_the_first_quarter_in_the_end(shared_folder: Path) -> None:
    # Ana: velocity 500, steward 120, closer 250, contract 400; Ben: closer 50, response 200,
    # contract 400, saved 300; Cleo: nothing.
    company = contest(shared_folder, Chapter.NEXT_QUARTER)
    assert company.rows(
        "select rep_id, sum(payout) from ("
        " select rep_id, quarter, payout from marts.incentive_awards union all"
        " select rep_id, quarter, payout_change from marts.incentive_adjustments)"
        " where quarter = '2026-Q1' group by rep_id order by rep_id"
    ) == [(ANA, 1270), (BEN, 950), (CLEO, 0)]


# ---- built anew


def test_a_full_refresh_leaves_what_was_kept(shared_folder: Path) -> None:
    # By data and a plan that would give other awards.
    before, after = contest(shared_folder, Chapter.LATE_DATA), refreshed_warehouse(shared_folder)
    assert awards(after) == awards(before)
    assert evidence(after) == evidence(before)
    assert adjustments(after) == adjustments(before)
