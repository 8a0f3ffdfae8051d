"""The made-up companies are worth the comparison: teams, links, awards, adjustments, audiences.

Checked on the recount alone, so that a generator that has gone tame is seen without a warehouse.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from math import isclose
from typing import Any

import pytest

from tests.recount.audience import REST
from tests.recount.awards import Awards
from tests.recount.evidence import value_of
from tests.recount.figures import CLOCKS, SCORECARD, only
from tests.recount.links import ENOUGH, ENOUGH_WON, LINKS
from tests.recount.mail import Send
from tests.recount.recount import Recount
from tests.recount.saved import Story
from tests.recount.test_companies import has_shared_place
from tests.recount.values import quarter_before, trimmed

MILLISECOND = timedelta(milliseconds=1)
Row = dict[str, Any]


def _cell(table: str, wanted: Callable[[Row], object]) -> Callable[[Recount], bool]:
    return lambda it: any(wanted(row) for row in it.marts[f"marts.{table}"])


# ---- scorecard, totals


def _by_race(it: Recount) -> Iterator[tuple[str, list[Row]]]:
    """The scorecard's rows of each metric and quarter."""
    races: dict[tuple[str, str], list[Row]] = {}
    for row in it.marts["marts.sales_scorecard"]:
        races.setdefault((row["metric"], row["quarter"]), []).append(row)
    for (metric, _), rows in races.items():
        yield metric, rows


def _inactive_is_best(metric: str) -> Callable[[Recount], bool]:
    """Nobody is better than one who is not active, and somebody else is the first."""

    def found(it: Recount) -> bool:
        for its_metric, rows in _by_race(it):
            if its_metric != metric or not any(row["rank"] for row in rows):
                continue
            values = [row["value"] for row in rows]
            best = min(values) if metric in CLOCKS else max(values)
            if any(
                row["value"] == best and not it.company.is_active_rep(row["rep_id"]) for row in rows
            ):
                return True
        return False

    return found


def _shared_place(metric: str) -> Callable[[Recount], bool]:
    return lambda it: any(
        its_metric == metric and has_shared_place([row["rank"] for row in rows if row["rank"]])
        for its_metric, rows in _by_race(it)
    )


def _value_before_a_gap(it: Recount) -> bool:
    """A rep has a value two quarters before, and none in the one before."""
    first_month = it.company.setting.fiscal_year_start_month
    values = {
        (row["metric"], row["rep_id"], row["quarter"]) for row in it.marts["marts.sales_scorecard"]
    }
    return any(
        (metric, rep, quarter_before(quarter_before(quarter, first_month), first_month)) in values
        and (metric, rep, quarter_before(quarter, first_month)) not in values
        for metric, rep, quarter in values
    )


def _team(wanted: Callable[[Recount, str], object]) -> Callable[[Recount], bool]:
    """A team of the totals, by its manager."""
    return lambda it: any(
        wanted(it, row["team"]) for row in it.marts["marts.metric_totals"] if row["team"] != "all"
    )


def _users(it: Recount) -> set[str | None]:
    return {user["Id"] for user in it.company.read("User")}


def _team_of_nothing(it: Recount) -> bool:
    managers = {user["ManagerId"] for user in it.company.reps.values()}
    return bool(managers - {None} - {row["team"] for row in it.marts["marts.metric_totals"]})


def _more_than_all_reps(metric: str) -> Callable[[Recount], bool]:
    """The company has more of something than all reps: some of it is nobody's."""

    def found(it: Recount) -> bool:
        rows = it.marts["marts.metric_totals"]
        every_rep = it.company.reps.__contains__
        for row in rows:
            if row["team"] == "all" and row["metric"] == metric:
                of_reps = it.figures.of(metric, row["quarter"], every_rep)
                whole = row["denominator"] or row["value"]
                if of_reps is None or whole > float(of_reps.denominator or of_reps.value):
                    return True
        return False

    return found


# ---- links


def _link(name: str, wanted: Callable[[Row], object]) -> Callable[[Recount], bool]:
    return _cell("weakest_link", lambda row: row["link"] == name and wanted(row))


def _has_target(it: Recount, name: str) -> bool:
    return any(
        row["link"] == name and row["target_rate"] is not None
        for row in it.company.seed("funnel_targets")
    )


def _reference(name: str, *, is_target: bool) -> Callable[[Recount], bool]:
    """A link with enough, that is held to a target or to what was once reached."""
    return lambda it: (
        _has_target(it, name) is is_target
        and _link(
            name, lambda row: (row["n"] or 0) >= ENOUGH and row["reference_rate"] is not None
        )(it)
    )


