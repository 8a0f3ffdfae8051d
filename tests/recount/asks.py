"""Who asks which customers for referrals (section 4, Ask), counted again."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from tests.recount.prospects import Prospects
from tests.recount.rules import Row
from tests.recount.values import Mart, instant, number, ratio, trimmed, truth
from tests.recount.velocity import Velocity

CREDITED = timedelta(days=180)


@dataclass(frozen=True)
class Ask:
    """A customer (if anybody knows which) is asked; `rep` is None where no rep did it."""

    at: datetime
    id: str
    rep: str | None
    account: str | None


class Asks:
    """The asks of a company, and the customers who could have been asked."""

    def __init__(self, prospects: Prospects, velocity: Velocity) -> None:
        self.prospects = prospects
        self.velocity = velocity
        self.company = prospects.company
        self.setting = self.company.setting

    # ---- asks

    def _is_ask(self, task: Row) -> bool:
        if trimmed(task["Type"]) in self.setting.referral_ask_types:
            return True
        pattern = re.compile(self.setting.referral_ask_pattern, re.IGNORECASE)
        return pattern.search(task["Subject"] or "") is not None

    def _account(self, task: Row) -> str | None:
        """The account itself, or that of the deal, or of the contact."""
        what, who = task["WhatId"] or "", task["WhoId"] or ""
        if what.startswith("001"):
            return what
        for records, record in ((self.prospects.deals, what), (self.prospects.contacts, who)):
            if record in records and records[record]["AccountId"] is not None:
                return records[record]["AccountId"]
        return None

    def _rep(self, task: Row) -> str | None:
        for person in (task["OwnerId"], task["CreatedById"]):
            if person in self.company.reps:
                return person
        return None

    @cached_property
    def asks(self) -> list[Ask]:
        """All of them in the order of (instant, Id)."""
        found = []
        for row in self.company.alive("Task"):
            at = instant(row["CompletedDateTime"] or row["CreatedDate"])
            if (
                truth(row["IsClosed"])
                and self._is_ask(row)
                and at is not None
                and at <= self.setting.as_of
            ):
                found.append(Ask(at, str(row["Id"]), self._rep(row), self._account(row)))
        return sorted(found, key=lambda ask: (ask.at, ask.id))

    def credited(self, account: str, created_at: datetime) -> str | None:
        """The rep of the latest ask to an account in the 180 days before an instant."""
        reps = [
            ask.rep
            for ask in self.asks
            if ask.account == account
            and ask.rep is not None
            and created_at - CREDITED <= ask.at < created_at
        ]
        return reps[-1] if reps else None

    # ---- customers

    @cached_property
    def accounts(self) -> dict[str, Row]:
        return {str(row["Id"]): row for row in self.company.alive("Account")}

    def owner_at(self, account: str, at: datetime) -> str | None:
        """The rep who owned an account at an instant."""
        if account not in self.accounts:
            return None
        changes = self.company.account_changes.get(account, [])
        return self.company.rep(changes, self.accounts[account]["OwnerId"], at)

    @cached_property
    def customer_since(self) -> dict[str, datetime]:
        """Account → when a deal of it was first won."""
        result: dict[str, datetime] = {}
        for cycle in self.velocity.cycles:
            if cycle.is_won and cycle.closed_at is not None and cycle.account in self.accounts:
                account = str(cycle.account)
                result[account] = min(cycle.closed_at, result.get(account, cycle.closed_at))
        return result

    def eligible(self, quarter: str) -> set[str]:
        """The customers who could be asked in a quarter: won before it ends."""
        end = self.company.quarter_end(quarter)
        return {account for account, since in self.customer_since.items() if since < end}

    def asked(self, quarter: str) -> set[str]:
        """Those of them whom anybody asked in it."""
        named = {ask.account for ask in self.asks if self.company.quarter(ask.at) == quarter}
        return self.eligible(quarter) & {account for account in named if account is not None}

    @cached_property
    def quarters(self) -> list[str]:
        """From the first with an ask or a customer to that of as_of."""
        moments = [ask.at for ask in self.asks] + list(self.customer_since.values())
        if not moments:
            return []
        return self.company.quarters_from(self.company.quarter(min(moments)))

    def referral_ask_coverage(self) -> Mart:
        active = {rep for rep in self.company.reps if self.company.is_active_rep(rep)}
        rows = []
        for quarter in self.quarters:
            asking = {ask.rep for ask in self.asks if self.company.quarter(ask.at) == quarter}
            rows.append(
                {
                    "quarter": quarter,
                    "active_reps": len(active),
                    "asking_reps": len(active & asking),
                    "asking_rep_rate": number(ratio(len(active & asking), len(active))),
                    "eligible_customers": len(self.eligible(quarter)),
                    "asked_customers": len(self.asked(quarter)),
                }
            )
        return rows
