"""Section 6's incentives, counted again: awards, what is behind them, what later data changed.

An award is frozen by the first run after its quarter's close, so runs are counted in the order in
which they were made, and `Kept` goes from one to the next.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from tests.recount.evidence import Evidence, Piece
from tests.recount.figures import CLOCKS, Figure, Figures, only
from tests.recount.quality import Snapshot
from tests.recount.values import Mart, midnight, number, quarter_days, ranks

DEFAULT_OF_ONE = ("saved_leads", "largest_won_amount", "referrals_earned")
PROVISIONAL, FINAL = "provisional", "final"


@dataclass(frozen=True)
class Prize:
    """A line of the incentive plan."""

    award: str
    metric: str
    place: int
    payout: Decimal


@dataclass(frozen=True)
class IncentivePlan:
    """The prizes, and how much of a metric it takes to be in the race."""

    prizes: tuple[Prize, ...]
    volumes: dict[str, int]


@dataclass(frozen=True)
class Winner:
    """Who gets a prize."""

    award: str
    place: int
    rep: str


@dataclass(frozen=True)
class Award:
    """A prize that is won, with what it is won by."""

    winner: Winner
    metric: str
    value: Fraction
    payout: Decimal
    pieces: list[Piece]


@dataclass(frozen=True)
class Closing:
    """The awards of a quarter as it was closed, and the plan they were judged by."""

    at: datetime
    plan: IncentivePlan
    awards: list[Award]


@dataclass(frozen=True)
class Change:
    """How many more times (or fewer, below 0) a winner of a closed quarter is one."""

    quarter: str
    winner: Winner
    times: int


@dataclass
class Kept:
    """What runs leave to those after them. Those who come earlier in time do not see all of it."""

    snapshots: list[Snapshot] = field(default_factory=list)
    closings: dict[str, Closing] = field(default_factory=dict)
    # By found quarter, and the as_of of the run that found them.
    reviews: dict[tuple[str, datetime], list[Change]] = field(default_factory=dict)


class Awards:
    """The marts of the incentives; `named` are the quarters that dim_quarters has without them."""

    def __init__(self, figures: Figures, kept: Kept, named: Iterable[str]) -> None:
        self.figures = figures
        self.evidence = Evidence(figures)
        self.company = figures.company
        self.setting = figures.company.setting
        self.now = self.company.quarter(self.setting.as_of)
        self._named = sorted(set(named))
        self.kept = kept
        self.seen = {
            quarter: closing
            for quarter, closing in kept.closings.items()
            if closing.at <= self.setting.as_of
        }

    # ---- the plan

    @cached_property
    def plan(self) -> IncentivePlan:
        prizes, volumes = [], {}
        for row in self.company.seed("incentive_plan"):
            metric = str(row["metric"])
            prizes.append(
                Prize(
                    str(row["award"]),
                    metric,
                    int(str(row["place"])),
                    Decimal(str(row["payout"])).quantize(Decimal("0.01")),
                )
            )
            otherwise = 1 if metric in DEFAULT_OF_ONE else self.setting.minimum_volume
            volumes[metric] = max(1, self.company.minimum_volume(metric, otherwise))
        return IncentivePlan(tuple(prizes), volumes)

    # ---- who wins

    def standings(self, metric: str, quarter: str, volume: int) -> dict[str, tuple[int, Figure]]:
        """Rep → place and figure, of those in the race."""
        in_race = {}
        for rep in self.company.reps:
            figure = self.figures.of(metric, quarter, only(rep))
            if figure is None or figure.volume < volume or not self.company.is_active_rep(rep):
                continue
            in_race[rep] = figure
        values = {rep: _raced(metric, figure) for rep, figure in in_race.items()}
        places = ranks(values, smallest_first=metric in CLOCKS)
        return {rep: (places[rep], figure) for rep, figure in in_race.items()}

    def judged(self, quarter: str, plan: IncentivePlan) -> list[Award]:
        """The awards of a quarter by a plan on today's data."""
        result = []
        for prize in plan.prizes:
            standings = self.standings(prize.metric, quarter, plan.volumes[prize.metric])
            for rep, (place, figure) in standings.items():
                if place == prize.place:
                    pieces = self.evidence.of(prize.metric, quarter, rep)
                    winner = Winner(prize.award, place, rep)
                    award = Award(winner, prize.metric, figure.value, prize.payout, pieces)
                    result.append(award)
        return result

    # ---- closed quarters

    def is_due(self, quarter: str) -> bool:
        """Whether a quarter's awards are final: its end and the days of grace are over."""
        _, last = quarter_days(quarter, self.setting.fiscal_year_start_month)
        on = last + timedelta(days=1 + self.setting.close_grace_days)
        return self.setting.as_of >= midnight(on, self.setting.zone)

    @cached_property
    def by_quarter(self) -> dict[str, list[Award]]:
        """The awards as they stand: those of closed quarters as they were frozen."""
        result = {quarter: closing.awards for quarter, closing in self.seen.items()}
        for quarter in self._named:
            if quarter not in result:
                result[quarter] = self.judged(quarter, self.plan)
        return result

    # ---- what changed since

    def _before(self, quarter: str) -> Counter[Winner]:
        """The winners of a closed quarter: as it was closed, and as earlier quarters found."""
        result = Counter(award.winner for award in self.seen[quarter].awards)
        for changes in self.last_reviews().values():
            for change in changes:
                if change.quarter == quarter:
                    result[change.winner] += change.times
        return result

    def last_reviews(self) -> dict[str, list[Change]]:
        """Found quarter before this one → what its last run found."""
        result = {}
        for found, at in sorted(self.kept.reviews):
            if found < self.now:
                result[found] = self.kept.reviews[found, at]
        return result

    @cached_property
    def review(self) -> list[Change]:
        """What today's data change in closed quarters."""
        result = []
        for quarter, closing in self.seen.items():
            before = self._before(quarter)
            today = Counter(award.winner for award in self.judged(quarter, closing.plan))
            for winner in sorted(before.keys() | today.keys(), key=lambda it: (it.award, it.rep)):
                times = today[winner] - before[winner]
                if times:
                    result.append(Change(quarter, winner, times))
        return result

    def keep(self) -> Kept:
        """What the runs after this one are left with."""
        newly = {
            quarter: Closing(self.setting.as_of, self.plan, self.by_quarter[quarter])
            for quarter in self._named
            if quarter not in self.kept.closings and self.is_due(quarter)
        }
        return Kept(
            snapshots=[*self.kept.snapshots, self.figures.enrichment.quality.snapshot],
            closings={**self.kept.closings, **newly},
            reviews={**self.kept.reviews, (self.now, self.setting.as_of): self.review},
        )

    # ---- the marts

    def incentive_awards(self) -> Mart:
        return [
            {
                "quarter": quarter,
                "award": award.winner.award,
                "place": award.winner.place,
                "rep_id": award.winner.rep,
                "value": number(award.value),
                "payout": award.payout,
                "status": FINAL if self.is_due(quarter) else PROVISIONAL,
            }
            for quarter, awards in self.by_quarter.items()
            for award in awards
        ]

    def award_evidence(self) -> Mart:
        return [
            {
                "quarter": quarter,
                "award": award.winner.award,
                "rep_id": award.winner.rep,
                **piece.cells(),
            }
            for quarter, awards in self.by_quarter.items()
            for award in awards
            for piece in award.pieces
        ]

    def incentive_adjustments(self) -> Mart:
        reviews = {**self.last_reviews(), self.now: self.review}
        return [
            {
                "quarter": change.quarter,
                "award": change.winner.award,
                "place": change.winner.place,
                "rep_id": change.winner.rep,
                "found_quarter": found,
                "payout_change": change.times * self._payout(change),
            }
            for found, changes in reviews.items()
            for change in changes
        ]

    def _payout(self, change: Change) -> Decimal:
        """What the plan that a quarter was closed by pays for a place."""
        prizes = self.kept.closings[change.quarter].plan.prizes
        return next(
            prize.payout
            for prize in prizes
            if (prize.award, prize.place) == (change.winner.award, change.winner.place)
        )


def _raced(metric: str, figure: Figure) -> Fraction:
    """What is ranked. What floating point makes of one score is one score."""
    return Fraction(round(figure.value, 9)) if metric == "quality_score" else figure.value
