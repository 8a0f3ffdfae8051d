"""Salesforce ids: 15 characters become the 18 of the same record.

Where such ids stand is said in the tables; what is no id is left alone here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_SHORT = r"^[a-zA-Z0-9]{15}$"
_LONG = r"^[a-zA-Z0-9]{18}$"
_ALPHABET = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", np.uint8)
_BITS = np.array([1, 2, 4, 8, 16], np.uint8)

# What a history row of this field holds in OldValue and NewValue, and how such an id begins.
_USER = ("005", "00G")
LOOKUPS: dict[str, tuple[str, ...]] = {
    "owner": _USER,
    "ownerid": _USER,
    "ownerassignment": _USER,
    "owneraccepted": _USER,
    "account": ("001",),
    "accountid": ("001",),
    "contact": ("003",),
    "contactid": ("003",),
    "campaign": ("701",),
    "campaignid": ("701",),
    "convertedaccountid": ("001",),
    "convertedcontactid": ("003",),
    "convertedopportunityid": ("006",),
}


def suffixes(ids: np.ndarray) -> np.ndarray:
    """The three characters that follow from the first 15: bytes (n, 15 or more) -> bytes (n, 3)."""
    capital = (ids[:, :15] >= ord("A")) & (ids[:, :15] <= ord("Z"))
    return _ALPHABET[(capital.reshape(-1, 3, 5) * _BITS).sum(axis=2)]


class CrmIds:
    """Gives ids their 18 characters.

    `known` yields the ids of the export's own records; it is asked once, when the first id of 15
    characters is met. Only ids whose last three are not the computed ones are remembered.
    """

    def __init__(self, known: Callable[[], Iterable[pa.Array]]) -> None:
        self._known = known
        self._unusual: dict[str, str] | None = None

    def complete(self, text: pa.Array) -> pa.Array:
        """The same array with 18 characters in place of 15; other values as they are."""
        short = self._short_ones(text)
        if short is None:
            return text
        return self._replace(text, short)

    def complete_lookups(self, text: pa.Array, fields: pa.Array) -> pa.Array:
        """Likewise for history values, where `fields` names a lookup and the value is its id."""
        short = self._short_ones(text)
        if short is None:
            return text
        names = pc.utf8_lower(pc.utf8_trim_whitespace(fields))
        prefixes = pc.utf8_slice_codeunits(text, 0, 3)
        is_lookup = pa.array(np.zeros(len(text), bool))
        for prefix in sorted({prefix for group in LOOKUPS.values() for prefix in group}):
            of_prefix = [name for name, group in LOOKUPS.items() if prefix in group]
            of_field = pc.is_in(names, pa.array(of_prefix))
            is_lookup = pc.or_(is_lookup, pc.and_(of_field, pc.equal(prefixes, prefix)))
        return self._replace(text, pc.and_(short, is_lookup))

    @staticmethod
    def _short_ones(text: pa.Array) -> pa.Array | None:
        if not pc.any(pc.equal(pc.binary_length(text), 15)).as_py():
            return None
        return pc.fill_null(pc.match_substring_regex(text, _SHORT), False)

    def _replace(self, text: pa.Array, short: pa.Array) -> pa.Array:
        short = pc.fill_null(short, False)
        found = pc.unique(pc.filter(text, short))
        if len(found) == 0:
            return text
        values = np.array(found.to_pylist(), "S15").view(np.uint8).reshape(-1, 15)
        computed = np.concatenate([values, suffixes(values)], axis=1).copy().view("S18").ravel()
        full = [value.decode() for value in computed.tolist()]
        unusual = self._register()
        if unusual:
            full = [unusual.get(value[:15], value) for value in full]
        completed = pc.take(pa.array(full, pa.string()), pc.index_in(text, found))
        return pc.if_else(short, completed, text)

    def _register(self) -> dict[str, str]:
        if self._unusual is None:
            self._unusual = {}
            for ids in self._known():
                self._remember(ids)
        return self._unusual

    def _remember(self, ids: pa.Array) -> None:
        trimmed = pc.utf8_trim_whitespace(ids)
        full = pc.filter(trimmed, pc.fill_null(pc.match_substring_regex(trimmed, _LONG), False))
        if len(full) == 0:
            return
        values = np.array(full.to_pylist(), "S18").view(np.uint8).reshape(-1, 18)
        unusual = (values[:, 15:] != suffixes(values)).any(axis=1)
        assert self._unusual is not None
        for value in pc.filter(full, pa.array(unusual)).to_pylist():
            self._unusual.setdefault(value[:15], value)
