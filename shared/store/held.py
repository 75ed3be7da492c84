"""What an embedded broker holds, kept so that the end of its process loses nothing.

Owner: the runtime. A row is written before a publish is confirmed and removed when the message
was acknowledged; what is left when a process starts is published again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import (
    Column,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
)

from shared.store.engine import Store
from shared.store.tables import BigId, metadata

HELD = Table(
    "held_messages",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("exchange", String(100), nullable=False),
    Column("routing_key", String(255), nullable=False),
    Column("message_id", String(255), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("content_type", String(100), nullable=False),
    Column("type", String(255), nullable=False),
    Column("correlation_id", String(255)),
    Column("headers", Text, nullable=False),
    Index("ix_held_messages_message_id", "message_id"),
)


@dataclass(frozen=True, slots=True)
class Address:
    """Which copy of a message: the same message may wait in several places."""

    exchange: str
    routing_key: str
    message_id: str


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """One message on a queue of the embedded broker."""

    address: Address
    body: bytes
    content_type: str = ""
    type: str = ""
    correlation_id: str | None = None
    headers: Mapping[str, str | int] = field(default_factory=dict)


_HOLD = insert(HELD)
_FIRST = (
    select(func.min(HELD.c.id))
    .where(
        HELD.c.message_id == bindparam("wanted_id"),
        HELD.c.exchange == bindparam("wanted_exchange"),
        HELD.c.routing_key == bindparam("wanted_key"),
    )
    .scalar_subquery()
)
_LET_GO = delete(HELD).where(HELD.c.id == _FIRST)
_ALL = select(HELD).order_by(HELD.c.id)


async def hold(store: Store, messages: Sequence[HeldMessage]) -> None:
    """Keep messages until they are let go."""
    if not messages:
        return
    async with store.begin() as connection:
        await connection.execute(_HOLD, [_values(message) for message in messages])


async def let_go(store: Store, addresses: Iterable[Address]) -> None:
    """Forget one copy for each address, the oldest of its kind."""
    wanted = [
        {
            "wanted_id": address.message_id,
            "wanted_exchange": address.exchange,
            "wanted_key": address.routing_key,
        }
        for address in addresses
    ]
    if not wanted:
        return
    async with store.begin() as connection:
        for one in wanted:  # one by one: two copies of one message must not find the same row
            await connection.execute(_LET_GO, one)


async def held(store: Store) -> Sequence[HeldMessage]:
    """Return everything that is kept, oldest first."""
    return [
        HeldMessage(
            address=Address(row.exchange, row.routing_key, row.message_id),
            body=row.body,
            content_type=row.content_type,
            type=row.type,
            correlation_id=row.correlation_id,
            headers=json.loads(row.headers),
        )
        for row in await store.rows(_ALL)
    ]


def _values(message: HeldMessage) -> dict[str, object]:
    return {
        "exchange": message.address.exchange,
        "routing_key": message.address.routing_key,
        "message_id": message.address.message_id,
        "body": message.body,
        "content_type": message.content_type,
        "type": message.type,
        "correlation_id": message.correlation_id,
        "headers": json.dumps(dict(message.headers)),
    }
