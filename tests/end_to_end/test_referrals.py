"""Referrals from files to the published tables, every row and number counted by hand.

Quarters are Tokyo's: the second begins on 31 March, 15:00, the third on 30 June, 15:00. Half of
what is won counts against its costs (`gross_margin`).
"""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from publishing.contract import contract
from tests.end_to_end.conftest import Company
from tests.end_to_end.customer_company import (
    ANA,
    BEN,
    DAYS_AGO_180,
    EVA,
    KIM,
    LEA,
    LEAS_DEAL,
    LEO,
    MILL,
    PAL,
    REFERRED,
    REV,
    SHOP,
    at,
    published_customers,
    rows_of,
)

NOTHING = Decimal("0.00")


@pytest.fixture(scope="module")
def published(shared_folder: Path) -> Company:
    return published_customers(shared_folder)


def referral(published: Company, id_: str) -> dict[str, Any]:
    """All that the published table says of one referral."""
    (row,) = [row for row in published.table("fct_referrals") if row["referral_id"] == id_]
    return row


def expected(id_: str, created: str, quarter: str, **columns: Any) -> dict[str, Any]:
    """A whole row of the programme; what is not named is null, and without rewards it costs 0."""
    return (
        dict.fromkeys(contract()["fct_referrals"].columns)
        | {"referral_id": id_, "origin": "programme", "reward_cost": NOTHING}
        | {"created_at": at(created), "created_quarter": quarter}
        | columns
    )


def test_a_referral_becomes_a_lead_and_a_deal_that_is_won(published: Company) -> None:
    # Lea was entered on 9 February, 10:00, 24 hours before the referral: just in time. Qualified at
    # 11:00, converted at 12:00; her deal was open when the referral came, but is its own, so that
    # she is no existing customer. Won on 10 April: 1000.50 PLN ÷ 4 = 250.125, half up 250.13.
    # Ana asked the mill on 30 January (Eva wrote it down).
    # Rewards: 50 EUR, and 40 PLN ÷ 4 = 10; 30 are void, 100 come after as_of.
    assert referral(published, "F01") == expected(
        "F01",
        "02-10 10:00",
        "2026-Q1",
        referrer_id="P-MILL",
        referrer_account_id=MILL,
        lead_id=LEA,
        opportunity_id=LEAS_DEAL,
        rep_id=ANA,
        qualified_at=at("02-09 11:00"),
        won_at=at("04-10 10:00"),
        won_amount=Decimal("250.13"),
        reward_cost=Decimal("60.00"),
    )


def test_a_reversed_referral_keeps_its_lead_and_its_cost(published: Company) -> None:
    # Ana's ask of 30 January is still the mill's last one.
    assert referral(published, "F02") == expected(
        "F02",
        "03-01 10:00",
        "2026-Q1",
        referrer_id="P-MILL",
        referrer_account_id=MILL,
        lead_id=REV,
        rep_id=ANA,
        reward_cost=Decimal("20.00"),
        exclusion_reason="reversed",
    )


def test_a_lead_is_found_by_the_code_of_who_referred_it(published: Company) -> None:
    # 1 April, 00:00 in Tokyo. No lead has kim@home.example; the grocer's code is Kim's, entered on
    # 29 June, 15:00: exactly 90 days later. F04 names Kim by e-mail and F07 by this code, but
    # neither counts (expired, an existing customer), and this one does.
    # The grocer's e-mail is a contact's of the shop. Nobody had asked there (the ask of 2 March is
    # still to be done), and Eva owned the shop until 10 May.
    # The reward is in a currency that is unknown.
    assert referral(published, "F03") == expected(
        "F03",
        DAYS_AGO_180,
        "2026-Q2",
        referrer_id="P-SHOP",
        referrer_account_id=SHOP,
        lead_id=KIM,
        rep_id=EVA,
        reward_cost=None,
    )


def test_an_expired_referral_was_denied(published: Company) -> None:
    # F03 has Kim. The friend has no account, so that nobody earned it.
    assert referral(published, "F04") == expected(
        "F04", "04-01 10:00", "2026-Q2", referrer_id="P-FRIEND", exclusion_reason="denied"
    )


