"""EmailMessage's WhoId, which the object does not have: the lead or contact it is related to.

Of an incoming message that is who sent it, of any other the first to whom it went.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.changes import Page
from ingestion.rows import TextRows
from ingestion.sources.salesforce.api_tables import (
    DELETED,
    EMAIL_MESSAGE,
    INCOMING,
    RELATION_FIELDS,
    WHO_ID,
)
from ingestion.sources.salesforce.query import ObjectQuery
from ingestion.sources.salesforce.soql import Window, one_of

_RECIPIENT, _SENDER = "ToAddress", "FromAddress"
_OF_LEADS_AND_CONTACTS = (
    one_of("RelationType", (_RECIPIENT, _SENDER)),
    one_of("RelationObjectType", ("Lead", "Contact")),
)
_MESSAGE_ID = "EmailMessageId"
# So many ids fit into the address of a request.
_IDS_PER_REQUEST = 200


def can_be_related(relations: ObjectQuery) -> bool:
    """Whether this user is shown enough of the relations."""
    return set(RELATION_FIELDS) - {DELETED} <= relations.shape.fields.keys()


def pages_with_who(messages: ObjectQuery, relations: ObjectQuery, window: Window) -> Iterator[Page]:
    """The messages of a window, and those older ones whose relations changed in it."""
    if window == Window():
        who = _Who(_relations(relations.pages(window, _OF_LEADS_AND_CONTACTS)))
        for page in messages.pages(window):
            yield who.of(page)
        return

    changed = _relations(relations.pages(window, _OF_LEADS_AND_CONTACTS))
    of_changed_messages = window.conditions(f"{EMAIL_MESSAGE}.{messages.shape.cursor}")
    who = _Who(
        _relations(relations.pages(Window(), [*of_changed_messages, *_OF_LEADS_AND_CONTACTS]))
    )
    read = pa.chunked_array([], pa.string())
    for page in messages.pages(window):
        read = pa.chunked_array([*read.chunks, *_column(page.rows, "Id").chunks], pa.string())
        yield who.of(page)

    touched = pc.unique(changed[_MESSAGE_ID])
    left = touched.filter(pc.invert(pc.is_in(touched, value_set=read.combine_chunks())))
    for start in range(0, len(left), _IDS_PER_REQUEST):
        ids = left[start : start + _IDS_PER_REQUEST].to_pylist()
        who = _Who(_relations(relations.pages_of_ids(ids, _MESSAGE_ID, _OF_LEADS_AND_CONTACTS)))
        for page in messages.pages_of_ids(ids):
            yield who.of(page)


class _Who:
    """Whom each message is about, once as a sender and once as a recipient."""

    def __init__(self, relations: pa.Table) -> None:
        order = [(name, "ascending") for name in (_MESSAGE_ID, DELETED, "Id")]
        self._by_type = {}
        for kind in (_RECIPIENT, _SENDER):
            of_kind = relations.filter(pc.equal(relations["RelationType"], kind)).sort_by(order)
            self._by_type[kind] = (
                _as_bytes(of_kind[_MESSAGE_ID]),
                of_kind["RelationId"].combine_chunks(),
                _is_true(of_kind[DELETED]),
            )

    def of(self, page: Page) -> Page:
        """The page with the column WhoId."""
        rows = page.rows
        ids = _as_bytes(_column(rows, "Id"))
        is_deleted = _is_true(_column(rows, DELETED)) if DELETED in rows.header else True
        incoming = pa.array(_is_true(_column(rows, INCOMING)))
        senders, recipients = (self._find(ids, is_deleted, k) for k in (_SENDER, _RECIPIENT))
        who = pa.chunked_array([pc.if_else(incoming, senders, recipients)])
        with_who = TextRows(
            [*rows.header, WHO_ID], [*rows.columns, who], rows.numbers, rows.records, rows.rejected
        )
        return Page(with_who, page.expected)

    def _find(self, ids: np.ndarray, is_deleted: np.ndarray | bool, kind: str) -> pa.Array:
        """The first relation of each message; found in the order, for there may be millions.

        A relation that was removed says nothing any more, unless its message was removed with it.
        """
        messages, whom, removed = self._by_type[kind]
        if len(messages) == 0:
            return pa.nulls(len(ids), pa.string())
        places = np.minimum(np.searchsorted(messages, ids), len(messages) - 1)
        says_nothing = (messages[places] != ids) | (removed[places] & np.logical_not(is_deleted))
        return whom.take(pa.array(places, mask=says_nothing))


def _is_true(column: pa.ChunkedArray) -> np.ndarray:
    return pc.fill_null(pc.equal(pc.utf8_lower(column), "true"), False).to_numpy()


def _as_bytes(ids: pa.ChunkedArray) -> np.ndarray:
    """Ids of 18 characters as fixed bytes, a chunk at a time."""
    parts = [np.array(chunk.to_pylist(), "S18") for chunk in ids.chunks]
    return np.concatenate(parts) if parts else np.zeros(0, "S18")


def _relations(pages: Iterator[Page]) -> pa.Table:
    wanted = ("Id", _MESSAGE_ID, "RelationId", "RelationType", DELETED)
    schema = pa.schema([(name, pa.string()) for name in wanted])
    parts = []
    for page in pages:
        found = dict(zip(page.rows.header, page.rows.columns, strict=True))
        missing = pa.chunked_array([pa.nulls(page.rows.records, pa.string())])
        parts.append(pa.table([found.get(name, missing) for name in wanted], schema=schema))
    return pa.concat_tables(parts) if parts else schema.empty_table()


def _column(rows: TextRows, name: str) -> pa.ChunkedArray:
    return rows.columns[rows.header.index(name)]
