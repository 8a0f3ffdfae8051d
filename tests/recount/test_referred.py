"""The made-up companies are worth the comparison: referrals, asks and costs of every kind.

Checked on the recount alone, so that a generator that has gone tame is seen without a warehouse.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.recount.asks import CREDITED
from tests.recount.programme import ReferralRow
from tests.recount.recount import Recount
from tests.recount.referrals import BEFORE, Referral
from tests.recount.rules import Row
from tests.recount.test_companies import has_shared_place
from tests.recount.values import address, instant

MILLISECOND = timedelta(milliseconds=1)
NONE = timedelta(0)


def _referral(wanted: Callable[[Referral], bool]) -> Callable[[Recount], bool]:
    return lambda it: any(wanted(referral) for referral in it.referrals.referrals)


def _lead_after(length: Callable[[Recount], timedelta], *, counts: bool) -> Callable[..., bool]:
    """A lead with the person's address so long after a referral, named by it or by none."""

    def found(it: Recount) -> bool:
        named = {claim.lead["Id"] for claim in it.referrals.claims.values() if claim.by_mail}
        for row, lead in _pairs(it):
            at = instant(lead["CreatedDate"])
            if at is None or row.created_at is None or at - row.created_at != length(it):
                continue
            claim = it.referrals.claims.get(row.id)
            if counts and claim is not None and claim.lead["Id"] == lead["Id"]:
                return True
            if not counts and lead["Id"] not in named:
                return True
        return False

    return found


def _pairs(it: Recount) -> list[tuple[ReferralRow, Row]]:
    """Referrals and leads of one address."""
    return [
        (row, lead)
        for row in it.referrals.programme.rows
        for lead in it.referrals.leads
        if row.address is not None and row.address == address(lead["Email"])
    ]


def _rivals(wanted: Callable[[Recount, ReferralRow, ReferralRow], bool]) -> Callable[..., bool]:
    """Of two referrals that name one lead, the first takes it."""

    def found(it: Recount) -> bool:
        referrals = it.referrals
        rows = {row.id: row for row in referrals.programme.rows}
        for winner, lead in referrals.taken.items():
            losers = [
                rows[key]
                for key, claim in referrals.claims.items()
                if key != winner and claim.lead["Id"] == lead["Id"]
            ]
            if any(wanted(it, rows[winner], loser) for loser in losers):
                return True
        return False

    return found


def _mail_beats_earlier_code(it: Recount, winner: ReferralRow, loser: ReferralRow) -> bool:
    claims, out = it.referrals.claims, it.referrals.exclusions
    return (
        claims[winner.id].by_mail
        and not claims[loser.id].by_mail
        and (out[winner.id] is None) == (out[loser.id] is None)
        and _is_earlier(loser, winner)
    )


def _code_beats_excluded(it: Recount, winner: ReferralRow, loser: ReferralRow) -> bool:
    claims, out = it.referrals.claims, it.referrals.exclusions
    return not claims[winner.id].by_mail and claims[loser.id].by_mail and out[winner.id] is None


def _is_earlier(one: ReferralRow, other: ReferralRow) -> bool:
    if one.created_at is None or other.created_at is None:
        return False
    return one.created_at < other.created_at


def _at_one_instant(it: Recount, winner: ReferralRow, loser: ReferralRow) -> bool:
    return winner.created_at == loser.created_at


def _repeated_after(*reasons: str | None) -> Callable[[Recount], bool]:
    """A referral that counts although the person was referred before, for one of these reasons."""

    def found(it: Recount) -> bool:
        out = it.referrals.exclusions
        rows = it.referrals.programme.rows
        return any(
            out[later.id] is None and out[one.id] in reasons and _is_earlier(one, later)
            for one in rows
            for later in rows
            if one.address is not None and one.address == later.address
        )

    return found


def _ask_before(length: timedelta, *, counts: bool) -> Callable[[Recount], bool]:
    """A rep's ask so long before a referral, who is credited or not (and nobody else asked)."""

    def found(it: Recount) -> bool:
        for referral in it.referrals.referrals:
            if referral.created_at is None or referral.account is None:
                continue
            asks = [ask for ask in it.asks.asks if ask.account == referral.account and ask.rep]
            exact = [ask for ask in asks if referral.created_at - ask.at == length]
            credited = it.asks.credited(referral.account, referral.created_at)
            if exact and counts and credited == exact[-1].rep and len(asks) == len(exact):
                return True
            if exact and not counts and credited is None:
                return True
        return False

    return found


