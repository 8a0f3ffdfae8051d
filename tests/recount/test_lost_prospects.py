"""The made-up companies are worth the comparison: losses, flags, mail and returns of every kind.

Checked on the recount alone, so that a generator that has gone tame is seen without a warehouse.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import combinations

import pytest

from tests.recount.losses import Turn
from tests.recount.mail import Click
from tests.recount.recount import Recount
from tests.recount.rules import Change
from tests.recount.saved import FLAG_BEFORE_LOSS, Saved, Story
from tests.recount.test_companies import has_shared_place
from tests.recount.values import truth

MILLISECOND = timedelta(milliseconds=1)
TEN_SECONDS = timedelta(seconds=10)


def _stories(wanted: Callable[[Story], bool]) -> Callable[[Saved], bool]:
    return lambda saved: any(wanted(story) for story in saved.stories)


def _returns_after(length: Callable[[Saved], timedelta], *outcomes: str) -> Callable[[Saved], bool]:
    """An episode of one of these outcomes that ends so long after its loss."""

    def found(saved: Saved) -> bool:
        return any(
            story.returned_at is not None
            and story.returned_at - story.episode.lost_at == length(saved)
            and story.outcome in outcomes
            for story in saved.stories
        )

    return found


def _flag_rows(saved: Saved, story: Story) -> list[Change]:
    """What sets the flag on a prospect, whenever and by whomever."""
    company, prospect = saved.company, story.prospect
    rows = [
        *company.lead_changes.get(prospect.lead_id or "", []),
        *company.opportunity_changes.get(prospect.deal_id or "", []),
    ]
    return [
        row for row in rows if row.field == saved.setting.reactivation_flag_field and truth(row.new)
    ]


def _flagged(at: Callable[[Story], datetime | None], *, counts: bool) -> Callable[[Saved], bool]:
    """A rep's flag at an instant of an episode; one that counts, or one that does not."""

    def found(saved: Saved) -> bool:
        return any(
            row.at == at(story)
            and row.author in saved.company.reps
            and (story.flagged_at == row.at) is counts
            for story in saved.stories
            for row in _flag_rows(saved, story)
        )

    return found


def _with_last_return(saved: Saved) -> Iterator[tuple[Story, datetime]]:
    """The episodes that another one of the same prospect went before, with its return."""
    last: dict[str, datetime | None] = {}
    for story in sorted(saved.stories, key=lambda it: it.episode.lost_at):
        before = last.get(story.prospect.id)
        if before is not None:
            yield story, before
        last[story.prospect.id] = story.returned_at


def _has_left_over_flag(saved: Saved) -> bool:
    """A flag within a day before a loss that belongs to the loss before."""
    return any(
        story.episode.lost_at - FLAG_BEFORE_LOSS <= row.at < last_return
        for story, last_return in _with_last_return(saved)
        for row in _flag_rows(saved, story)
    )


def _has_flag_at_last_return(saved: Saved) -> bool:
    return any(story.flagged_at == before for story, before in _with_last_return(saved))


def _clicks_of_one(saved: Saved) -> Iterator[tuple[Click, Click]]:
    for one, other in combinations(saved.mail.clicks, 2):
        if one.campaign == other.campaign and one.address == other.address:
            yield one, other


def _clicks_apart(gap: timedelta, *, same_url: bool = False) -> Callable[[Saved], bool]:
    """Two clicks of one recipient so far apart."""
    return lambda saved: any(
        abs(one.at - other.at) == gap and (one.url == other.url) is same_url
        for one, other in _clicks_of_one(saved)
    )


def _lost_turns(saved: Saved) -> Iterator[tuple[str, Turn]]:
    for prospect, turns in saved.losses.turns.items():
        for turn in turns:
            if turn.kind == "lost":
                yield prospect, turn


def _lost_while_lost(saved: Saved) -> bool:
    return any(
        story.prospect.id == prospect
        and story.episode.lost_at < turn.at
        and (story.returned_at is None or turn.at < story.returned_at)
        for prospect, turn in _lost_turns(saved)
        for story in saved.stories
    )


def _lost_twice_at_once(saved: Saved) -> bool:
    found = [(prospect, turn.at) for prospect, turn in _lost_turns(saved)]
    return len(found) > len(set(found))


def _new_deal_after(gap: Callable[[Saved], timedelta]) -> Callable[[Saved], bool]:
    """A deal that comes to the account of a lost one so long after the loss."""
    return lambda saved: any(
        at - story.episode.lost_at == gap(saved) and deal["AccountId"] == story.episode.account
        for story in saved.stories
        for at, _, deal in saved.losses.new_deals
    )


