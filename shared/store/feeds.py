"""How far the ECPay feeds were read, and the state of each case as its events tell it.

Owner: payment-reconciler. A cursor is written in the same commit as the messages that came out
of its pages; a page that is read twice gives the same messages. The mirror is for display: it
says stage, status and next step, never money.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Row,
    String,
    Table,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from shared.store.engine import Store
from shared.store.insert import upsert
from shared.store.tables import UtcInstant, metadata
from shared.store.write import Write


class Feed(StrEnum):
    """A feed of ECPay."""

    EVENTS = "events"
    SETTLEMENTS = "settlements"


FEED_CURSORS = Table(
    "feed_cursors",
    metadata,
    Column("client_id", String(40), primary_key=True),
    Column("feed", String(20), primary_key=True),
    Column("cursor", String(1000), nullable=False),
    Column("read_at", UtcInstant, nullable=False),
)

CASE_MIRROR = Table(
    "case_mirror",
    metadata,
    Column("client_id", String(40), primary_key=True),
    Column("claim_reference", String(64), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("case_number", String(64)),
    Column("claim_id", String(64)),
    Column("stage", String(60)),
    Column("status", String(60)),
    Column("close_code", String(60)),
    Column("deadline", Date),
    Column("occurred_at", UtcInstant, nullable=False),
)

_CURSOR = select(FEED_CURSORS.c.cursor).where(
    FEED_CURSORS.c.client_id == bindparam("wanted_client"),
    FEED_CURSORS.c.feed == bindparam("wanted_feed"),
)
_MOVE = upsert(FEED_CURSORS)
_INSERT_CASE = insert(CASE_MIRROR)
_MIRROR = _INSERT_CASE.on_conflict_do_update(
    index_elements=["client_id", "claim_reference"],
    set_={
        column.name: func.coalesce(_INSERT_CASE.excluded[column.name], column)
        for column in CASE_MIRROR.c
        if column.name not in {"client_id", "claim_reference"}
    },
    where=_INSERT_CASE.excluded.sequence > CASE_MIRROR.c.sequence,
)


@dataclass(frozen=True, slots=True)
class CaseNews:
    """What an event tells about a case; None means that it says nothing about that."""

    client_id: str
    claim_reference: str
    sequence: int
    occurred_at: datetime
    case_number: str | None = None
    claim_id: str | None = None
    stage: str | None = None
    status: str | None = None
    close_code: str | None = None
    deadline: date | None = None


async def cursor(store: Store, client_id: str, feed: Feed) -> str | None:
    """Return the position a feed was read to, None before the first time."""
    rows = await store.rows(_CURSOR, {"wanted_client": client_id, "wanted_feed": feed.value})
    return str(rows[0].cursor) if rows else None


def move_cursor(client_id: str, feed: Feed, position: str, *, now: datetime) -> Write:
    """Return the write that remembers a position."""
    return Write(
        _MOVE,
        {"client_id": client_id, "feed": feed.value, "cursor": position, "read_at": now},
    )


def mirror(news: CaseNews) -> Write:
    """Return the write that mirrors an event, unless a later one was mirrored before."""
    return Write(_MIRROR, asdict(news))


async def cases(
    store: Store, client_id: str, references: Sequence[str] = ()
) -> Mapping[str, CaseNews]:
    """Return the mirrored cases of a client by claim reference; all of them unless named."""
    statement = select(CASE_MIRROR).where(CASE_MIRROR.c.client_id == client_id)
    if references:
        statement = statement.where(CASE_MIRROR.c.claim_reference.in_(references))
    found = [_case(row) for row in await store.rows(statement)]
    return {case.claim_reference: case for case in found}


def _case(row: Row[Any]) -> CaseNews:
    return CaseNews(**row._mapping)  # noqa: SLF001  # the public name of a row's mapping