def _credited_to_owner(it: Recount) -> bool:
    return any(
        referral.rep is not None
        and referral.account is not None
        and referral.created_at is not None
        and it.asks.credited(referral.account, referral.created_at) is None
        for referral in it.referrals.referrals
    )


def _is_own_deal_alone(it: Recount) -> bool:
    """The only deal that would make somebody a customer is the referral's own."""
    for row in it.referrals.programme.rows:
        claim = it.referrals.claims.get(row.id)
        deal = None if claim is None else it.prospects.deal_of(claim.lead)
        if deal is None or row.created_at is None or it.referrals.exclusions[row.id]:
            continue
        contacts = it.prospects.contacts.values()
        accounts = {one["AccountId"] for one in contacts if address(one["Email"]) == row.address}
        if deal["AccountId"] in accounts:
            opened_at = instant(deal["CreatedDate"])
            if opened_at is not None and opened_at < row.created_at:
                return True
    return False


def _deal_of_customer(event: str, *, counts: bool) -> Callable[[Recount], bool]:
    """A person whose account's deal is created, won or lost exactly as he is referred."""

    def found(it: Recount) -> bool:
        for row in it.referrals.programme.rows:
            is_customer = it.referrals.exclusions[row.id] == "existing_customer"
            if row.created_at is None or row.address is None or is_customer is not counts:
                continue
            contacts = it.prospects.contacts.values()
            own = {one["AccountId"] for one in contacts if address(one["Email"]) == row.address}
            for cycle in it.velocity.cycles:
                at = cycle.opened_at if event == "created" else cycle.closed_at
                fits = event == "created" or cycle.is_won is (event == "won")
                if cycle.account in own - {None} and at == row.created_at and fits:
                    return True
        return False

    return found


def _cell(table: str, wanted: Callable[[dict[str, Any]], object]) -> Callable[[Recount], bool]:
    return lambda it: any(wanted(row) for row in it.marts[f"marts.{table}"])


def _has_shared_place(it: Recount) -> bool:
    by_quarter: dict[str, list[int]] = {}
    for row in it.marts["marts.referrals_earned"]:
        if row["rank"] is not None:
            by_quarter.setdefault(row["quarter"], []).append(row["rank"])
    return any(has_shared_place(found) for found in by_quarter.values())


def _ask_through(prefix: str) -> Callable[[Recount], bool]:
    """A customer that is known only through a deal (WhatId) or a contact (WhoId)."""

    def found(it: Recount) -> bool:
        through = {
            row["Id"]
            for row in it.company.alive("Task")
            if ((row["WhatId"] or row["WhoId"]) or "").startswith(prefix)
        }
        return any(ask.id in through and ask.account is not None for ask in it.asks.asks)

    return found


def _lead_of_an_excluded_one(it: Recount) -> bool:
    return any(
        referral.exclusion is not None
        and referral.lead is not None
        and it.company.channel(referral.lead["LeadSource"]) == "referral"
        for referral in it.referrals.referrals
    )


def _named_and_not_taken(it: Recount) -> bool:
    taken = {str(lead["Id"]) for lead in it.referrals.taken.values()}
    only_crm = {one.id for one in it.referrals.referrals if one.origin == "crm_only"}
    return any(
        it.company.channel(lead["LeadSource"]) == "referral"
        and str(lead["Id"]) not in taken | only_crm
        for lead in it.referrals.leads
    )