@pytest.mark.parametrize(
    ("id_", "created", "quarter", "reason"),
    [
        # The referee is of the miller's own domain, mill.example.
        ("F05", "04-02 10:00", "2026-Q2", "self_referral"),
        ("F06", "05-05 10:00", "2026-Q2", "visit_only"),
        # F09 named pal@gmail.com on 15 June. (He was entered on 25 June, before this one.)
        ("F10", "07-10 10:00", "2026-Q3", "duplicate"),
    ],
)
def test_what_the_miller_referred_in_vain(
    published: Company, id_: str, created: str, quarter: str, reason: str
) -> None:
    # Since 20 March Ben's ask, about the mill's deal, is the last one. F05 and F06 would have Pal
    # by the mill's code, but F09 has him.
    assert referral(published, id_) == expected(
        id_,
        created,
        quarter,
        referrer_id="P-MILL",
        referrer_account_id=MILL,
        rep_id=BEN,
        exclusion_reason=reason,
    )


def test_a_customer_need_not_be_referred(published: Company) -> None:
    # The farmer is a contact of the farm, whose deal (without history) was won on 20 May. F03 has
    # Kim. Ben owns the shop by now, but Ana asked its grocer on 1 June.
    assert referral(published, "F07") == expected(
        "F07",
        "06-05 10:00",
        "2026-Q2",
        referrer_id="P-SHOP",
        referrer_account_id=SHOP,
        rep_id=ANA,
        exclusion_reason="existing_customer",
    )


def test_two_referrals_name_one_lead(published: Company) -> None:
    # Pal, entered on 25 June: F08 by the mill's code, F09 five days later by e-mail, which goes
    # first. friend@ and pal@gmail.com are not of one company. A robot qualified Pal on 5 July.
    # The friend has no account, so that nobody earned F09. Its reward is 5, without a currency.
    assert [referral(published, "F08"), referral(published, "F09")] == [
        expected(
            "F08",
            "06-10 10:00",
            "2026-Q2",
            referrer_id="P-MILL",
            referrer_account_id=MILL,
            rep_id=BEN,
        ),
        expected(
            "F09",
            "06-15 10:00",
            "2026-Q2",
            referrer_id="P-FRIEND",
            lead_id=PAL,
            qualified_at=at("07-05 09:00"),
            reward_cost=Decimal("5.00"),
        ),
    ]


def test_a_lead_that_the_programme_knows_nothing_of(published: Company) -> None:
    # By word of mouth. Ben owned Leo until 1 July.
    assert referral(published, LEO) == expected(
        LEO,
        "04-15 09:00",
        "2026-Q2",
        origin="crm_only",
        lead_id=LEO,
        rep_id=BEN,
        qualified_at=at("05-02 10:00"),
    )


def test_a_deal_that_the_programme_knows_nothing_of(published: Company) -> None:
    # 1 July, 00:00 in Tokyo. Its type is blank, so it is new business.
    assert referral(published, REFERRED) == expected(
        REFERRED,
        "06-30 15:00",
        "2026-Q3",
        origin="crm_only",
        opportunity_id=REFERRED,
        rep_id=ANA,
        qualified_at=at("06-30 15:00"),
    )


def test_there_are_no_other_referrals(published: Company) -> None:
    # Not Ned, whose e-mail F01 names, nor Rev, whom F02 has, nor the renewal.
    assert [row["referral_id"] for row in published.table("fct_referrals")] == [
        REFERRED,
        LEO,
        *(f"F{number:02d}" for number in range(1, 11)),
    ]


def test_referrals_earned_by_each_rep(published: Company) -> None:
    # Customers, by their owners of today: the mill, Ana's, won on 20 January; the shop, Ben's, on
    # 25 February; the bank, the queue's, on 10 April; the farm, Ben's, on 20 May.
    # Asked: the mill in the first quarter, by Ana and by Ben; in the second the shop by Ana, and
    # the farm by Eva, weeks before it was a customer; in the third only the bank.
    # Q1: F01 is Ana's, qualified and won.
    # Q2: F08 and Leo (qualified) are Ben's, F03 is Eva's: its reward is worth nobody knows what,
    #     and she is not active: no rank. F09 is nobody's.
    # Q3: the referred deal is Ana's.
    header = (
        "quarter rep_id eligible_customers asked_customers ask_rate referrals_earned"
        " referrals_qualified referrals_won won_amount reward_cost rank"
    )
    won, cost = Decimal("250.13"), Decimal("60.00")
    rows = [
        ("2026-Q1", ANA, 1, 1, 1.0, 1, 1, 1, won, cost, 1),
        ("2026-Q1", BEN, 1, 0, 0.0, 0, 0, 0, NOTHING, NOTHING, None),
        ("2026-Q2", ANA, 1, 0, 0.0, 0, 0, 0, NOTHING, NOTHING, None),
        ("2026-Q2", BEN, 2, 2, 1.0, 2, 1, 0, NOTHING, NOTHING, 1),
        ("2026-Q2", EVA, 0, 0, None, 1, 0, 0, NOTHING, None, None),
        ("2026-Q3", ANA, 1, 0, 0.0, 1, 1, 0, NOTHING, NOTHING, 1),
        ("2026-Q3", BEN, 2, 0, 0.0, 0, 0, 0, NOTHING, NOTHING, None),
    ]
    assert published.table("referrals_earned") == rows_of(header, *rows)


