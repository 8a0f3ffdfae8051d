"""The figures of any set of reps in a quarter, from the facts (sections 1 to 5), counted again.

A set of one is what the rep × quarter tables have; section 6 wants teams, too. What is behind a
figure is in `evidence.py`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from tests.recount.enrichment import Enrichment
from tests.recount.quality import COMPLETENESS, VALIDITY
from tests.recount.referrals import Referral, Referrals
from tests.recount.response import Answer, Response, kaplan_meier
from tests.recount.saved import Saved, Story
from tests.recount.values import median, number, ratio
from tests.recount.velocity import Cycle

# Whether somebody (None: no rep at all) is one of those whose figures are wanted.
Members = Callable[[str | None], bool]

SCORECARD = (
    "saved_leads",
    "median_rep_response_seconds",
    "velocity_per_day",
    "median_won_cycle_days",
    "largest_won_amount",
    "referrals_earned",
    "quality_score",
)
CLOCKS = ("median_rep_response_seconds", "median_won_cycle_days")
RATES = ("save_rate", "within_sla_rate", "win_rate", "ask_rate")


def everybody(_: str | None) -> bool:
    """The whole company, what no rep did included."""
    return True


def only(rep: str) -> Members:
    return lambda somebody: somebody == rep


@dataclass(frozen=True)
class Figure:
    """A metric's value, its parts if it is a ratio or a mean, and how much it is made of."""

    value: Fraction
    numerator: Fraction | None = None
    denominator: Fraction | None = None
    volume: int = 0

    def cells(self) -> dict[str, object]:
        return {
            "value": number(self.value),
            "numerator": number(self.numerator),
            "denominator": number(self.denominator),
        }


