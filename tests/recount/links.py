"""Section 6's weakest link, counted again: of six links of the funnel, what they leave undone."""

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import cached_property

from tests.recount.figures import Figures, everybody
from tests.recount.quality import COMPLETENESS
from tests.recount.response import Answer
from tests.recount.rules import CENT
from tests.recount.statuses import first_qualified_at, was_ever_qualified
from tests.recount.values import Mart, instant, number, quarter_before, ratio

LINKS = (
    "leads_answered_in_time",
    "leads_qualified",
    "opportunities_won",
    "prospects_saved",
    "customers_referred",
    "records_complete",
)
Z = 1.959964
ENOUGH = 20
ENOUGH_WON = 5
QUARTERS_BEFORE = 4


@dataclass(frozen=True)
class Link:
    """How many there were in a quarter, and how many of them went well; the share may be all."""

    n: int | None
    hits: int | None
    rate: Fraction | None


@dataclass(frozen=True)
class Outcomes:
    """How many there were, and the amounts of those that were won, None where nobody knows it."""

    count: int
    won: list[Decimal | None]


def _link(hits: list[bool]) -> Link:
    return Link(len(hits), sum(hits), ratio(sum(hits), len(hits)))


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The interval of a rate."""
    rate = hits / n
    middle = rate + Z * Z / (2 * n)
    reach = Z * math.sqrt(rate * (1 - rate) / n + Z * Z / (4 * n * n))
    return (middle - reach) / (1 + Z * Z / n), (middle + reach) / (1 + Z * Z / n)


def cents(amount: Fraction) -> Decimal:
    """Rounded half up; what is rounded is exact."""
    with localcontext() as exact:
        exact.prec = 60
        value = Decimal(amount.numerator) / Decimal(amount.denominator)
        return value.quantize(CENT, rounding=ROUND_HALF_UP)


class WeakestLink:
    """The mart `weakest_link` of a company."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self.company = figures.company
        self.setting = figures.company.setting

    # ---- what each link is

    def link(self, name: str, quarter: str) -> Link:
        if name == "leads_answered_in_time":
            return _link([self._is_in_time(it) for it in self._judged if it.quarter == quarter])
        if name == "leads_qualified":
            return _link(self._qualified(quarter))
        if name == "opportunities_won":
            return _link([cycle.is_won for cycle in self.figures.closed(quarter, everybody)])
        if name == "prospects_saved":
            settled = self.figures.settled(quarter, everybody)
            return _link([story.outcome == "saved" for story in settled])
        if name == "customers_referred":
            return _link(self._referring(quarter))
        assert name == "records_complete"
        return self._complete(quarter)

    @cached_property
    def _judged(self) -> list[Answer]:
        """All cycles that are answered, or whose time is up."""
        response = self.figures.response
        return [it for it in response.answers if it.counts and response.is_judged(it)]

    def _is_in_time(self, answer: Answer) -> bool:
        return self.figures.response.is_in_time(answer)

    def _qualified(self, quarter: str) -> list[bool]:
        """Of each lead that was created in a quarter, whether it was ever qualified."""
        result = []
        for lead in self.company.alive("Lead"):
            at = instant(lead["CreatedDate"])
            if at is not None and self.company.quarter(at) == quarter:
                result.append(was_ever_qualified(self.company, lead))
        return result

    def _referring(self, quarter: str) -> list[bool]:
        """Of each customer as a quarter ends, whether it referred somebody in it."""
        named = {it.account for it in self.figures.earned(quarter, everybody)}
        return [account in named for account in self.figures.asks.eligible(quarter)]

    def _complete(self, quarter: str) -> Link:
        snapshot = self.figures.enrichment.by_quarter.get(quarter)
        if snapshot is None or not snapshot.records:
            return Link(None, None, None)
        verdicts = [
            verdict for rule, verdict in snapshot.verdicts.values() if rule.kind == COMPLETENESS
        ]
        evaluated = sum(verdict.evaluated for verdict in verdicts)
        passed = evaluated - sum(verdict.failed for verdict in verdicts)
        return Link(len(snapshot.records), None, ratio(passed, evaluated))

    # ---- what one more hit is worth

    def worth(self, name: str, quarter: str) -> Fraction | None:
        if name == "leads_answered_in_time":
            return _times(self._gain_of_haste, self._worth_of_a_qualified_lead(quarter))
        if name == "leads_qualified":
            return self._worth_of_a_qualified_lead(quarter)
        if name == "opportunities_won":
            return self.figures.mean_won_amount(quarter, everybody)
        if name == "prospects_saved":
            return self._worth_of_one(self.saved, quarter)
        if name == "customers_referred":
            return _times(self._referrals_per_account, self._worth_of_one(self.referred, quarter))
        assert name == "records_complete"
        return None

    @cached_property
    def _gain_of_haste(self) -> Fraction | None:
        """How much oftener leads become qualified that are answered in time; not below 0."""
        became: dict[bool, list[bool]] = {True: [], False: []}
        for answer in self._judged:
            qualified = was_ever_qualified(self.company, answer.lead)
            became[self._is_in_time(answer)].append(qualified)
        in_time = ratio(sum(became[True]), len(became[True]))
        others = ratio(sum(became[False]), len(became[False]))
        return None if in_time is None or others is None else max(Fraction(0), in_time - others)

    def _worth_of_a_qualified_lead(self, quarter: str) -> Fraction | None:
        moments = [first_qualified_at(self.company, lead) for lead in self.company.alive("Lead")]
        became = [at for at in moments if at is not None and self.company.quarter(at) == quarter]
        return ratio(self.figures.won_amount(quarter, everybody), len(became))

    def _worth_of_a_chance(self, quarter: str) -> Fraction | None:
        """What a deal of the quarter brought, won or lost: win rate × mean won amount."""
        win_rate = self.figures.of("win_rate", quarter, everybody)
        mean = self.figures.mean_won_amount(quarter, everybody)
        return None if win_rate is None else _times(win_rate.value, mean)

    def _worth_of_one(self, those: Outcomes, quarter: str) -> Fraction | None:
        """Over all of those, the share won × their mean amount; if few were, the quarter's."""
        if len(those.won) < ENOUGH_WON:
            return self._worth_of_a_chance(quarter)
        known = [Fraction(amount) for amount in those.won if amount is not None]
        mean = ratio(sum(known, Fraction(0)), len(known))
        return _times(Fraction(len(those.won), those.count), mean)

    @cached_property
    def saved(self) -> Outcomes:
        """Every episode that was saved."""
        saved = self.figures.saved
        stories = [story for story in saved.stories if story.outcome == "saved"]
        wins = [saved.won[id(story)] for story in stories if id(story) in saved.won]
        return Outcomes(len(stories), [win.amount for win in wins])

    @cached_property
    def referred(self) -> Outcomes:
        """Every referral that counts."""
        referrals = [it for it in self.figures.referrals.referrals if it.counts]
        wins = [self.figures.referrals.won(it.deal) for it in referrals]
        return Outcomes(len(referrals), [win.amount for win in wins if win is not None])

    @cached_property
    def _referrals_per_account(self) -> Fraction | None:
        accounts = [
            it.account
            for it in self.figures.referrals.referrals
            if it.counts and it.account is not None
        ]
        return ratio(len(accounts), len(set(accounts)))

    # ---- the mart

    @cached_property
    def _targets(self) -> dict[str, Fraction]:
        return {
            str(row["link"]): Fraction(row["target_rate"])
            for row in self.company.seed("funnel_targets")
            if row["target_rate"] is not None
        }

    def _reference(self, name: str, quarter: str) -> Fraction | None:
        """The target, else the best rate of the quarters before that had enough."""
        if name in self._targets:
            return self._targets[name]
        rates = []
        before = quarter
        for _ in range(QUARTERS_BEFORE):
            before = quarter_before(before, self.setting.fiscal_year_start_month)
            link = self.link(name, before)
            if link.n is not None and link.n >= ENOUGH and link.rate is not None:
                rates.append(link.rate)
        return max(rates, default=None)

    def _row(self, name: str, quarter: str) -> dict[str, object]:
        link, reference = self.link(name, quarter), self._reference(name, quarter)
        low = high = shortfall = at_stake = None
        if link.n and link.hits is not None:
            low, high = wilson(link.hits, link.n)
        if link.rate is not None and reference is not None:
            shortfall = max(Fraction(0), reference - link.rate)
        worth = self.worth(name, quarter)
        if shortfall is not None and worth is not None and link.n is not None:
            at_stake = cents(shortfall * link.n * worth)
        return {
            "quarter": quarter,
            "link": name,
            "n": link.n,
            "hits": link.hits,
            "rate": number(link.rate),
            "rate_low": low,
            "rate_high": high,
            "reference_rate": number(reference),
            "shortfall_points": None if shortfall is None else number(100 * shortfall),
            "amount_at_stake": at_stake,
            "is_weakest": False,
        }

    @cached_property
    def _quarters(self) -> list[str]:
        created = [instant(lead["CreatedDate"]) for lead in self.company.alive("Lead")]
        named = {self.company.quarter(at) for at in created if at is not None}
        return sorted(named | set(self.figures.quarters))

    def weakest_link(self) -> Mart:
        rows: Mart = []
        for quarter in self._quarters:
            of_quarter: Mart = [self._row(name, quarter) for name in LINKS]
            if not any(row["n"] for row in of_quarter):
                continue
            if self.company.quarter_end(quarter) <= self.setting.as_of:
                _mark_weakest(of_quarter)
            rows += of_quarter
        return rows


def _mark_weakest(rows: Mart) -> None:
    """The largest amount above 0 among those with enough; of equals the first."""
    candidates = [
        row for row in rows if (row["n"] or 0) >= ENOUGH and row["amount_at_stake"] is not None
    ]
    most = max((row["amount_at_stake"] for row in candidates), default=Decimal(0))
    if most > 0:
        next(row for row in candidates if row["amount_at_stake"] == most)["is_weakest"] = True


def _times(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else one * other
