"""The outbox: messages that are committed and not yet confirmed by the broker.

Owner: the pipeline. A row is written in the transaction of what caused it and deleted when the
broker has confirmed it, so a message is published at least once whatever crashes. A delayed
retry is a row that is due later, addressed to the one queue that failed.

A row that somebody is publishing is leased: until ``leased_until`` nobody else takes it. When
its holder dies, the lease runs out and the next sweep takes the row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Uuid,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from shared.messages.catalog import AnyEvent, encode, kind_of
from shared.messages.envelope import CONTENT_TYPE
from shared.store.engine import Store
from shared.store.tables import Document, UtcInstant, metadata
from shared.store.write import Write

OUTBOX = Table(
    "outbox",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("message_id", String(255), nullable=False),
    Column("exchange", String(100), nullable=False),
    Column("routing_key", String(255), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("content_type", String(100), nullable=False),
    Column("type", String(255), nullable=False),
    Column("correlation_id", String(255)),
    Column("headers", Document, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("first_seen", UtcInstant),
    Column("available_at", UtcInstant, nullable=False),
    Column("leased_until", UtcInstant),
    Column("created_at", UtcInstant, nullable=False),
    Index("ix_outbox_available_at", "available_at"),
    Index("ix_outbox_message_id", "message_id"),
)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One message to publish.

    Attributes:
        exchange: Empty for a retry, whose ``routing_key`` is then the queue that failed.
        attempt: Number of the try it will be for its consumer; 1 for a new message.
        first_seen: When its first try began, None for a new message.
        available_at: Not published before.
        leased_until: Somebody is publishing it; nobody else takes it before.
    """

    message_id: str
    exchange: str
    routing_key: str
    body: bytes
    available_at: datetime
    created_at: datetime
    content_type: str = CONTENT_TYPE
    type: str = ""
    correlation_id: str | None = None
    headers: Mapping[str, str | int] = field(default_factory=dict)
    attempt: int = 1
    first_seen: datetime | None = None
    leased_until: datetime | None = None
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    """How much waits.

    Attributes:
        due: Rows that may be published now, those being published included.
        later: Rows that are due later, mostly retries.
        next_due: When the first of those is due.
    """

    due: int
    later: int
    next_due: datetime | None


_ADD = insert(OUTBOX)
_COLUMNS = tuple(column.name for column in OUTBOX.c)
_NOW = bindparam("now", type_=UtcInstant)
_LEASE = bindparam("lease", type_=UtcInstant)
_FREE = and_(
    OUTBOX.c.available_at <= _NOW,
    or_(OUTBOX.c.leased_until.is_(None), OUTBOX.c.leased_until <= _NOW),
)
_DUE = (
    select(OUTBOX.c.id)
    .where(_FREE)
    .order_by(OUTBOX.c.available_at)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)  # SQLite has one writer and leaves the clause out
)
_TAKE = (
    update(OUTBOX)
    .where(OUTBOX.c.id.in_(_DUE.scalar_subquery()))
    .values(leased_until=_LEASE)
    .returning(*OUTBOX.c)
)
_ANY_FREE = select(OUTBOX.c.id).where(_FREE).limit(1)
_LISTED = OUTBOX.c.id.in_(bindparam("ids", expanding=True))
_REMOVE = delete(OUTBOX).where(_LISTED)
_POSTPONE = (
    update(OUTBOX)
    .where(_LISTED)
    .values(available_at=bindparam("until", type_=UtcInstant), leased_until=None)
)
_COUNTS = select(
    func.coalesce(func.sum(case((OUTBOX.c.available_at <= _NOW, 1), else_=0)), 0),
    func.coalesce(func.sum(case((OUTBOX.c.available_at > _NOW, 1), else_=0)), 0),
    func.min(case((OUTBOX.c.available_at > _NOW, OUTBOX.c.available_at)), type_=UtcInstant),
)


def staged(message: AnyEvent, *, now: datetime) -> OutboxRow:
    """Return the row that publishes a message where its type belongs."""
    kind = kind_of(message)
    return OutboxRow(
        message_id=str(message.id),
        exchange=kind.exchange,
        routing_key=kind.routing_key(message.data.client_id),
        body=encode(message),
        type=kind.name,
        correlation_id=str(message.correlationid or message.id),
        available_at=now,
        created_at=now,
    )


def added(row: OutboxRow) -> Write:
    """Return the write that keeps a row."""
    values = {name: getattr(row, name) for name in _COLUMNS}
    return Write(_ADD, {**values, "headers": dict(row.headers)})


async def enqueue(store: Store, messages: Iterable[AnyEvent], *, now: datetime) -> None:
    """Queue messages outside a handler; the next sweep publishes them.

    Raises:
        Outage: The database does not answer.
    """
    await store.commit([added(staged(message, now=now)) for message in messages])


async def take_due(
    store: Store, *, now: datetime, lease: timedelta, limit: int
) -> Sequence[OutboxRow]:
    """Lease rows that are due and free, first due first; others skip them meanwhile.

    Raises:
        Outage: The database does not answer.
    """
    if not await store.rows(_ANY_FREE, {"now": now}):
        return ()  # an idle sweep takes no lock
    parameters = {"now": now, "lease": now + lease, "most": limit}
    async with store.begin() as connection:
        taken = (await connection.execute(_TAKE, parameters)).all()
    return sorted((_row(row) for row in taken), key=lambda row: row.available_at)


async def remove(store: Store, ids: Sequence[UUID]) -> None:
    """Delete rows that the broker has confirmed."""
    async with store.begin() as connection:
        await connection.execute(_REMOVE, {"ids": list(ids)})


async def postpone(store: Store, ids: Sequence[UUID], *, until: datetime) -> None:
    """Give rows back that could not be published; they are due again later."""
    async with store.begin() as connection:
        await connection.execute(_POSTPONE, {"ids": list(ids), "until": until})


async def counts(store: Store, *, now: datetime) -> OutboxCounts:
    """Return how much waits."""
    (row,) = await store.rows(_COUNTS, {"now": now})
    return OutboxCounts(due=int(row[0]), later=int(row[1]), next_due=row[2])


def _row(row: Row[Any]) -> OutboxRow:
    return OutboxRow(**row._mapping)  # noqa: SLF001  # the public name of a row's mapping
