"""Which prospects were lost and came back (section 1, Loss and Return), counted again.

An episode here knows when it begins and ends, and of which record it is. Flags, campaigns and
outcomes are in `saved.py`.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from tests.recount.prospects import Prospect, Prospects
from tests.recount.rules import Row, Stage
from tests.recount.statuses import steps
from tests.recount.values import instant, trimmed
from tests.recount.velocity import Velocity

# At one instant the kinds of return go in the order in which the text names them.
RETURNS = ("requalified", "reopened", "new_opportunity")


@dataclass(frozen=True)
class Turn:
    """A record is lost (`kind` lost), or comes back; `place` is its place among the record's.

    `left` is the status that the row says it left behind (its OldValue), or the stage before.
    """

    at: datetime
    place: int
    kind: str
    record: Row
    is_deal: bool
    left: str | None
    quarter: str


@dataclass
class Loss:
    """A turn for the worse, and when that record or the account of a deal made up for it."""

    turn: Turn
    returned_at: datetime | None = None
    return_type: str | None = None

    def is_open(self) -> bool:
        return self.returned_at is None

    def end(self, at: datetime, how: str) -> None:
        self.returned_at, self.return_type = at, how


@dataclass(frozen=True)
class Episode:
    """From a prospect's loss, or from two at one instant, to the later of their returns."""

    prospect: Prospect
    losses: tuple[Loss, ...]

    @property
    def loss(self) -> Turn:
        """What tells of the episode: of two records the deal, of one record the last loss."""
        turns = [loss.turn for loss in self.losses]
        return max(turns, key=lambda turn: (turn.is_deal, turn.place))

    @property
    def lost_at(self) -> datetime:
        return self.loss.at

    @property
    def account(self) -> str | None:
        """The account of the lost deal, if it was a deal that was lost."""
        return self.loss.record["AccountId"] if self.loss.is_deal else None

    def is_over(self) -> bool:
        return not any(loss.is_open() for loss in self.losses)

    @property
    def returned_at(self) -> datetime | None:
        """The later return; none at all is later than any."""
        times = [loss.returned_at for loss in self.losses if loss.returned_at is not None]
        return max(times) if self.is_over() else None

    @property
    def return_type(self) -> str | None:
        at = self.returned_at
        if at is None:
            return None
        kinds = [loss.return_type for loss in self.losses if loss.returned_at == at]
        return min((kind for kind in kinds if kind is not None), key=RETURNS.index)


def is_lost(stage: Stage) -> bool:
    return stage.is_closed and not stage.is_won


