"""What the platforms' records have in common on their way into the canonical tables.

What a platform calls things is said in its own module. A word that has no counterpart stays as it
is: the typing does not know it, and puts its row into the quarantine under the platform's own word.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from ingestion.sources.referrals.tables import TABLES

REFERRERS, REFERRALS, REWARDS = TABLES

# The canonical names of a row, each with its text.
Row = dict[str, str | None]

# ISO 4217: currencies whose smallest unit is not a hundredth.
_PLACES = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}


def translated(word: Any, words: Mapping[str, str]) -> str | None:
    """The canonical word, compared trimmed and in any case; an unknown one as it is."""
    said = text(word)
    return None if said is None else words.get(said.strip().casefold(), said)


def text(value: Any) -> str | None:
    """A value as the text of a cell; blank is none."""
    if value is None or isinstance(value, dict | list):
        return None
    return str(value) or None


def name_of(*parts: Any) -> str | None:
    """A name from its parts, those that are blank left out."""
    said = [part.strip() for part in map(text, parts) if part and part.strip()]
    return " ".join(said) or None


def within(record: Any, *path: str) -> Any:
    """What stands at a path of nested objects; None where the path breaks off."""
    for name in path:
        record = record.get(name) if isinstance(record, dict) else None
    return record


def whole_units(smallest_units: Any, currency: Any) -> str | None:
    """`3000` of USD is 30.00; what is no number stays as it is."""
    said = text(smallest_units)
    if said is None:
        return None
    try:
        amount = Decimal(said)
    except InvalidOperation:
        return said
    places = _PLACES.get((text(currency) or "").strip().upper(), 2)
    return format(amount.scaleb(-places), "f")
