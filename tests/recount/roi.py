"""What referrals return against all other channels (section 4, `referral_roi`), counted again."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from tests.recount.referrals import Referrals
from tests.recount.rules import Row
from tests.recount.values import (
    Mart,
    day,
    instant,
    instant_of_date,
    midnight,
    money_sum,
    number,
    quarter_days,
    quarter_of_day,
    ratio,
    trimmed,
)

MATURE_DAYS = 180
REFERRAL, OTHER = "referral", "other"


@dataclass
class Takings:
    """What a channel brought in a quarter, and what it cost, entry by entry."""

    leads: int = 0
    wins: list[Decimal | None] = field(default_factory=list)
    costs: list[Decimal | None] = field(default_factory=list)

    @property
    def cost(self) -> Decimal | None:
        return money_sum(self.costs)


class Roi:
    """The mart `referral_roi` of a company."""

    def __init__(self, referrals: Referrals) -> None:
        self.referrals = referrals
        self.company = referrals.company
        self.setting = referrals.setting

    # ---- leads

    def _add(self, takings: Takings, deal: Row | None) -> None:
        takings.leads += 1
        won = self.referrals.won(deal)
        if won is not None:
            takings.wins.append(won.amount)

    def _add_referrals(self, found: dict[tuple[str, str], Takings]) -> set[str | None]:
        """Count the referrals; returns the leads that they took."""
        leads = set()
        for referral in self.referrals.referrals:
            if not referral.counts:
                continue
            at = referral.created_at
            if referral.lead is not None:
                leads.add(referral.lead["Id"])
                at = instant(referral.lead["CreatedDate"])
            if at is not None:
                self._add(found[self.company.quarter(at), REFERRAL], referral.deal)
        return leads

    def _add_leads(self, found: dict[tuple[str, str], Takings], taken: set[str | None]) -> None:
        for lead in self.referrals.leads:
            at = instant(lead["CreatedDate"])
            if lead["Id"] in taken or at is None:
                continue
            channel = self.company.channel(lead["LeadSource"])
            if channel == REFERRAL:
                channel = OTHER
            deal = self.referrals.prospects.deal_of(lead)
            self._add(found[self.company.quarter(at), channel], deal)

    # ---- costs

    def _costs(self) -> Iterable[tuple[str, str, Decimal | None]]:
        """Quarter, channel and amount of everything that was paid."""
        now = self.company.quarter(self.setting.as_of)
        for row in self.company.seed("source_costs"):
            if str(row["quarter"]) <= now and row["amount"] is not None:
                yield str(row["quarter"]), str(row["channel"]), Decimal(row["amount"])
        for reward in self.referrals.programme.rewards:
            if reward.created_at is not None:
                yield self.company.quarter(reward.created_at), REFERRAL, reward.amount
        for row in self.company.alive("Campaign"):
            started_at = self._started_at(row)
            if row["ActualCost"] is None or started_at is None:
                continue
            on = day(row["StartDate"])
            assert on is not None
            quarter = quarter_of_day(on, self.setting.fiscal_year_start_month)
            amount = self.company.money(row["ActualCost"], row["CurrencyIsoCode"])
            yield quarter, self._channel(row), amount

    def _started_at(self, campaign: Row) -> datetime | None:
        """When a campaign started, if it has (0.2, 0.3)."""
        on = day(campaign["StartDate"])
        if on is None:
            return None
        at = instant_of_date(on, None, self.setting.zone)
        return at if at <= self.setting.as_of else None

    def _channel(self, campaign: Row) -> str:
        for row in self.company.seed("campaign_channels"):
            if row["campaign_type"] == trimmed(campaign["Type"]):
                return str(row["channel"])
        return OTHER

    # ---- the mart

    def takings(self) -> dict[tuple[str, str], Takings]:
        """Quarter and channel → what came in and went out."""
        found: dict[tuple[str, str], Takings] = defaultdict(Takings)
        taken = self._add_referrals(found)
        self._add_leads(found, taken)
        for quarter, channel, amount in self._costs():
            found[quarter, channel].costs.append(amount)
        return found

    def _roi(self, wins: list[Decimal | None], costs: list[Decimal | None]) -> Fraction | None:
        revenue, cost = money_sum(wins), money_sum(costs)
        if revenue is None or cost is None:
            return None
        margin = Fraction(str(self.setting.gross_margin))
        return ratio(Fraction(revenue) * margin - Fraction(cost), Fraction(cost))

    def _is_mature(self, quarter: str) -> bool:
        _, last = quarter_days(quarter, self.setting.fiscal_year_start_month)
        ripe_on = last + timedelta(days=1 + MATURE_DAYS)
        return self.setting.as_of >= midnight(ripe_on, self.setting.zone)

    def referral_roi(self) -> Mart:
        takings = self.takings()
        rows = []
        for (quarter, channel), own in takings.items():
            if own.leads == 0 and not own.cost:
                continue
            others = [
                other
                for (its_quarter, its_channel), other in takings.items()
                if its_quarter == quarter and its_channel != channel and (other.cost or 0) > 0
            ]
            roi = self._roi(own.wins, own.costs)
            pooled = self._roi(
                [win for other in others for win in other.wins],
                [cost for other in others for cost in other.costs],
            )
            ahead = None if roi is None or pooled is None else 100 * (roi - pooled)
            both_gain = roi is not None and pooled is not None and roi > 0 and pooled > 0
            rows.append(
                {
                    "quarter": quarter,
                    "channel": channel,
                    "leads": own.leads,
                    "won": len(own.wins),
                    "revenue": money_sum(own.wins),
                    "cost": own.cost,
                    "roi": number(roi),
                    "roi_ratio_to_others": number(ratio(roi, pooled)) if both_gain else None,
                    "roi_points_over_others": number(ahead),
                    "is_mature": self._is_mature(quarter),
                }
            )
        return rows