def _more_at_stake(wanted: Callable[[Row], object]) -> Callable[[Recount], bool]:
    """A link that is not the weakest, though nothing of its quarter's has more at stake."""

    def found(it: Recount) -> bool:
        for row in it.marts["marts.weakest_link"]:
            amounts = [
                other["amount_at_stake"] or 0
                for other in it.marts["marts.weakest_link"]
                if other["quarter"] == row["quarter"]
            ]
            amount = row["amount_at_stake"] or 0
            if amount > 0 and amount == max(amounts) and not row["is_weakest"] and wanted(row):
                return True
        return False

    return found


def _won(name: str, *, enough: bool) -> Callable[[Recount], bool]:
    """Whether enough of those prospects or referrals were won to say what one is worth."""

    def found(it: Recount) -> bool:
        those = {"prospects_saved": it.links.saved, "customers_referred": it.links.referred}[name]
        return (len(those.won) >= ENOUGH_WON) is enough

    return found


# ---- awards


def _places(wanted: Callable[[Counter[int]], object]) -> Callable[[Recount], bool]:
    """An award whose winners stand so: place → how many."""

    def found(it: Recount) -> bool:
        races: dict[tuple[str, str], Counter[int]] = {}
        for row in it.marts["marts.incentive_awards"]:
            races.setdefault((row["quarter"], row["award"]), Counter())[row["place"]] += 1
        return any(wanted(places) for places in races.values())

    return found


def _kept_plan_is_another(it: Recount) -> bool:
    return any(closing.plan != it.awards.plan for closing in it.awards.seen.values())


def _award_under_another_plan(it: Recount) -> bool:
    """An award that stands, for which today's plan would pay nobody or something else."""
    prizes = {(prize.award, prize.place): prize.payout for prize in it.awards.plan.prizes}
    return any(
        prizes.get((row["award"], row["place"])) != row["payout"]
        for row in it.marts["marts.incentive_awards"]
    )


def _closed_in_the_future(it: Recount) -> bool:
    """A quarter that is final, and that only a run as of a later instant has closed."""
    unseen = it.kept.closings.keys() - it.awards.seen.keys()
    return any(it.awards.is_due(quarter) for quarter in unseen)


def _found_in(quarters: int) -> Callable[[Recount], bool]:
    return lambda it: (
        len({row["found_quarter"] for row in it.marts["marts.incentive_adjustments"]}) >= quarters
    )


def _taken_back(it: Recount) -> bool:
    """What one quarter found is undone in a later one."""
    changes: dict[tuple[Any, ...], list[Any]] = {}
    for row in it.marts["marts.incentive_adjustments"]:
        key = (row["quarter"], row["award"], row["place"], row["rep_id"])
        changes.setdefault(key, []).append(row["payout_change"])
    return any(len(found) > 1 and sum(found) == 0 for found in changes.values())


def _nets_within_a_quarter(it: Recount) -> bool:
    """A run of the same quarter found what is not so any more."""
    today = set(it.awards.review)
    return any(
        found == it.awards.now and at < it.company.setting.as_of and set(changes) - today
        for (found, at), changes in it.kept.reviews.items()
    )


def _found_in_the_future(it: Recount) -> bool:
    return any(
        at > it.company.setting.as_of and changes for (_, at), changes in it.kept.reviews.items()
    )


def _without_a_winner_before(it: Recount) -> bool:
    """An award that nobody had when its quarter was closed has a winner now."""
    return any(
        row["payout_change"] > 0
        and row["award"]
        not in {award.winner.award for award in it.awards.seen[row["quarter"]].awards}
        for row in it.marts["marts.incentive_adjustments"]
    )


def _evidence(award: str, wanted: Callable[[Row], object]) -> Callable[[Recount], bool]:
    """A record behind awards of a metric."""

    def found(it: Recount) -> bool:
        plans = [it.awards.plan, *(closing.plan for closing in it.awards.seen.values())]
        names = {prize.award for plan in plans for prize in plan.prizes if prize.metric == award}
        return any(
            row["award"] in names and wanted(row) for row in it.marts["marts.award_evidence"]
        )

    return found


# ---- audience


