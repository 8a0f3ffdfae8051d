"""Data enrichment from files to the published tables, every row and number counted by hand.

Days are Tokyo's and begin at 15:00: as_of is 28 September, 00:00, and the only snapshot is of that
day. Records are as old as their last human touch: 180 days (31 March, 15:00) are worth 25, 90 days
(29 June, 15:00) 50, and what is touched at as_of 100.
"""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Company
from tests.end_to_end.customer_company import ANA, BEN, EVA, published_customers, rows_of

TODAY = date(2026, 9, 28)
MONTH_OLD = 100 * 0.5 ** (30 / 90)


@pytest.fixture(scope="module")
def published(shared_folder: Path) -> Company:
    return published_customers(shared_folder)


def near(value: float | None) -> Any:
    return None if value is None else pytest.approx(value, rel=1e-9)


def test_what_the_rules_found_in_the_records_of_one_rep(published: Company) -> None:
    # Ana's: the leads Pal and Leo (Lea is converted, Ned lost), the contacts miller and banker, the
    # account mill, the open deals: the referred one and the visited one.
    #   Account: the mill is a food company with a site.
    #   Contact: both have an account and a phone; the banker's, "ext. 5", is none.
    #   Lead: leo(at)example.com is no e-mail. His title is a placeholder; Pal's, CEO, is in
    #   the set.
    #   Opportunity: only the referred deal is in Negotiation, and has a next step. Its 1500 are out
    #   of range, and its 27 September is past in Tokyo; the visited deal's 28th is not. That one
    #   has no amount.
    header = "snapshot_date object rule kind weight rep_id evaluated failed"
    found = [
        ("Account", "Industry:filled", "completeness", 1.0, 1, 0),
        ("Account", "Website:url", "validity", 3.0, 1, 0),
        ("Contact", "AccountId:filled", "completeness", 2.0, 2, 0),
        ("Contact", "Phone:filled", "completeness", 2.0, 2, 0),
        ("Contact", "Phone:phone", "validity", 1.0, 2, 1),
        ("Lead", "Email:email", "validity", 2.0, 2, 1),
        ("Lead", "Email:filled", "completeness", 3.0, 2, 0),
        ("Lead", "Title:filled", "completeness", 1.0, 2, 1),
        ("Lead", "Title:in_set", "validity", 2.0, 1, 0),
        ("Opportunity", "Amount:filled", "completeness", 3.0, 2, 1),
        ("Opportunity", "Amount:in_range", "validity", 1.0, 1, 1),
        ("Opportunity", "CloseDate:not_in_past", "validity", 3.0, 2, 1),
        ("Opportunity", "NextStep:filled", "completeness", 1.0, 1, 0),
    ]
    results = [row for row in published.table("crm_rule_results") if row["rep_id"] == ANA]
    assert results == rows_of(
        header,
        *(
            (TODAY, object_, rule, kind, weight, ANA, evaluated, failed)
            for object_, rule, kind, weight, evaluated, failed in found
        ),
    )


