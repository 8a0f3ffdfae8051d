"""What an object shows of itself: which of the wanted fields there are, and how changes are found.

Asked in each run: fields come and go with the organisation's settings and the user's permissions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ingestion.http import Refused
from ingestion.sources.salesforce.api_tables import CURSORS, UNREADABLE_TYPES
from ingestion.sources.salesforce.org import Org, first_problem


@dataclass(frozen=True)
class Shape:
    """A described object: the wanted fields that it shows, with their types, and the others.

    `cursor` is the field by which changes are found; without one the object is read whole.
    """

    name: str
    fields: dict[str, str]
    hidden: tuple[str, ...]
    cursor: str | None


@dataclass(frozen=True)
class Unseen:
    """An object that this user is not shown, and why in Salesforce's words."""

    name: str
    state: Literal["missing", "refused"]
    detail: str


def describe(org: Org, name: str, wanted: Sequence[str]) -> Shape | Unseen:
    """Ask for an object; `wanted` are the fields that are read where they are shown."""
    try:
        described = org.get_json(f"{org.data}/sobjects/{name}/describe")
    except Refused as refused:
        problem = first_problem(refused)
        if refused.status == 404:
            return Unseen(name, "missing", str(problem))
        if problem.code.startswith("INSUFFICIENT_ACCESS") or problem.code == "INVALID_TYPE":
            return Unseen(name, "refused", str(problem))
        raise
    if not described.get("queryable", True):
        return Unseen(name, "refused", "the object cannot be queried")
    shown = {field["name"].casefold(): field for field in described["fields"]}
    fields, hidden = {}, []
    for field in dict.fromkeys(wanted):
        found = shown.get(field.casefold())
        if found is None or found["type"].casefold() in UNREADABLE_TYPES:
            hidden.append(field)
        else:
            fields[found["name"]] = found["type"]
    cursor = next(
        (
            field
            for field in CURSORS
            if shown.get(field.casefold(), {}).get("filterable") is True
            and shown[field.casefold()]["type"] == "datetime"
        ),
        None,
    )
    return Shape(name, fields, tuple(hidden), cursor)