def _pending(wanted: Callable[[Recount, Story, str | None], object]) -> Callable[[Recount], bool]:
    """A flagged prospect whose time is not over, and the address to write to."""
    return lambda it: any(
        wanted(it, story, it.audience.address(story.prospect))
        for story in it.saved.stories
        if story.outcome == "pending" and story.flagged_at is not None
    )


def _is_written_to(it: Recount, story: Story) -> bool:
    return any(
        row["prospect_id"] == story.prospect.id
        for row in it.marts["activation.reactivation_audience"]
    )


def _written_to(status: str) -> Callable[[Recount], bool]:
    """One who is written to, with that status on a list."""
    return _pending(
        lambda it, story, to: (to, status) in it.saved.mail.members and _is_written_to(it, story)
    )


def _only_blocked_by(status: str) -> Callable[[Recount], bool]:
    """One who is not written to for a status on a list alone."""
    return _pending(
        lambda it, story, to: (
            (to, status) in it.saved.mail.members
            and to not in it.audience.written_to
            and not _is_written_to(it, story)
        )
    )


def _sent(before: timedelta, *, is_written_to: bool) -> Callable[[Recount], bool]:
    """Somebody whose last mail went out so long before as_of."""

    def wanted(it: Recount, story: Story, to: str | None) -> bool:
        sends = [send.at for send in it.saved.mail.all_sends if send.address == to]
        return (
            bool(sends)
            and it.company.setting.as_of - max(sends) == before
            and _is_written_to(it, story) is is_written_to
        )

    return _pending(wanted)


def _is_no_reactivation(it: Recount, send: Send) -> bool:
    return send.campaign not in it.saved.mail.reactivations


def _namesakes(apart: Callable[[timedelta], bool]) -> Callable[[Recount], bool]:
    """Two prospects of one address, lost so far apart, who might both be written to."""

    def found(it: Recount) -> bool:
        return any(
            to == other_to
            and story.prospect.id != other.prospect.id
            and apart(abs(story.episode.lost_at - other.episode.lost_at))
            for story, to in it.audience.candidates
            for other, other_to in it.audience.candidates
        )

    return found


def _audience(wanted: Callable[[Row], object]) -> Callable[[Recount], bool]:
    return lambda it: any(wanted(row) for row in it.marts["activation.reactivation_audience"])


def _at_a_band(it: Recount) -> bool:
    """Every band has somebody exactly at its beginning."""
    amounts = {
        (cycle.deal, cycle.amount) for cycle in it.velocity.cycles if cycle.amount is not None
    }
    bands = {row["label"]: float(str(row["from"])) for row in it.company.seed("amount_bands")}
    at_limit = {
        row["amount_band"]
        for row in it.marts["activation.reactivation_audience"]
        for deal, amount in amounts
        if deal == row["prospect_id"] and bands.get(row["amount_band"]) == float(amount)
    }
    return at_limit == set(bands)


