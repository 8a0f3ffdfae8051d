"""What reps do for the CRM's records (section 5, Enrichment and Usage), counted again."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cached_property

from tests.recount.asks import Asks
from tests.recount.quality import Quality, Snapshot
from tests.recount.rules import Change, Row, is_owner_id
from tests.recount.values import (
    Mart,
    instant,
    local_day,
    median,
    number,
    quarter_of_day,
    ranks,
    seconds,
)
from tests.recount.velocity import Visit

OBJECTS = ("Lead", "Contact", "Account", "Opportunity")
# Field of a history that is written with names and with ids → the object's field.
LOOKUPS = {"Account": "AccountId", "Owner": "OwnerId"}
UNTOUCHED = timedelta(days=30)
COUNTS = (
    "fields_enriched", "field_updates", "active_days", "activities_logged", "check_ins",
    "checked_in_accounts", "stale_open_deals",
)  # fmt: skip


@dataclass(frozen=True)
class Update:
    """A change of a field that counts, under the quarter in which it was made."""

    quarter: str
    rep: str
    at: datetime
    is_enrichment: bool


def is_row_of_names(change: Change) -> bool:
    """Whether a lookup's row holds names: another one beside it holds the ids."""
    if change.field == "Owner":
        return not is_owner_id(change.new) and not is_owner_id(change.old)
    if change.field == "Account":
        return not any((value or "").startswith("001") for value in (change.old, change.new))
    return False


