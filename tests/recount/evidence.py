"""The records behind a rep's figure in a quarter (section 6, `award_evidence`), counted again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from tests.recount.figures import Figures, Members, only
from tests.recount.response import kaplan_meier
from tests.recount.values import median, midnight, naive, number, ratio, seconds


@dataclass(frozen=True)
class Piece:
    """A record and what it adds; `is_waiting` of a cycle: until now, and without an answer yet."""

    record: str
    at: datetime | None
    amount: Fraction | None
    is_waiting: bool = False

    def cells(self) -> dict[str, object]:
        return {
            "record_id": self.record,
            "record_at": naive(self.at),
            "amount": number(self.amount),
            "is_waiting": self.is_waiting,
        }


class Evidence:
    """What is behind the figures of a company."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self._of: dict[str, Callable[[str, Members], list[Piece]]] = {
            "saved_leads": self._saved,
            "median_rep_response_seconds": self._cycles,
            "velocity_per_day": self._won_a_day,
            "median_won_cycle_days": self._lengths,
            "largest_won_amount": self._largest,
            "referrals_earned": self._earned,
            "quality_score": self._quality,
        }

    def of(self, metric: str, quarter: str, rep: str) -> list[Piece]:
        return self._of[metric](quarter, only(rep))

    def _saved(self, quarter: str, members: Members) -> list[Piece]:
        return [
            Piece(story.prospect.id, story.returned_at, Fraction(1))
            for story in self.figures.credited(quarter)
            if members(story.flagged_by)
        ]

    def _cycles(self, quarter: str, members: Members) -> list[Piece]:
        as_of = self.figures.company.setting.as_of
        result = []
        for answer in self.figures.clocked(quarter, members):
            assert answer.assigned_at is not None
            is_waiting = answer.rep_response is None
            waited = answer.rep_response
            if waited is None:
                waited = as_of - answer.assigned_at
            name = f"{answer.lead['Id']}@{written(answer.signal.at)}"
            result.append(Piece(name, answer.signal.at, seconds(waited), is_waiting))
        return result

    def _won_a_day(self, quarter: str, members: Members) -> list[Piece]:
        lengths = self.figures.lengths(quarter, members)
        mean = ratio(sum(lengths, Fraction(0)), len(lengths))
        return [
            Piece(
                cycle.deal,
                cycle.closed_at,
                None if cycle.amount is None else ratio(Fraction(cycle.amount), mean),
            )
            for cycle in self.figures.won(quarter, members)
        ]

    def _lengths(self, quarter: str, members: Members) -> list[Piece]:
        return [
            Piece(cycle.deal, cycle.closed_at, cycle.days)
            for cycle in self.figures.won(quarter, members)
            if cycle.days is not None and cycle.days > 0
        ]

    def _largest(self, quarter: str, members: Members) -> list[Piece]:
        won = [it for it in self.figures.won(quarter, members) if it.amount is not None]
        first = min(
            won, key=lambda it: (-Fraction(it.amount or 0), it.closed_at, it.deal), default=None
        )
        if first is None or first.amount is None:
            return []
        return [Piece(first.deal, first.closed_at, Fraction(first.amount))]

    def _earned(self, quarter: str, members: Members) -> list[Piece]:
        return [
            Piece(referral.id, referral.created_at, Fraction(1))
            for referral in self.figures.earned(quarter, members)
        ]

    def _quality(self, quarter: str, members: Members) -> list[Piece]:
        points = self.figures.quality_points(quarter, members)
        if not points:
            return []
        snapshot = self.figures.enrichment.by_quarter[quarter]
        at = midnight(snapshot.on, self.figures.company.setting.zone)
        return [Piece(name, at, part) for name, part in points.items()]


def written(at: datetime) -> str:
    """An instant as a cycle's name has it: no more digits of its second than it takes."""
    return at.strftime("%Y-%m-%d %H:%M:%S.%f").rstrip("0").rstrip(".")


def value_of(metric: str, pieces: list[Piece]) -> Fraction | None:
    """A metric's value, from nothing but what is behind it."""
    amounts = [piece.amount for piece in pieces if piece.amount is not None]
    if metric == "median_rep_response_seconds":
        clock = [(it.amount, not it.is_waiting) for it in pieces if it.amount is not None]
        return kaplan_meier(clock, Fraction(1, 2))
    if metric == "median_won_cycle_days":
        return median(amounts)
    if metric == "largest_won_amount":
        return max(amounts, default=None)
    return sum(amounts, Fraction(0))