WANTED: dict[str, Callable[[Recount], bool]] = {
    **{
        f"excluded: {reason}": _referral(lambda it, reason=reason: it.exclusion == reason)  # type: ignore[misc]
        for reason in (
            "reversed", "denied", "self_referral", "existing_customer", "duplicate", "visit_only",
        )
    },
    # leads
    "a lead a day before": _lead_after(lambda _: -BEFORE, counts=True),
    "a lead too early": _lead_after(lambda _: -BEFORE - MILLISECOND, counts=False),
    "a lead at the end": _lead_after(
        lambda it: it.company.setting.referral_attribution, counts=True
    ),
    "a lead too late": _lead_after(
        lambda it: it.company.setting.referral_attribution + MILLISECOND, counts=False
    ),
    "a lead by code": lambda it: any(
        not it.referrals.claims[key].by_mail for key in it.referrals.taken
    ),
    "mail before code": _rivals(_mail_beats_earlier_code),
    "code before an excluded one": _rivals(_code_beats_excluded),
    "rivals at one instant": _rivals(_at_one_instant),
    "referred again after a visit": _repeated_after("visit_only"),
    "referred again after a denial": _repeated_after("denied", "reversed"),
    # customers
    "won as he is referred": _deal_of_customer("won", counts=False),
    "lost as he is referred": _deal_of_customer("lost", counts=False),
    "created as he is referred": _deal_of_customer("created", counts=False),
    "his own deal": _is_own_deal_alone,
    # the CRM's own
    "a lead that only the CRM knows": _referral(
        lambda it: it.origin == "crm_only" and it.lead is not None and it.deal is not None
    ),
    "a deal that only the CRM knows": _referral(
        lambda it: it.origin == "crm_only" and it.lead is None
    ),
    "a lead of an excluded referral": _lead_of_an_excluded_one,
    "a lead that is named and not taken": _named_and_not_taken,
    # credit
    "an ask 180 days before": _ask_before(CREDITED, counts=True),
    "an ask too early": _ask_before(CREDITED + MILLISECOND, counts=False),
    "an ask just before": _ask_before(MILLISECOND, counts=True),
    "an ask at the referral": _ask_before(NONE, counts=False),
    "credit for the owner": _credited_to_owner,
    "credit for nobody": _referral(lambda it: it.counts and it.account is None and it.rep is None),
    "an ask through a deal": _ask_through("006"),
    "an ask through a contact": _ask_through("003"),
    "an ask by no rep": lambda it: any(ask.rep is None and ask.account for ask in it.asks.asks),
    "an ask of nobody": lambda it: any(ask.rep and ask.account is None for ask in it.asks.asks),
    "an account through a contact": lambda it: any(
        referral.account is not None
        and it.referrals.programme.referrers[referral.referrer or ""].account is None
        for referral in it.referrals.referrals
        if referral.referrer in it.referrals.programme.referrers
    ),
    # money
    "rewards worth nobody knows what": _cell(
        "fct_referrals", lambda row: row["reward_cost"] is None
    ),
    "won for nobody knows what": _cell(
        "fct_referrals", lambda row: row["won_at"] is not None and row["won_amount"] is None
    ),
    "without an instant": _cell("fct_referrals", lambda row: row["created_at"] is None),
    # metrics
    "a shared place": _has_shared_place,
    "asked some": _cell("referrals_earned", lambda row: row["asked_customers"]),
    "no customers": _cell("referrals_earned", lambda row: row["ask_rate"] is None),
    "nothing earned": _cell("referrals_earned", lambda row: row["referrals_earned"] == 0),
    "customers of nobody": lambda it: any(
        it.asks.owner_at(account, it.company.setting.as_of) is None
        for account in it.asks.customer_since
    ),
    "a ratio": _cell("referral_roi", lambda row: row["roi_ratio_to_others"]),
    "a loss": _cell("referral_roi", lambda row: (row["roi_points_over_others"] or 0) < 0),
    "no ratio": _cell(
        "referral_roi",
        lambda row: row["roi_ratio_to_others"] is None and row["roi_points_over_others"],
    ),
    "costs alone": _cell("referral_roi", lambda row: row["cost"] and row["leads"] == 0),
    "a referral's return": _cell(
        "referral_roi",
        lambda row: row["channel"] == "referral" and row["roi_points_over_others"] is not None,
    ),
    "costs of nobody knows what": _cell("referral_roi", lambda row: row["cost"] is None),
    "mature": _cell("referral_roi", lambda row: row["is_mature"]),
    "not mature": _cell("referral_roi", lambda row: not row["is_mature"]),
}  # fmt: skip


@pytest.mark.parametrize("wanted", list(WANTED))
def test_a_company_has(recounts: list[Recount], wanted: str) -> None:
    assert any(WANTED[wanted](recount) for recount in recounts), f"no company has {wanted}"