WANTED: dict[str, Callable[[Recount], bool]] = {
    # scorecard
    **{
        f"an inactive rep is best: {metric}": _inactive_is_best(metric)
        for metric in SCORECARD
    },
    **{f"a shared place: {metric}": _shared_place(metric) for metric in SCORECARD},
    "a value and none before": _value_before_a_gap,
    "a value that is 0": _cell("sales_scorecard", lambda row: row["value"] == 0),
    "a velocity that is 0": _cell(
        "sales_scorecard",
        lambda row: row["metric"] == "velocity_per_day" and row["value"] == 0 and row["rank"],
    ),
    "a velocity without a rank": _cell(
        "sales_scorecard", lambda row: row["metric"] == "velocity_per_day" and not row["rank"]
    ),
    # totals
    "a manager who is no user": _team(lambda it, team: team not in _users(it)),
    "a manager who is no rep": _team(
        lambda it, team: team in _users(it) and team not in it.company.reps
    ),
    "a manager who left": _team(
        lambda it, team: team in it.company.reps and not it.company.is_active_rep(team)
    ),
    "a team that did nothing": _team_of_nothing,
    "losses of nobody": _more_than_all_reps("save_rate"),
    "cycles of nobody": _more_than_all_reps("within_sla_rate"),
    "deals of nobody": _more_than_all_reps("win_rate"),
    "customers of nobody": _more_than_all_reps("ask_rate"),
    "referrals of nobody": _more_than_all_reps("referrals_earned"),
    "a count of 0": _cell(
        "metric_totals", lambda row: row["metric"] == "saved_leads" and row["value"] == 0
    ),
    # links
    **{
        f"enough of it: {name}": _link(name, lambda row: (row["n"] or 0) >= ENOUGH)
        for name in LINKS
    },
    **{
        f"better before: {name}": _reference(name, is_target=False)
        for name in LINKS
    },
    **{
        f"a target: {name}": _reference(name, is_target=True)
        for name in ("leads_answered_in_time", "opportunities_won", "prospects_saved")
    },
    **{
        f"the weakest: {name}": _link(name, lambda row: row["is_weakest"])
        for name in LINKS
        if name != "records_complete"
    },
    "better than ever": _cell("weakest_link", lambda row: row["shortfall_points"] == 0),
    "records of no snapshot": _link("records_complete", lambda row: row["n"] is None),
    "most at stake with too few": _more_at_stake(lambda row: row["n"] < ENOUGH),
    "most at stake in an open quarter": _more_at_stake(lambda row: row["n"] >= ENOUGH),
    "haste is worth something": _link(
        "leads_answered_in_time", lambda row: (row["amount_at_stake"] or 0) > 0
    ),
    "haste is worth nothing": _link(
        "leads_answered_in_time",
        lambda row: (row["shortfall_points"] or 0) > 0 and row["amount_at_stake"] == 0,
    ),
    **{
        f"{'enough' if enough else 'too few'} won: {name}": _won(name, enough=enough)
        for name in ("prospects_saved", "customers_referred")
        for enough in (True, False)
    },
    # awards
    **{f"{place} shared": _places(lambda it, place=place: it[place] > 1) for place in (1, 2, 3)},  # type: ignore[misc]
    "an empty second place": _places(lambda it: it[1] == 2 and not it[2] and it[3] == 1),
    "an empty third place": _places(lambda it: it[2] > 1 and not it[3]),
    "provisional": _cell("incentive_awards", lambda row: row["status"] == "provisional"),
    "an honour": _cell("incentive_awards", lambda row: row["payout"] == 0),
    "a winner who left": lambda it: any(
        not it.company.is_active_rep(row["rep_id"]) for row in it.marts["marts.incentive_awards"]
    ),
    "another plan then": _kept_plan_is_another,
    "a prize of another plan": _award_under_another_plan,
    "closed in the future": _closed_in_the_future,
    # evidence
    "a prospect": _evidence("saved_leads", lambda row: row["amount"] == 1),
    "a cycle that waits": _evidence(
        "median_rep_response_seconds", lambda row: row["is_waiting"]
    ),
    "a cycle that does not": _evidence(
        "median_rep_response_seconds", lambda row: not row["is_waiting"]
    ),
    "a deal's days": _evidence("median_won_cycle_days", lambda row: row["amount"]),
    "a deal's money": _evidence("largest_won_amount", lambda row: row["amount"]),
    "a deal's money a day": _evidence("velocity_per_day", lambda row: row["amount"]),
    "a deal of nobody knows what": _evidence(
        "velocity_per_day", lambda row: row["amount"] is None
    ),
    "a referral": _evidence("referrals_earned", lambda row: row["amount"] == 1),
    "a part of quality": _evidence("quality_score", lambda row: row["amount"]),
    # adjustments
    "found in two quarters": _found_in(2),
    "found and undone": _taken_back,
    "found, and not any more": _nets_within_a_quarter,
    "found in the future": _found_in_the_future,
    "a winner where none was": _without_a_winner_before,
    "an honour lost": _cell("incentive_adjustments", lambda row: row["payout_change"] == 0),
    # audience
    "without an address": _pending(lambda it, story, to: to is None),
    "unsubscribed": _only_blocked_by("unsubscribed"),
    "cleaned": _only_blocked_by("cleaned"),
    **{
        f"written to, {status}": _written_to(status)
        for status in ("subscribed", "pending", "transactional", "archived")
    },
    "opted out": _pending(
        lambda it, story, to: (
            to is not None
            and to not in it.audience.blocked | it.audience.written_to
            and not it.audience.may_be_written_to(story, to)
        )
    ),
    "mail a fortnight ago": _sent(REST, is_written_to=False),
    "mail more than a fortnight ago": _sent(REST + MILLISECOND, is_written_to=True),
    "mail at as_of": _sent(timedelta(0), is_written_to=False),
    "mail to come": _pending(
        lambda it, story, to: _is_written_to(it, story) and _has_mail_to_come(it, to)
    ),
    "mail of another kind": _pending(
        lambda it, story, to: (
            to in it.audience.written_to
            and all(
                _is_no_reactivation(it, send)
                for send in it.saved.mail.all_sends
                if send.address == to
            )
        )
    ),
    "mail that did not arrive": _pending(
        lambda it, story, to: (
            to in it.audience.written_to
            and not any(send.delivered for send in it.saved.mail.all_sends if send.address == to)
        )
    ),
    "two of one address at one instant": _namesakes(lambda apart: not apart),
    "two of one address": _namesakes(bool),
    "the other one opted out": lambda it: any(
        _is_written_to(it, story) and _later_opted_out(it, story, to)
        for story, to in it.audience.candidates
    ),
    "a contact's address": _pending(
        lambda it, story, to: (
            _is_written_to(it, story)
            and story.prospect.lead is not None
            and trimmed(story.prospect.lead["Email"]) is None
        )
    ),
    "a deal's address": _audience(lambda row: row["prospect_id"].startswith("006")),
    "every band": _at_a_band,
    "below every band": _audience(
        lambda row: row["prospect_id"].startswith("006") and row["amount_band"] is None
    ),
    **{
        f"unknown: {part}": _audience(lambda row, part=part: row[part] is None)  # type: ignore[misc]
        for part in ("lost_from", "lost_reason", "industry", "amount_band")
    },
    "a customer's industry": _audience(
        lambda row: row["prospect_id"].startswith("006") and row["industry"]
    ),
}  # fmt: skip