class Losses:
    """The episodes of a company."""

    def __init__(self, prospects: Prospects, velocity: Velocity) -> None:
        self.prospects = prospects
        self.company = prospects.company
        self.velocity = velocity

    # ---- what happens to a record

    def lead_turns(self, lead: Row) -> list[Turn]:
        """A lead's losses (into class lost, once it had been qualified) and returns from there."""
        result = []
        for place, step in enumerate(steps(self.company, lead)):
            if step.enters("lost") and step.was_qualified:
                kind = "lost"
            elif step.class_before == "lost" and step.status_class != "lost":
                kind = "requalified"
            else:
                continue
            left = None if step.row is None else trimmed(step.row.old)
            quarter = self.company.quarter(step.at)
            result.append(Turn(step.at, place, kind, lead, False, left, quarter))
        return result

    def deal_turns(self, deal: Row) -> list[Turn]:
        """A deal's losses (into a stage that is closed and not won) and returns from there."""
        visits = self.velocity.visits.get(str(deal["Id"]))
        if not visits:
            return self._loss_by_date(deal)
        result = []
        lost_before, left = False, None
        for visit in visits:
            lost_now = is_lost(self.company.stage(visit.stage))
            if lost_now != lost_before:
                kind = "lost" if lost_now else "reopened"
                at = visit.entered_at
                quarter = self.company.quarter(at)
                result.append(Turn(at, visit.number, kind, deal, True, left, quarter))
            lost_before, left = lost_now, visit.stage
        return result

    def _loss_by_date(self, deal: Row) -> list[Turn]:
        for cycle in self.velocity.cycles:
            if cycle.deal == deal["Id"] and cycle.is_closed and not cycle.is_won:
                if cycle.closed_at is None or cycle.quarter is None:
                    return []
                return [Turn(cycle.closed_at, 0, "lost", deal, True, None, cycle.quarter)]
        return []

    @cached_property
    def turns(self) -> dict[str, list[Turn]]:
        """Prospect → what happens to its lead and its deal, each record's turns in its order."""
        result = {}
        for prospect in self.prospects.all:
            found = [] if prospect.lead is None else self.lead_turns(prospect.lead)
            if prospect.deal is not None:
                found = found + self.deal_turns(prospect.deal)
            result[prospect.id] = found
        return result

    # ---- new deals

    @cached_property
    def new_deals(self) -> list[tuple[datetime, str, Row]]:
        """Deals whose creation can bring a lost one back: when, id, record; in order."""
        result = []
        for deal in self.prospects.deals.values():
            at = instant(deal["CreatedDate"])
            if (
                at is not None
                and deal["AccountId"] is not None
                and deal["Type"] not in self.company.setting.non_new_business_types
                and deal["Id"] not in self.company.lead_of_deal
            ):
                result.append((at, str(deal["Id"]), deal))
        return sorted(result, key=lambda it: it[:2])

    # ---- episodes

    @cached_property
    def episodes(self) -> list[Episode]:
        """All episodes, found by walking through time, one instant after the other."""
        found: list[Episode] = []
        instants = {turn.at for turns in self.turns.values() for turn in turns}
        instants |= {at for at, _, _ in self.new_deals}
        turns_at = defaultdict(list)
        for prospect in self.prospects.all:
            for turn in self.turns[prospect.id]:
                turns_at[turn.at].append((prospect, turn))
        for now in sorted(instants):
            lost = [episode for episode in found if not episode.is_over()]
            for episode in lost:
                self._come_back_by_itself(episode, now)
            for at, _, deal in self.new_deals:
                if at == now:
                    self._come_back_by_new_deal(lost, deal, now)
            still_lost = {episode.prospect.id for episode in lost if not episode.is_over()}
            losses = defaultdict(list)
            for prospect, turn in turns_at[now]:
                if turn.kind == "lost" and prospect.id not in still_lost:
                    losses[prospect].append(self._loss(prospect, turn))
            found += [Episode(prospect, tuple(its)) for prospect, its in losses.items()]
        return found

    def _come_back_by_itself(self, episode: Episode, now: datetime) -> None:
        """An episode that began earlier ends if its lead or its deal comes back now."""
        kinds = {turn.kind for turn in self.turns[episode.prospect.id] if turn.at == now}
        for kind in RETURNS:
            if kind in kinds:
                for loss in episode.losses:
                    if loss.is_open():
                        loss.end(now, kind)
                return

    def _come_back_by_new_deal(self, lost: list[Episode], deal: Row, now: datetime) -> None:
        """A new deal ends the latest loss on its account, if any is old enough and still lost."""
        candidates = [
            loss
            for episode in lost
            for loss in episode.losses
            if loss.is_open()
            and loss.turn.is_deal
            and loss.turn.record["AccountId"] == deal["AccountId"]
            and now > loss.turn.at + self.company.setting.reopen_grace
            and loss.turn.record["Id"] != deal["Id"]
        ]
        if candidates:
            latest = max(candidates, key=lambda it: (it.turn.at, str(it.turn.record["Id"])))
            latest.end(now, "new_opportunity")

    def _loss(self, prospect: Prospect, turn: Turn) -> Loss:
        """A loss; whether its record came back at that instant is a matter of its own order."""
        loss = Loss(turn)
        for later in self.turns[prospect.id]:
            if (
                later.at == turn.at
                and later.is_deal == turn.is_deal
                and later.place > turn.place
                and later.kind != "lost"
            ):
                loss.end(turn.at, later.kind)
        return loss