def test_the_quality_of_each_reps_records(published: Company) -> None:
    # Ana, as found above:
    #   Account: 1 of 1; 3 of 3. Checked in at as_of: 100.
    #   Contact: 2×2 + 2×2 of as much; 1 of 2. The miller's phone was filled in 90 days ago, the
    #            banker's 180: 37.5.
    #   Lead: 3×2 + 1×1 of 3×2 + 1×2; 2×1 + 2×1 of 2×2 + 2×1. Pal's title was filled in 90 days ago,
    #         and Leo was called at as_of: 75. (What the robot does to them is no touch.)
    #   Opportunity: 3×1 + 1×1 of 3×2 + 1×1; 1×0 + 3×1 of 1×1 + 3×2. The referred deal's stage was
    #         moved 30 days ago, and the visited deal's account is the mill.
    # Ben:
    #   Account: farm and shop. The shop's industry, "-", is a placeholder: 1 of 2. Its site is
    #            none, and the farm has none to look at: 0 of 3. Ben filled in the farm's industry
    #            90 days ago, and Ana blanked the shop's 180 days ago; the check-ins there
    #            of one of two Evas, of a robot and after as_of are no touch: 37.5.
    #   Contact: the farmer has an account, set 90 days ago, and no phone: 2 of 4, nothing to check.
    #            Validity leaves: (0.5 × 50 + 0.3 × 50) ÷ 0.8.
    #   Lead: Ida's e-mail is a placeholder: 1 of 4. A buyer is not in the set: 0 of 2. Entered 180
    #         days ago, and since then only the robot's.
    #   Opportunity: the renewal, in Negotiation without a next step: 3 of 4. 1000 is in range, and
    #         December to come: 4 of 4. Entered 180 days ago.
    # Eva: the grocer has an account and a phone, which is too short: 4 of 4, 0 of 1. Filled in 180
    #   days ago.
    # Kim and the bank are the queue's.
    deal_age = (MONTH_OLD + 100) / 2
    expected = [
        ("Account", ANA, 1, 100, 100, 100, 50 + 20 + 30),
        ("Account", BEN, 2, 50, 0, 37.5, 25 + 0 + 11.25),
        ("Contact", ANA, 2, 100, 50, 37.5, 50 + 10 + 11.25),
        ("Contact", BEN, 1, 50, None, 50, 50),
        ("Contact", EVA, 1, 100, 0, 25, 50 + 0 + 7.5),
        ("Lead", ANA, 2, 87.5, 200 / 3, 75, 43.75 + 40 / 3 + 22.5),
        ("Lead", BEN, 1, 25, 0, 25, 12.5 + 0 + 7.5),
        ("Opportunity", ANA, 2, 400 / 7, 300 / 7, deal_age, 200 / 7 + 60 / 7 + 0.3 * deal_age),
        ("Opportunity", BEN, 1, 75, 100, 25, 37.5 + 20 + 7.5),
    ]
    header = "snapshot_date object rep_id records completeness validity freshness quality_score"
    assert published.table("crm_quality") == rows_of(
        header,
        *(
            (TODAY, object_, rep, records, *map(near, parts))
            for object_, rep, records, *parts in expected
        ),
    )


SCORES = "records completeness validity freshness quality_score"
USAGE = (
    "fields_enriched field_updates active_days activities_logged median_logging_lag_hours"
    " check_ins checked_in_accounts stale_open_deals"
)


def enrichment(published: Company, rep: str, columns: str) -> list[tuple[Any, ...]]:
    """These columns of a rep's rows, quarter by quarter."""
    return [
        tuple(row[column] for column in ("quarter", *columns.split()))
        for row in published.table("data_enrichment")
        if row["rep_id"] == rep
    ]


def test_a_quarters_scores_are_its_last_snapshots(published: Company) -> None:
    # Over all objects together, the sums of the test above:
    #   Ana: completeness 1 + 8 + 7 + 4 = 20 of 1 + 8 + 8 + 7 = 24; validity 3 + 1 + 4 + 3 = 11 of
    #        3 + 2 + 6 + 7 = 18; freshness of seven records 100, 50, 25, 50, 100, 100 and a month's.
    #   Ben: 1 + 2 + 1 + 3 = 7 of 2 + 4 + 4 + 4 = 14; 0 + 0 + 4 = 4 of 3 + 2 + 4 = 9; freshness of
    #        five records 25, 50, 50, 25, 25. Five records are just enough for a rank.
    #   Eva: as above. Not active: no rank.
    fresh = (425 + MONTH_OLD) / 7
    unseen = (None,) * 6
    assert enrichment(published, ANA, f"{SCORES} rank") == [
        ("2026-Q1", *unseen),
        ("2026-Q2", *unseen),
        (
            *("2026-Q3", 7, near(250 / 3), near(1100 / 18), near(fresh)),
            *(near(125 / 3 + 220 / 18 + 0.3 * fresh), 1),
        ),
    ]
    assert enrichment(published, BEN, f"{SCORES} rank") == [
        ("2026-Q1", *unseen),
        ("2026-Q2", *unseen),
        ("2026-Q3", 5, near(50), near(400 / 9), near(35), near(25 + 80 / 9 + 10.5), 2),
    ]
    assert enrichment(published, EVA, f"{SCORES} rank") == [
        ("2026-Q1", *unseen),
        ("2026-Q2", *unseen),
        ("2026-Q3", 1, near(100), near(0), near(25), near(57.5), None),
    ]