class Figures:
    """Every metric of section 6 for a company."""

    def __init__(
        self, saved: Saved, response: Response, referrals: Referrals, enrichment: Enrichment
    ) -> None:
        self.company = saved.company
        self.saved = saved
        self.response = response
        self.velocity = response.velocity
        self.referrals = referrals
        self.asks = referrals.asks
        self.enrichment = enrichment
        self._of: dict[str, Callable[[str, Members], Figure | None]] = {
            "saved_leads": self._saved_leads,
            "median_rep_response_seconds": self._response_seconds,
            "velocity_per_day": self._velocity_per_day,
            "median_won_cycle_days": self._won_cycle_days,
            "largest_won_amount": self._largest_won_amount,
            "referrals_earned": self._referrals_earned,
            "quality_score": self._quality_score,
            "save_rate": self._save_rate,
            "within_sla_rate": self._within_sla_rate,
            "win_rate": self._win_rate,
            "ask_rate": self._ask_rate,
        }

    def of(self, metric: str, quarter: str, members: Members) -> Figure | None:
        """A metric of some people in a quarter; None where it has no value."""
        return self._of[metric](quarter, members)

    @cached_property
    def quarters(self) -> list[str]:
        """Every quarter of which there may be a figure."""
        named = {story.quarter for story in self.saved.stories}
        named |= {
            self.company.quarter(story.returned_at)
            for story in self.saved.stories
            if story.returned_at is not None
        }
        named |= {answer.quarter for answer in self.response.answers}
        named |= {cycle.quarter for cycle in self.velocity.cycles if cycle.quarter is not None}
        named |= {
            self.company.quarter(referral.created_at)
            for referral in self.referrals.referrals
            if referral.created_at is not None
        }
        named |= set(self.asks.quarters) | set(self.enrichment.by_quarter)
        return sorted(named)

    # ---- 1

    def credited(self, quarter: str) -> list[Story]:
        """The saved prospects of a quarter, by the episode whose flagger has the credit."""
        first: dict[str, Story] = {}
        for story in self.saved.stories:
            if story.outcome != "saved" or story.returned_at is None:
                continue
            if self.company.quarter(story.returned_at) != quarter:
                continue
            rival = first.get(story.prospect.id)
            if rival is None or _flagged(story) < _flagged(rival):
                first[story.prospect.id] = story
        return list(first.values())

    def _lost(self, quarter: str, members: Members) -> list[Story]:
        return [
            story
            for story in self.saved.stories
            if story.counts and story.quarter == quarter and members(story.lost_by)
        ]

    def _saved_leads(self, quarter: str, members: Members) -> Figure | None:
        saved = [story for story in self.credited(quarter) if members(story.flagged_by)]
        if not saved and not self._lost(quarter, members):
            return None
        return Figure(Fraction(len(saved)), volume=len(saved))

    def settled(self, quarter: str, members: Members) -> list[Story]:
        return [story for story in self._lost(quarter, members) if story.is_settled]

    def _save_rate(self, quarter: str, members: Members) -> Figure | None:
        settled = self.settled(quarter, members)
        return _share([story.outcome == "saved" for story in settled])

    # ---- 2

    def answers(self, quarter: str, members: Members) -> list[Answer]:
        return [
            answer
            for answer in self.response.answers
            if answer.counts and answer.quarter == quarter and members(answer.rep)
        ]

    def clocked(self, quarter: str, members: Members) -> list[Answer]:
        """The cycles on a rep's clock."""
        return [
            answer
            for answer in self.answers(quarter, members)
            if answer.rep is not None and not answer.is_backdated
        ]

    def _response_seconds(self, quarter: str, members: Members) -> Figure | None:
        clock = self.response.clock(self.clocked(quarter, members))
        middle = kaplan_meier(clock, Fraction(1, 2))
        return None if middle is None else Figure(middle, volume=len(clock))

    def _within_sla_rate(self, quarter: str, members: Members) -> Figure | None:
        judged = [it for it in self.answers(quarter, members) if self.response.is_judged(it)]
        return _share([self.response.is_in_time(answer) for answer in judged])

    # ---- 3

    def closed(self, quarter: str, members: Members) -> list[Cycle]:
        return [
            cycle
            for cycle in self.velocity.cycles
            if cycle.is_closed
            and cycle.exclusion is None
            and cycle.quarter == quarter
            and members(cycle.rep)
        ]

    def _win_rate(self, quarter: str, members: Members) -> Figure | None:
        return _share([cycle.is_won for cycle in self.closed(quarter, members)])

    def won_amount(self, quarter: str, members: Members) -> Fraction | None:
        """What was won; None if something was, and nobody knows for how much."""
        return known_sum(self.won(quarter, members))

    def won(self, quarter: str, members: Members) -> list[Cycle]:
        return [cycle for cycle in self.closed(quarter, members) if cycle.is_won]

    def mean_won_amount(self, quarter: str, members: Members) -> Fraction | None:
        return ratio(self.won_amount(quarter, members), len(self.won(quarter, members)))

    def lengths(self, quarter: str, members: Members) -> list[Fraction]:
        """The days that won deals took; one that was created as won took none."""
        return [
            cycle.days
            for cycle in self.won(quarter, members)
            if cycle.days is not None and cycle.days > 0
        ]

    def _velocity_per_day(self, quarter: str, members: Members) -> Figure | None:
        closed, lengths = self.closed(quarter, members), self.lengths(quarter, members)
        amount = self.won_amount(quarter, members)
        mean_length = ratio(sum(lengths, Fraction(0)), len(lengths))
        if not closed:
            return None
        if not self.won(quarter, members):
            return Figure(Fraction(0), amount, mean_length, len(closed))
        speed = ratio(amount, mean_length)
        return None if speed is None else Figure(speed, amount, mean_length, len(closed))

    def _won_cycle_days(self, quarter: str, members: Members) -> Figure | None:
        lengths = self.lengths(quarter, members)
        middle = median(lengths)
        return None if middle is None else Figure(middle, volume=len(lengths))

    def _largest_won_amount(self, quarter: str, members: Members) -> Figure | None:
        won = self.won(quarter, members)
        amounts = [Fraction(cycle.amount) for cycle in won if cycle.amount is not None]
        return Figure(max(amounts), volume=len(won)) if amounts else None

    # ---- 4

    def earned(self, quarter: str, members: Members) -> list[Referral]:
        return [
            referral
            for referral in self.referrals.referrals
            if referral.counts
            and referral.created_at is not None
            and self.company.quarter(referral.created_at) == quarter
            and members(referral.rep)
        ]

    def _of_members(self, accounts: Iterable[str], members: Members) -> set[str]:
        as_of = self.company.setting.as_of
        return {account for account in accounts if members(self.asks.owner_at(account, as_of))}

    def _referrals_earned(self, quarter: str, members: Members) -> Figure | None:
        earned = self.earned(quarter, members)
        if not earned and not self._of_members(self.asks.eligible(quarter), members):
            return None
        return Figure(Fraction(len(earned)), volume=len(earned))

    def _ask_rate(self, quarter: str, members: Members) -> Figure | None:
        asked = self._of_members(self.asks.asked(quarter), members)
        eligible = self._of_members(self.asks.eligible(quarter), members)
        return _share([account in asked for account in eligible])

    # ---- 5

    def quality_parts(self, quarter: str, members: Members) -> dict[str, Fraction]:
        """Completeness, validity and freshness as the quarter's last snapshot has them."""
        snapshot = self.enrichment.by_quarter.get(quarter)
        if snapshot is None:
            return {}
        parts: dict[str, Fraction | None] = {}
        for kind in (COMPLETENESS, VALIDITY):
            passed = evaluated = Fraction(0)
            for (_, _, rep), (rule, verdict) in snapshot.verdicts.items():
                if rule.kind == kind and members(rep):
                    passed += rule.weight * (verdict.evaluated - verdict.failed)
                    evaluated += rule.weight * verdict.evaluated
            parts[kind] = ratio(100 * passed, evaluated)
        ages = [
            Fraction(freshness)
            for record, freshness in snapshot.records
            if freshness is not None and members(record.rep)
        ]
        parts["freshness"] = ratio(sum(ages, Fraction(0)), len(ages))
        return {name: part for name, part in parts.items() if part is not None}

    def quality_points(self, quarter: str, members: Members) -> dict[str, Fraction]:
        """Part → how many points of the quality score it makes up; none if it has no score."""
        parts = self.quality_parts(quarter, members)
        names = (COMPLETENESS, VALIDITY, "freshness")
        weights = dict(zip(names, self.company.setting.quality_score_weights, strict=True))
        total = sum((Fraction(weights[name]) for name in parts), Fraction(0))
        if total == 0:
            return {}
        return {name: Fraction(weights[name]) * part / total for name, part in parts.items()}

    def _quality_score(self, quarter: str, members: Members) -> Figure | None:
        points = self.quality_points(quarter, members)
        if not points:
            return None
        snapshot = self.enrichment.by_quarter[quarter]
        records = len([1 for record, _ in snapshot.records if members(record.rep)])
        return Figure(sum(points.values(), Fraction(0)), volume=records)


def known_sum(cycles: Iterable[Cycle]) -> Fraction | None:
    """The sum of the amounts that are known; None if there are deals and none is known."""
    amounts = [cycle.amount for cycle in cycles]
    known = [Fraction(amount) for amount in amounts if amount is not None]
    return None if amounts and not known else sum(known, Fraction(0))


def _share(hits: list[bool]) -> Figure | None:
    """A ratio with its parts; None of nothing."""
    if not hits:
        return None
    part, whole = Fraction(sum(hits)), Fraction(len(hits))
    return Figure(part / whole, part, whole, len(hits))


def _flagged(story: Story) -> tuple[object, object]:
    """The order in which prospects were flagged."""
    return (story.flagged_at or story.episode.lost_at, story.episode.lost_at)
