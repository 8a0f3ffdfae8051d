"""A CRM record with its owner and field history. Which fields change, and why, is the stories'."""

from __future__ import annotations

from ingestion.sample_company.clock import START, instant, reached
from ingestion.sample_company.company import Owner, Rep
from ingestion.sample_company.files import flag
from ingestion.sample_company.world import World

HISTORY = {
    "Lead": ("LeadHistory", "LeadId"),
    "Account": ("AccountHistory", "AccountId"),
    "Contact": ("ContactHistory", "ContactId"),
    "Opportunity": ("OpportunityFieldHistory", "OpportunityId"),
}
PLACEHOLDERS = ("n/a", "-", "unknown", "xxx", "N/A", "неизвестно")


class Record:
    """One record of a kind named in HISTORY: present values, and the rows of its past."""

    def __init__(
        self,
        world: World,
        kind: str,
        created_at: int,
        owner: Owner,
        created_by: Owner,
        **values: str,
    ) -> None:
        self.world = world
        self.kind = kind
        self.id = world.ids.new(kind)
        self.created_at = created_at
        self.created_by = created_by
        self.owner = owner
        self.modified_at = created_at
        self.values = values
        self.is_deleted = False
        self.is_flagged = False  # for reactivation
        self._past: list[tuple[int, str, str, str, str]] = [
            (created_at, "created", "", "", created_by.id)
        ]

    def change(self, at: float, field: str, new: str, by: Owner) -> int:
        """Give a field a new value, if it is one; returns the instant. Raises NotYet."""
        now = reached(at)
        old = self.values.get(field, "")
        if new != old:
            self.note(now, field, old, new, by)
            self.values[field] = new
        return now

    def note(self, at: int, field: str, old: str, new: str, by: Owner) -> None:
        """Add a row to the past."""
        self._past.append((at, field, old, new, by.id))
        self.modified_at = max(self.modified_at, at)

    def change_owner(self, at: float, new: Owner, by: Owner) -> int:
        """Hand the record over; written twice, with names and with ids. Raises NotYet."""
        now = reached(at)
        if new is not self.owner:
            self.note(now, "Owner", self.owner.name, new.name, by)
            self.note(now, "Owner", self.owner.id, new.id, by)
            self.owner = new
        return now

    def actor(self, at: int) -> Rep:
        """The rep who acts for the record at this instant; what a leaver left is handed over."""
        owner = self.owner
        if not isinstance(owner, Rep):
            raise TypeError(f"{self.id} is in the queue {owner.name}: nobody acts for it.")
        if at >= owner.left_at:
            heir = self.world.company.next_rep(self.world.rng, owner.left_at)
            self.change_owner(owner.left_at, heir, self.world.company.manager_of(owner))
            return heir
        return owner

    def fill(self, at: float, field: str, value: str, by: Owner) -> None:
        """Fill a gap; a field that holds something stays. Raises NotYet."""
        now = reached(at)
        if self.values.get(field, "") in ("", *PLACEHOLDERS):
            self.change(now, field, value, by)

    def write_history(self) -> None:
        """Write the past in the order in which it happened."""
        table, id_field = HISTORY[self.kind]
        new_id = self.world.ids.new
        for at, field, old, new, by_id in sorted(self._past, key=lambda row: row[0]):
            self.world.files.write(
                table,
                **{id_field: self.id},
                Id=new_id("FieldHistory"),
                Field=field,
                OldValue=old,
                NewValue=new,
                CreatedById=by_id,
                CreatedDate=instant(at),
                IsDeleted=flag(False),
            )


def entered(world: World, care: float, value: str, wrong: tuple[str, ...] = ()) -> str:
    """What somebody types for `value` with that care: it, nothing, a placeholder, nonsense."""
    luck = world.rng.random() / (1.02 - care)
    if luck < 0.35:
        return ""
    if luck < 0.45:
        return world.rng.choice(PLACEHOLDERS)
    if luck < 0.55 and wrong:
        return world.rng.choice(wrong)
    return value


def not_before_start(at: float) -> int:
    """The instant, or the company's first one if that is later."""
    return max(int(at), START)
