"""When a human last did something about a record (section 5, `freshness`), counted again."""

from collections import defaultdict
from datetime import datetime
from functools import cached_property

from tests.recount.check_ins import CheckIns
from tests.recount.rules import Change, Row
from tests.recount.values import instant, truth


class Touches:
    """The human touches of a company's records, until as_of."""

    def __init__(self, check_ins: CheckIns) -> None:
        self.check_ins = check_ins
        self.activities = check_ins.activities
        self.company = check_ins.company

    @cached_property
    def histories(self) -> dict[str, dict[str, list[Change]]]:
        """Object → the field history of its records."""
        return {
            "Lead": self.company.lead_changes,
            "Contact": self.company.contact_changes,
            "Account": self.company.account_changes,
            "Opportunity": self.company.opportunity_changes,
        }

    @cached_property
    def _stage_rows(self) -> dict[str, list[datetime]]:
        result = defaultdict(list)
        for row in self.company.read("OpportunityHistory"):
            at = instant(row["CreatedDate"])
            by_rep = row["CreatedById"] in self.company.reps
            if at is not None and by_rep and not truth(row["IsDeleted"]):
                result[str(row["OpportunityId"])].append(at)
        return result

    def of(self, kind: str, record: Row) -> list[datetime]:
        """All touches of a record, its creation among them, in order."""
        key = str(record["Id"])
        found = [
            change.at
            for change in self.histories[kind].get(key, [])
            if change.author in self.company.reps
        ]
        found += [it.at for it in self.activities.attempts if key in it.targets]
        places = {key}
        if kind == "Opportunity":
            found += self._stage_rows.get(key, [])
            if record["AccountId"] is not None:
                places.add(record["AccountId"])
        found += self.check_ins.at(places)
        created_at = instant(record["CreatedDate"])
        if created_at is not None:
            found.append(created_at)
        return sorted(at for at in found if at <= self.company.setting.as_of)