def _has_mail_to_come(it: Recount, to: str | None) -> bool:
    """Whether a campaign's recipient is written to after as_of."""
    sent_at = it.saved.mail.sent_at
    return any(
        address == to and campaign not in sent_at
        for campaign, address, _ in it.saved.mail.recipients
    )


def _later_opted_out(it: Recount, story: Story, to: str) -> bool:
    """Whether one of the same address was lost later, and opted out."""
    return any(
        other.outcome == "pending"
        and other.episode.lost_at > story.episode.lost_at
        and it.audience.address(other.prospect) == to
        and not it.audience.may_be_written_to(other, to)
        for other in it.saved.stories
    )


@pytest.mark.parametrize("wanted", list(WANTED))
def test_a_company_has(recounts: list[Recount], wanted: str) -> None:
    assert any(WANTED[wanted](recount) for recount in recounts), f"no company has {wanted}"


# ---- what is counted in two ways


def test_figures_are_those_of_the_tables(recounts: list[Recount]) -> None:
    """Of one rep the facts say what the rep × quarter tables say."""
    for it in recounts:
        rows = {
            (row["metric"], row["quarter"], row["rep_id"]): row
            for row in it.marts["marts.sales_scorecard"]
        }
        for metric in SCORECARD:
            for quarter in it.figures.quarters:
                for rep in it.company.reps:
                    figure = it.figures.of(metric, quarter, only(rep))
                    row = rows.get((metric, quarter, rep))
                    assert (figure is None) is (row is None), (metric, quarter, rep)
                    if figure is not None and row is not None:
                        assert isclose(float(figure.value), row["value"], rel_tol=1e-9)


def test_standings_are_the_ranks(recounts: list[Recount]) -> None:
    """Places by the plan are the ranks of the tables."""
    for it in recounts:
        volumes = it.awards.plan.volumes
        ranks = {
            (row["metric"], row["quarter"], row["rep_id"]): row["rank"]
            for row in it.marts["marts.sales_scorecard"]
            if row["rank"] is not None and row["metric"] in volumes
        }
        found = {
            (metric, quarter, rep): place
            for metric, volume in volumes.items()
            for quarter in it.figures.quarters
            for rep, (place, _) in it.awards.standings(metric, quarter, volume).items()
        }
        assert found == {
            key: rank for key, rank in ranks.items() if key[0] in it.awards.plan.volumes
        }


def test_evidence_gives_the_value(recounts: list[Recount]) -> None:
    for it in recounts:
        awards = [award for of_quarter in it.awards.by_quarter.values() for award in of_quarter]
        assert awards
        for award in awards:
            value = value_of(award.metric, award.pieces)
            assert value is not None
            assert isclose(float(value), float(award.value), rel_tol=1e-9)


def test_runs_leave_what_was_closed(recounts: list[Recount]) -> None:
    """One more run as of the same instant changes nothing."""
    for it in recounts:
        again = Awards(it.figures, it.awards.keep(), it.awards.by_quarter)
        assert again.incentive_awards() == it.marts["marts.incentive_awards"]
        assert again.incentive_adjustments() == it.marts["marts.incentive_adjustments"]