def _rivals_for_a_new_deal(saved: Saved) -> bool:
    """A new deal ends a loss while an earlier one on its account stays without a return."""
    return any(
        ended.episode.return_type == "new_opportunity"
        and other.episode.account == ended.episode.account
        and other.episode.lost_at < ended.episode.lost_at
        and (
            other.returned_at is None
            or ended.returned_at is None
            or other.returned_at > ended.returned_at
        )
        for ended in saved.stories
        for other in saved.stories
    )


def _rivals_for_a_win(saved: Saved) -> bool:
    """A win that an episode could have had, but for one that came back before it."""
    for story in saved.stories:
        if story.outcome != "saved" or story.returned_at is None:
            continue
        own = saved.won.get(id(story))
        for win in saved.wins:
            is_sooner = own is None or win.at < own.at
            could_be = saved.is_of(win, story, story.returned_at)
            if win.at >= story.returned_at and could_be and is_sooner:
                return True
    return False


def _several_wins(saved: Saved) -> bool:
    """A saved episode with more than one win to take."""
    return any(
        len(
            [
                win
                for win in saved.wins
                if story.returned_at is not None
                and win.at >= story.returned_at
                and saved.is_of(win, story, story.returned_at)
            ]
        )
        > 1
        for story in saved.stories
        if story.outcome == "saved"
    )


def _before_the_landmark(saved: Saved) -> bool:
    """An episode without mail that came back too soon to be compared."""
    compared = {row["quarter"]: row["undelivered_settled"] for row in saved.saved_leads_baseline()}
    return any(
        len([1 for it in saved.stories if _is_unwritten(it) and it.quarter == quarter]) > count
        for quarter, count in compared.items()
    )


def _is_unwritten(story: Story) -> bool:
    return story.is_settled and story.delivered_at is None


def _ranks(saved: Saved) -> Iterator[list[int]]:
    """The ranks given in each quarter."""
    by_quarter: dict[str, list[int]] = {}
    for row in saved.saved_leads():
        if row["rank"] is not None:
            by_quarter.setdefault(row["quarter"], []).append(row["rank"])
    yield from by_quarter.values()


def _episodes(**cells: object) -> Callable[[Saved], bool]:
    """A row of fct_loss_episodes with these cells."""
    return lambda saved: any(
        all(row[column] == value for column, value in cells.items())
        for row in saved.fct_loss_episodes()
    )