def test_what_ana_did(published: Company) -> None:
    # Q1: she converted Lea on 9 February, and filled in a next step at 16:00, the 10th in Tokyo;
    #     Ben blanked it: taken back. The e-mail of 20 March, written down two hours later; the Task
    #     it names is the same. A check-in at the mill, on 8 March at half past two in New York,
    #     an hour that does not exist: half past three, 07:30. Four days.
    #     Of her open deals Lea's got that e-mail, and the visited one was visited.
    # Q2: on 1 April she filled in the banker's phone and blanked the shop's industry; in New York
    #     it is still 31 March, 11:30, when she checks in at the miller, who is no account. On
    #     30 June Pal's title and the miller's phone. On 10 June a check-in at the mill, in
    #     Salesforce. Three days. The visited deal's account was visited within the month.
    # Q3: on 1 August she gave Leo a title, which a robot made a placeholder again the next day. At
    #     as_of, 28 September, she called Leo (written down at once) and checked in at the mill: one
    #     day. The referred deal was touched exactly 30 days ago, no later.
    assert enrichment(published, ANA, USAGE) == [
        ("2026-Q1", 0, 2, 4, 1, 2.0, 1, 1, 0),
        ("2026-Q2", 3, 4, 3, 0, None, 2, 1, 0),
        ("2026-Q3", 0, 1, 2, 1, 0.0, 1, 1, 1),
    ]


def test_what_ben_did(published: Company) -> None:
    # Q1: he blanked a next step on 12 February, and filled in the shop's industry on 25 March;
    #     Ana blanked it on 31 March, 15:00, which is the next quarter: his all the same. Three
    #     calls, written down after six hours, one hour before, and after one hour; and the check-in
    #     at the shop, an Event, after two: the median of 6, 1 and 2. He checked in at 01:00 in
    #     Salesforce; in Badger five minutes before and after, which is the same, and six minutes
    #     after, which is another one. Days: 16 and 20 January, 12 and 17 February, 25 March. The
    #     farm's deal, open until 20 May, was never touched after 10 January.
    # Q2: Leo's status on 2 May; on 30 June the farmer's account (written twice), the farm's
    #     industry (from a placeholder) and its phone (for which there is no rule). On 10 April a
    #     check-in nobody knows where. The copy of Eva's meeting is not his. Three days.
    # Q3: nothing, but the renewal, his since 15 July, has not been touched since 31 March.
    assert enrichment(published, BEN, USAGE) == [
        ("2026-Q1", 1, 2, 5, 4, 2.0, 2, 1, 1),
        ("2026-Q2", 2, 4, 3, 0, None, 1, 0, 0),
        ("2026-Q3", 0, 0, 0, 0, None, 0, 0, 1),
    ]


def test_what_eva_did(published: Company) -> None:
    # Q1: the grocer's phone on 3 February; a robot blanked it on the 20th: taken back.
    # Q2: the grocer's phone again, on 1 April; Kim's title, a placeholder until then, on 30 June.
    #     On 6 April a meeting, written down before. There are two users of her name: the check-in
    #     at the shop is nobody's. The renewal was hers until 15 July, touched last on 31 March.
    # Q3: nothing, but the grocer is still hers.
    assert enrichment(published, EVA, USAGE) == [
        ("2026-Q1", 0, 1, 1, 0, None, 0, 0, 0),
        ("2026-Q2", 2, 2, 3, 1, None, 0, 0, 1),
        ("2026-Q3", 0, 0, 0, 0, None, 0, 0, 0),
    ]


def test_nobody_else_has_a_row(published: Company) -> None:
    assert {row["rep_id"] for row in published.table("data_enrichment")} == {ANA, BEN, EVA}