def test_how_many_reps_ask(published: Company) -> None:
    # Active reps: Ana and Ben. Q1: both. Q2: Ana, on 1 June (Eva has left). Q3: Ana, on 15 August,
    # nobody knows whom; the robot's ask at the bank asked a customer, but is no rep's.
    # Customers, whoever owns them: the mill and the shop, then also the bank and the farm.
    header = "quarter active_reps asking_reps asking_rep_rate eligible_customers asked_customers"
    rows = [
        ("2026-Q1", 2, 2, 1.0, 2, 1),
        ("2026-Q2", 2, 1, 0.5, 4, 2),
        ("2026-Q3", 2, 1, 0.5, 4, 1),
    ]
    assert published.table("referral_ask_coverage") == rows_of(header, *rows)


def test_what_referrals_return(published: Company) -> None:
    # By the quarter in which the lead was entered.
    # Q1 ended on 31 March, 15:00, exactly 180 days before as_of: mature.
    #   referral: Lea, won at 250.13. Seed 20 + rewards 50 (F01) and 20 (F02: reversed, but paid all
    #             the same) + campaign 40 PLN ÷ 4 = 100. (125.065 − 100) ÷ 100 = 0.25065.
    #   paid:     Uma, won at 500. Seed 80 + campaign of 31 March 20 = 100. (250 − 100) ÷ 100 = 1.5.
    #   email:    nobody, seed 50: −1.
    #   other:    Rev, whom the reversed F02 has, and Ned, whom F01 names without having him.
    #   The others of each: for referral paid and email, (250 − 150) ÷ 150 = 2/3; for paid referral
    #   and email, (125.065 − 150) ÷ 150 = −0.166233…, against which there is no ratio; for email
    #   referral and paid, (375.065 − 200) ÷ 200 = 0.875325, and its own −1 gives no ratio; for
    #   other all three, (375.065 − 250) ÷ 250, but it has no return of its own.
    # Q2: referral: Leo, Kim (F03), Pal (F09) and F08, which has no lead. The reward of 10 April,
    #               10; that in an unknown currency is left out: −1.
    #     organic:  Ida, without a cost.
    #     other:    a billboard of 1 April, 25: −1, as much as referral.
    # Q3: referral: the deal of 30 June, 15:00. The reward of 3 July (for Pal), 5: −1.
    #     email:    seed 10: −1. What is planned for Q4 is left out.
    header = (
        "quarter channel leads won revenue cost roi roi_ratio_to_others roi_points_over_others"
        " is_mature"
    )
    ours, theirs = Decimal("250.13"), Decimal("500.00")
    referred = pytest.approx(0.25065)
    ratio = pytest.approx(0.25065 / (2 / 3))
    above = pytest.approx(100 * (0.25065 - 2 / 3))
    paid_above = pytest.approx(100 * (1.5 - (125.065 - 150) / 150))
    email_below = pytest.approx(100 * (-1 - 0.875325))
    hundred = Decimal("100.00")
    rows = [
        ("2026-Q1", "email", 0, 0, NOTHING, Decimal("50.00"), -1.0, None, email_below, True),
        ("2026-Q1", "other", 2, 0, NOTHING, NOTHING, None, None, None, True),
        ("2026-Q1", "paid", 1, 1, theirs, hundred, 1.5, None, paid_above, True),
        ("2026-Q1", "referral", 1, 1, ours, hundred, referred, ratio, above, True),
        ("2026-Q2", "organic", 1, 0, NOTHING, NOTHING, None, None, None, False),
        ("2026-Q2", "other", 0, 0, NOTHING, Decimal("25.00"), -1.0, None, 0.0, False),
        ("2026-Q2", "referral", 4, 0, NOTHING, Decimal("10.00"), -1.0, None, 0.0, False),
        ("2026-Q3", "email", 0, 0, NOTHING, Decimal("10.00"), -1.0, None, 0.0, False),
        ("2026-Q3", "referral", 1, 0, NOTHING, Decimal("5.00"), -1.0, None, 0.0, False),
    ]
    assert published.table("referral_roi") == rows_of(header, *rows)