WANTED: dict[str, Callable[[Saved], bool]] = {
    **{
        f"outcome {outcome}": _episodes(outcome=outcome)
        for outcome in (
            *("ineligible", "corrected", "saved", "returned_unaided", "pending", "expired"),
        )
    },
    **{
        f"return {kind}": _episodes(return_type=kind)
        for kind in ("requalified", "reopened", "new_opportunity", None)
    },
    # losses
    "a lost lead": _stories(lambda it: not it.episode.loss.is_deal),
    "a lost deal of a lead": _stories(
        lambda it: it.episode.loss.is_deal and it.prospect.lead is not None
    ),
    "a lost deal of nobody": _stories(lambda it: it.prospect.lead is None),
    "lost by its date": _stories(lambda it: it.episode.loss.is_deal and it.episode.loss.place == 0),
    "lost under nobody's rep": _episodes(lost_by_rep_id=None),
    "no reason": _episodes(lost_reason=None),
    "left from nowhere": _episodes(lost_from=None),
    "lost while lost": _lost_while_lost,
    "lost twice at one instant": _lost_twice_at_once,
    "lost again at its return": lambda it: any(
        story.episode.lost_at == before for story, before in _with_last_return(it)
    ),
    "lost three times": lambda it: (
        max([story.prospect.id for story in it.stories].count(s.prospect.id) for s in it.stories)
        > 2
    ),
    # returns
    "back at once": _returns_after(lambda it: timedelta(0), "corrected"),
    "back as the grace ends": _returns_after(lambda it: it.setting.reopen_grace, "corrected"),
    "back after the grace": _returns_after(
        lambda it: it.setting.reopen_grace + MILLISECOND, "saved", "returned_unaided"
    ),
    "back as the window ends": _returns_after(
        lambda it: it.setting.reactivation_window, "saved", "returned_unaided"
    ),
    "back after the window": _returns_after(
        lambda it: it.setting.reactivation_window + MILLISECOND, "expired"
    ),
    "the window ends at as_of": lambda it: any(
        story.window_end == it.setting.as_of and story.outcome == "expired" for story in it.stories
    ),
    "the window ends after as_of": lambda it: any(
        story.window_end == it.setting.as_of + MILLISECOND and story.outcome == "pending"
        for story in it.stories
    ),
    "a new deal as the grace ends": _new_deal_after(lambda it: it.setting.reopen_grace),
    "a new deal after the grace": _new_deal_after(lambda it: it.setting.reopen_grace + MILLISECOND),
    "rivals for a new deal": _rivals_for_a_new_deal,
    # flags
    "a flag a day before": _flagged(lambda it: it.episode.lost_at - FLAG_BEFORE_LOSS, counts=True),
    "a flag too early": _flagged(
        lambda it: it.episode.lost_at - FLAG_BEFORE_LOSS - MILLISECOND, counts=False
    ),
    "a flag at the loss": _flagged(lambda it: it.episode.lost_at, counts=True),
    "a flag at the return": _flagged(lambda it: it.returned_at, counts=False),
    "a flag as the window ends": _flagged(lambda it: it.window_end, counts=False),
    "a flag left over": _has_left_over_flag,
    "a flag at the return before": _has_flag_at_last_return,
    "a robot's flag": lambda it: any(
        row.author not in it.company.reps for story in it.stories for row in _flag_rows(it, story)
    ),
    # mail
    "sent as it is flagged": _stories(
        lambda it: it.enrolled_at is not None and it.enrolled_at == it.flagged_at
    ),
    "never delivered": _stories(lambda it: it.enrolled_at is not None and it.delivered_at is None),
    "delivered later": _stories(
        lambda it: (
            it.enrolled_at is not None
            and it.delivered_at is not None
            and it.enrolled_at < it.delivered_at
        )
    ),
    "delivered before the loss": _stories(
        lambda it: it.delivered_at is not None and it.delivered_at < it.episode.lost_at
    ),
    "sent at the return": lambda it: any(
        story.returned_at == send.at
        and send.address in it.losses.prospects.addresses(story.prospect)
        for story in it.stories
        for send in it.mail.sends
    ),
    "a click as it is sent": _stories(
        lambda it: it.engaged_at is not None and it.engaged_at == it.delivered_at
    ),
    "a click later": _stories(
        lambda it: (
            it.engaged_at is not None
            and it.delivered_at is not None
            and it.engaged_at > it.delivered_at
        )
    ),
    "a scanner": lambda it: len(it.mail.human_clicks) < len(it.mail.clicks),
    "clicks 10 seconds apart": _clicks_apart(TEN_SECONDS),
    "clicks a bit more apart": _clicks_apart(TEN_SECONDS + timedelta(microseconds=1)),
    "quick clicks on one url": _clicks_apart(timedelta(seconds=3), same_url=True),
    # wins
    "won as it came back": lambda it: any(
        id(story) in it.won and it.won[id(story)].at == story.returned_at for story in it.stories
    ),
    "several wins to take": _several_wins,
    "rivals for a win": _rivals_for_a_win,
    "saved and not won": lambda it: any(
        story.outcome == "saved" and id(story) not in it.won for story in it.stories
    ),
    "won on another deal": lambda it: any(
        id(story) in it.won and it.won[id(story)].deal != story.prospect.deal_id
        for story in it.stories
    ),
    "won for nobody knows what": lambda it: any(win.amount is None for win in it.won.values()),
    # metrics
    "saved and settled": _stories(lambda it: it.outcome == "saved" and it.is_settled),
    "saved and not settled": _stories(lambda it: it.outcome == "saved" and not it.is_settled),
    "saved twice in a quarter": lambda it: any(
        len(stories) > 1 for group in it.savings.values() for stories in group
    ),
    "a shared place": lambda it: any(has_shared_place(found) for found in _ranks(it)),
    "saved by one who is not ranked": lambda it: any(
        row["saved_leads"] and row["rank"] is None for row in it.saved_leads()
    ),
    "no save rate": lambda it: any(row["save_rate"] is None for row in it.saved_leads()),
    "lost and nothing saved": lambda it: any(row["save_rate"] == 0 for row in it.saved_leads()),
    "pending": lambda it: any(row["pending_leads"] for row in it.saved_leads()),
    "a quarter without mail": lambda it: any(
        row["lift_points"] is None and not row["delivered_settled"]
        for row in it.saved_leads_baseline()
    ),
    "a lift": lambda it: any(row["lift_points"] for row in it.saved_leads_baseline()),
    "back before the landmark": _before_the_landmark,
}


@pytest.mark.parametrize("wanted", list(WANTED))
def test_a_company_has(recounts: list[Recount], wanted: str) -> None:
    assert any(WANTED[wanted](recount.saved) for recount in recounts), f"no company has {wanted}"
