"""Section 4's referrals: what excludes them, whose leads they are, who earned them.

The programme's rows are in `programme.py`, asks in `asks.py`, what referrals return in `roi.py`.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from tests.recount.asks import Asks
from tests.recount.programme import Programme, ReferralRow
from tests.recount.rules import Row
from tests.recount.statuses import first_qualified_at
from tests.recount.values import (
    Mart,
    address,
    instant,
    money_sum,
    naive,
    number,
    ranks,
    ratio,
    trimmed,
)
from tests.recount.velocity import Cycle

BEFORE = timedelta(hours=24)
LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Claim:
    """A referral names a lead: by the person's e-mail, or else by the referrer's code."""

    lead: Row
    by_mail: bool


@dataclass(frozen=True)
class Referral:
    """A referral of the programme or one that only the CRM knows; `rewards` in money."""

    id: str
    origin: str
    referrer: str | None
    account: str | None
    lead: Row | None
    deal: Row | None
    rep: str | None
    created_at: datetime | None
    qualified_at: datetime | None
    rewards: list[Decimal | None]
    exclusion: str | None

    @property
    def counts(self) -> bool:
        return self.exclusion is None


def domain(text: str | None) -> str | None:
    """What follows the last `@` of an address as it is compared."""
    _, at, name = (text or "").rpartition("@")
    return name if at and name else None


class Referrals:
    """The marts `fct_referrals` and `referrals_earned` of a company."""

    def __init__(self, asks: Asks) -> None:
        self.asks = asks
        self.prospects = asks.prospects
        self.company = asks.company
        self.setting = asks.setting
        self.programme = Programme(asks.company)
        self.leads = self.company.alive("Lead")

    # ---- the lead that a referral names

    def _is_within_limits(self, row: ReferralRow, lead: Row) -> bool:
        """Whether a lead came from 24 h before to so many days after the referral."""
        at = instant(lead["CreatedDate"])
        if at is None or row.created_at is None:
            return False
        return row.created_at - BEFORE <= at <= row.created_at + self.setting.referral_attribution

    @cached_property
    def claims(self) -> dict[str, Claim]:
        """Referral → the lead that it names."""
        result = {}
        for row in self.programme.rows:
            referrer = self.programme.referrer_of(row)
            code = None if referrer is None else referrer.code
            near = sorted(
                (lead for lead in self.leads if self._is_within_limits(row, lead)),
                key=lambda lead: (instant(lead["CreatedDate"]) or LAST, str(lead["Id"])),
            )
            by_mail = [
                lead
                for lead in near
                if row.address is not None and address(lead["Email"]) == row.address
            ]
            by_code = [
                lead
                for lead in near
                if code is not None and trimmed(lead["Referral_Code__c"]) == code
            ]
            for found, is_by_mail in ((by_mail, True), (by_code, False)):
                if found:
                    result[row.id] = Claim(found[0], is_by_mail)
                    break
        return result

    # ---- exclusions

    def _is_self(self, row: ReferralRow) -> bool:
        referrer = self.programme.referrer_of(row)
        if referrer is None or referrer.address is None or row.address is None:
            return False
        if referrer.address == row.address:
            return True
        theirs = domain(row.address)
        free = {address(seed["domain"]) for seed in self.company.seed("free_mail_domains")}
        return theirs is not None and theirs not in free and theirs == domain(referrer.address)

    @cached_property
    def cycles(self) -> dict[str, Cycle]:
        return {cycle.deal: cycle for cycle in self.asks.velocity.cycles}

    def _was_customers(self, deal: str, at: datetime) -> bool:
        """Whether a deal was created before an instant, and won before it or open at it."""
        cycle = self.cycles[deal]
        if cycle.opened_at is None or cycle.opened_at >= at:
            return False
        visits = self.asks.velocity.visits.get(deal)
        if visits is None:
            if not cycle.is_closed:
                return True
            if cycle.closed_at is None:
                return False
            return cycle.closed_at > at or (cycle.is_won and cycle.closed_at < at)
        if any(self.company.stage(it.stage).is_won and it.entered_at < at for it in visits):
            return True
        entered = [visit for visit in visits if visit.entered_at <= at]
        return not entered or not self.company.stage(entered[-1].stage).is_closed

    def _is_existing_customer(self, row: ReferralRow) -> bool:
        if row.address is None or row.created_at is None:
            return False
        claim = self.claims.get(row.id)
        own = None if claim is None else self.prospects.deal_of(claim.lead)
        accounts = {
            contact["AccountId"]
            for contact in self.prospects.contacts.values()
            if address(contact["Email"]) == row.address and contact["AccountId"] is not None
        }
        return any(
            self._was_customers(key, row.created_at)
            for key, deal in self.prospects.deals.items()
            if deal["AccountId"] in accounts and (own is None or own["Id"] != key)
        )

    @cached_property
    def exclusions(self) -> dict[str, str | None]:
        """Referral → why it does not count, the earlier ones first."""
        result: dict[str, str | None] = {}
        counting: set[str | None] = set()
        for row in sorted(self.programme.rows, key=lambda it: (it.created_at or LAST, it.id)):
            result[row.id] = reason = self._exclusion(row, row.address in counting)
            if reason is None and row.address is not None:
                counting.add(row.address)
        return result

    def _exclusion(self, row: ReferralRow, is_repeated: bool) -> str | None:
        if row.status == "reversed":
            return "reversed"
        if row.status in ("denied", "expired"):
            return "denied"
        if self._is_self(row):
            return "self_referral"
        if self._is_existing_customer(row):
            return "existing_customer"
        if is_repeated:
            return "duplicate"
        return "visit_only" if row.status == "visited" else None

    # ---- whose lead it is

    @cached_property
    def taken(self) -> dict[str, Row]:
        """Referral → the lead that belongs to it."""
        rivals = defaultdict(list)
        for row in self.programme.rows:
            claim = self.claims.get(row.id)
            if claim is not None:
                excluded = self.exclusions[row.id] is not None
                order = (excluded, not claim.by_mail, row.created_at or LAST, row.id)
                rivals[str(claim.lead["Id"])].append((order, row.id, claim.lead))
        result = {}
        for claims in rivals.values():
            _, referral, lead = min(claims, key=lambda it: it[0])
            result[referral] = lead
        return result

    # ---- credit

    def _account(self, row: ReferralRow) -> str | None:
        """The referrer's account: the programme's, else that of the contact with the address."""
        referrer = self.programme.referrer_of(row)
        if referrer is None:
            return None
        if referrer.account is not None or referrer.address is None:
            return referrer.account
        contacts = sorted(
            (instant(contact["CreatedDate"]) or LAST, key, str(contact["AccountId"]))
            for key, contact in self.prospects.contacts.items()
            if address(contact["Email"]) == referrer.address and contact["AccountId"] is not None
        )
        return contacts[0][2] if contacts else None

    def _credited(self, account: str | None, created_at: datetime | None) -> str | None:
        if account is None or created_at is None:
            return None
        asking = self.asks.credited(account, created_at)
        return self.asks.owner_at(account, created_at) if asking is None else asking

    # ---- referrals

    def _of_programme(self, row: ReferralRow) -> Referral:
        lead, account = self.taken.get(row.id), self._account(row)
        return Referral(
            id=row.id,
            origin="programme",
            referrer=row.referrer,
            account=account,
            lead=lead,
            deal=None if lead is None else self.prospects.deal_of(lead),
            rep=self._credited(account, row.created_at),
            created_at=row.created_at,
            qualified_at=None if lead is None else first_qualified_at(self.company, lead),
            rewards=[it.amount for it in self.programme.rewards if it.referral == row.id],
            exclusion=self.exclusions[row.id],
        )

    def _of_crm(self, lead: Row | None, deal: Row | None) -> Referral:
        """A referral that only the CRM knows: of a lead, or of a deal without one."""
        if lead is not None:
            record, changes = lead, self.company.lead_changes
            qualified_at = first_qualified_at(self.company, lead)
        else:
            assert deal is not None
            record, changes = deal, self.company.opportunity_changes
            qualified_at = instant(deal["CreatedDate"])
        key, created_at = str(record["Id"]), instant(record["CreatedDate"])
        rep = None
        if created_at is not None:
            rep = self.company.rep(changes.get(key, []), record["OwnerId"], created_at)
        return Referral(
            id=key,
            origin="crm_only",
            referrer=None,
            account=None,
            lead=lead,
            deal=deal,
            rep=rep,
            created_at=created_at,
            qualified_at=qualified_at,
            rewards=[],
            exclusion=None,
        )

    def _is_crm_only(self, lead: Row) -> bool:
        """A lead of channel referral that no referral took or names by its e-mail."""
        if self.company.channel(lead["LeadSource"]) != "referral":
            return False
        if any(taken["Id"] == lead["Id"] for taken in self.taken.values()):
            return False
        own = address(lead["Email"])
        return not any(
            own is not None and row.address == own and self._is_within_limits(row, lead)
            for row in self.programme.rows
        )

    def _is_new_referral_deal(self, deal: Row) -> bool:
        return (
            self.company.channel(deal["LeadSource"]) == "referral"
            and deal["Type"] not in self.setting.non_new_business_types
            and str(deal["Id"]) not in self.company.lead_of_deal
        )

    @cached_property
    def referrals(self) -> list[Referral]:
        return [
            *(self._of_programme(row) for row in self.programme.rows),
            *(
                self._of_crm(lead, self.prospects.deal_of(lead))
                for lead in self.leads
                if self._is_crm_only(lead)
            ),
            *(
                self._of_crm(None, deal)
                for deal in self.prospects.deals.values()
                if self._is_new_referral_deal(deal)
            ),
        ]

    def won(self, deal: Row | None) -> Cycle | None:
        """The cycle of a deal that is won as of as_of."""
        cycle = None if deal is None else self.cycles[str(deal["Id"])]
        return cycle if cycle is not None and cycle.is_won else None

    def fct_referrals(self) -> Mart:
        rows: Mart = []
        for referral in self.referrals:
            won, at = self.won(referral.deal), referral.created_at
            rows.append(
                {
                    "referral_id": referral.id,
                    "origin": referral.origin,
                    "referrer_id": referral.referrer,
                    "referrer_account_id": referral.account,
                    "lead_id": None if referral.lead is None else referral.lead["Id"],
                    "opportunity_id": None if referral.deal is None else referral.deal["Id"],
                    "rep_id": referral.rep,
                    "created_at": naive(at),
                    "created_quarter": None if at is None else self.company.quarter(at),
                    "qualified_at": naive(referral.qualified_at),
                    "won_at": None if won is None else naive(won.closed_at),
                    "won_amount": None if won is None else won.amount,
                    "reward_cost": money_sum(referral.rewards),
                    "exclusion_reason": referral.exclusion,
                }
            )
        return rows

    # ---- metric

    @cached_property
    def _earned(self) -> dict[tuple[str, str], list[Referral]]:
        """Quarter and rep → the referrals that count."""
        result = defaultdict(list)
        for referral in self.referrals:
            if referral.counts and referral.rep is not None and referral.created_at is not None:
                result[self.company.quarter(referral.created_at), referral.rep].append(referral)
        return result

    def _customers_of(self, rep: str, accounts: set[str]) -> int:
        as_of = self.setting.as_of
        return len([1 for account in accounts if self.asks.owner_at(account, as_of) == rep])

    def referrals_earned(self) -> Mart:
        now = self.company.quarter(self.setting.as_of)
        quarters = {now, *self.asks.quarters, *(quarter for quarter, _ in self._earned)}
        rows: Mart = []
        for quarter in sorted(quarters):
            of_quarter = [self._row(quarter, rep) for rep in self.company.reps]
            rows += [row for row in of_quarter if _has_anything(row)]
        self._rank(rows)
        return rows

    def _row(self, quarter: str, rep: str) -> dict[str, object]:
        referrals = self._earned.get((quarter, rep), [])
        eligible = self._customers_of(rep, self.asks.eligible(quarter))
        asked = self._customers_of(rep, self.asks.asked(quarter))
        wins = [won for won in (self.won(it.deal) for it in referrals) if won is not None]
        return {
            "quarter": quarter,
            "rep_id": rep,
            "eligible_customers": eligible,
            "asked_customers": asked,
            "ask_rate": number(ratio(asked, eligible)),
            "referrals_earned": len(referrals),
            "referrals_qualified": len([1 for it in referrals if it.qualified_at is not None]),
            "referrals_won": len(wins),
            "won_amount": money_sum(won.amount for won in wins),
            "reward_cost": money_sum(amount for it in referrals for amount in it.rewards),
        }

    def _rank(self, rows: Mart) -> None:
        volume = max(1, self.company.minimum_volume("referrals_earned", 1))
        in_race: dict[str, dict[str, Fraction]] = defaultdict(dict)
        for row in rows:
            earned, rep = row["referrals_earned"], row["rep_id"]
            if earned >= volume and self.company.is_active_rep(rep):
                in_race[row["quarter"]][rep] = Fraction(earned)
        places = {quarter: ranks(it, smallest_first=False) for quarter, it in in_race.items()}
        for row in rows:
            row["rank"] = places.get(row["quarter"], {}).get(row["rep_id"])


def _has_anything(row: dict[str, object]) -> bool:
    """Whether a count of the row is not 0 (what is asked and won is of what is counted here)."""
    return bool(row["eligible_customers"] or row["referrals_earned"])