class Enrichment:
    """The mart `data_enrichment` of a company, `kept` being the snapshots of runs before."""

    def __init__(self, asks: Asks, quality: Quality, kept: Sequence[Snapshot]) -> None:
        self.accounts = asks.accounts
        self.quality = quality
        self.touches = quality.touches
        self.velocity = quality.velocity
        self.activities = self.touches.activities
        self.check_ins = self.touches.check_ins
        self.company = quality.company
        self.setting = quality.setting
        # A day's last run is its snapshot; days after as_of's are not seen.
        by_day = {snapshot.on: snapshot for snapshot in [*kept, quality.snapshot]}
        self.snapshots = [by_day[on] for on in sorted(by_day) if on <= quality.today]

    # ---- updates

    @cached_property
    def _ruled(self) -> set[tuple[str, str]]:
        return {(rule.object, rule.field) for rule in self.quality.rules}

    @cached_property
    def updates(self) -> list[Update]:
        result = []
        for kind in OBJECTS:
            existing = {str(row["Id"]) for row in self.company.alive(kind)}
            for record, changes in self.touches.histories[kind].items():
                if record in existing:
                    until = [row for row in changes if row.at <= self.setting.as_of]
                    told_once = [row for row in until if not is_row_of_names(row)]
                    result += self._updates_of(kind, told_once)
        return result

    def _updates_of(self, kind: str, changes: list[Change]) -> list[Update]:
        result = []
        for place, change in enumerate(changes):
            rep = change.author
            if rep is None or rep not in self.company.reps or change.field == "created":
                continue
            quarter = self.company.quarter(change.at)
            enriches = self._fills(kind, change) and not any(
                later.field == change.field
                and self.company.quarter(later.at) == quarter
                and not self.quality.is_filled(later.new)
                for later in changes[place + 1 :]
            )
            result.append(Update(quarter, rep, change.at, enriches))
        return result

    def _fills(self, kind: str, change: Change) -> bool:
        """Whether a change fills a blank of a field that has a rule."""
        field = LOOKUPS.get(change.field or "", change.field or "")
        return (
            (kind, field) in self._ruled
            and not self.quality.is_filled(change.old)
            and self.quality.is_filled(change.new)
        )

    # ---- stale deals

    def is_open(self, deal: Row, at: datetime) -> bool:
        created_at = instant(deal["CreatedDate"])
        visits = self.velocity.visits.get(str(deal["Id"]))
        if visits is not None:
            return self._is_open_by(visits, created_at, at)
        if created_at is None or created_at > at:
            return False
        cycle = next(it for it in self.velocity.cycles if it.deal == deal["Id"])
        return not cycle.is_closed or (cycle.closed_at is not None and cycle.closed_at > at)

    def _is_open_by(self, visits: list[Visit], created_at: datetime | None, at: datetime) -> bool:
        entered = [visit for visit in visits if visit.entered_at <= at]
        if not entered:
            return created_at is not None and created_at <= at
        return not self.company.stage(entered[-1].stage).is_closed

    @cached_property
    def stale(self) -> dict[tuple[str, str], int]:
        """Quarter and rep → the open deals that nobody has touched for long as it ends."""
        result: dict[tuple[str, str], int] = defaultdict(int)
        for deal in self.velocity.deals:
            key = str(deal["Id"])
            touches = self.touches.of("Opportunity", deal)
            begun = [visit.entered_at for visit in self.velocity.visits.get(key, [])]
            begun += [at for at in [instant(deal["CreatedDate"])] if at is not None]
            if not begun:
                continue
            # What begins as a quarter is over is there at its end.
            first = self.company.quarter(min(begun) - timedelta(microseconds=1))
            for quarter in self.company.quarters_from(first):
                at = min(self.company.quarter_end(quarter), self.setting.as_of)
                owners = self.company.opportunity_changes.get(key, [])
                rep = self.company.rep(owners, deal["OwnerId"], at)
                recent = [touch for touch in touches if at - UNTOUCHED < touch <= at]
                if rep is not None and not recent and self.is_open(deal, at):
                    result[quarter, rep] += 1
        return result

    # ---- the mart

    @cached_property
    def by_quarter(self) -> dict[str, Snapshot]:
        """Quarter → its last snapshot."""
        result: dict[str, Snapshot] = {}
        for snapshot in self.snapshots:
            result[quarter_of_day(snapshot.on, self.setting.fiscal_year_start_month)] = snapshot
        return result

    def _usage(self, quarter: str, rep: str) -> dict[str, object]:
        zone = self.setting.zone
        updates = [it for it in self.updates if (it.quarter, it.rep) == (quarter, rep)]
        attempts = [
            it
            for it in self.activities.attempts
            if it.rep == rep and self.company.quarter(it.at) == quarter
        ]
        check_ins = [
            it
            for it in self.check_ins.check_ins
            if it.rep == rep and self.company.quarter(it.at) == quarter
        ]
        moments = [it.at for it in updates]
        moments += [it.at for it in attempts] + [it.at for it in check_ins]
        visited = {record for it in check_ins for record in it.records if record in self.accounts}
        lags = [
            it.logged_at - it.at
            for it in attempts
            if it.logged_at is not None and it.logged_at >= it.at
        ]
        return {
            "fields_enriched": len([1 for it in updates if it.is_enrichment]),
            "field_updates": len(updates),
            "active_days": len({local_day(at, zone) for at in moments}),
            "activities_logged": len(attempts),
            "median_logging_lag_hours": number(median(seconds(lag) / 3600 for lag in lags)),
            "check_ins": len(check_ins),
            "checked_in_accounts": len(visited),
            "stale_open_deals": self.stale.get((quarter, rep), 0),
        }

    def _quarters(self) -> list[str]:
        named = {it.quarter for it in self.updates} | set(self.by_quarter)
        named |= {self.company.quarter(it.at) for it in self.activities.attempts}
        named |= {self.company.quarter(it.at) for it in self.check_ins.check_ins}
        named |= {quarter for quarter, _ in self.stale}
        return sorted(named)

    def _scores(self, quarter: str, rep: str) -> dict[str, object]:
        parts = ("records", "completeness", "validity", "freshness", "quality_score")
        if quarter not in self.by_quarter:
            return dict.fromkeys(parts)
        return self.by_quarter[quarter].scores(rep, OBJECTS).cells()

    def data_enrichment(self) -> Mart:
        rows: Mart = []
        for quarter in self._quarters():
            for rep in self.company.reps:
                row = {
                    "quarter": quarter,
                    "rep_id": rep,
                    **self._scores(quarter, rep),
                    **self._usage(quarter, rep),
                }
                if row["records"] or any(row[count] for count in COUNTS):
                    rows.append(row)
        self._rank(rows)
        return rows

    def _rank(self, rows: Mart) -> None:
        volume = self.company.minimum_volume("quality_score", self.setting.minimum_volume)
        in_race: dict[str, dict[str, Fraction]] = defaultdict(dict)
        for row in rows:
            score, rep = row["quality_score"], row["rep_id"]
            if score is not None and row["records"] >= volume and self.company.is_active_rep(rep):
                # What floating point makes of one score is one score.
                in_race[row["quarter"]][rep] = Fraction(round(score, 9))
        places = {quarter: ranks(it, smallest_first=False) for quarter, it in in_race.items()}
        for row in rows:
            row["rank"] = places.get(row["quarter"], {}).get(row["rep_id"])
