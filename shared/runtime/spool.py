"""Keeps what an embedded broker still holds when its process ends.

The embedded broker's messages live in memory. At an orderly end they go back to the outbox, each
addressed to the queue it was in, and the next process publishes them again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from shared.bus.embedded.broker import EmbeddedBroker
from shared.store.engine import Store
from shared.store.outbox import OutboxRow, added


async def spool(broker: EmbeddedBroker, store: Store, *, now: datetime) -> int:
    """Move every message of every queue to the outbox and return how many there were."""
    rows = list(_left(broker, now))
    await store.commit([added(row) for row in rows])
    for queue in broker.queues.values():
        queue.ready.clear()
    return len(rows)


def _left(broker: EmbeddedBroker, now: datetime) -> Iterator[OutboxRow]:
    for name, queue in broker.queues.items():
        if queue.is_stream:  # a journal is for reading along, not for keeping
            continue
        for parcel in queue.ready:
            message = parcel.message
            yield OutboxRow(
                message_id=message.message_id,
                exchange="",
                routing_key=name,
                body=message.body,
                available_at=now,
                created_at=now,
                content_type=message.content_type,
                type=message.type,
                correlation_id=message.correlation_id,
                headers=message.headers,
            )
