"""How fast the bus is: confirmed publishing and consuming, on a real node and in process.

Messages are 1 KB, persistent and mandatory, to a quorum queue; each has a key and id of its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from time import perf_counter

from shared.bus.connect import open_link
from shared.bus.declare import declare
from shared.bus.embedded.broker import EmbeddedBroker
from shared.bus.port import Link, Outgoing, Published
from tests.bench.figures import Figure

MESSAGES = 60_000
TOGETHER = 2_000
PREFETCH = 300
BATCH = 100
QUEUE = "ecpay-forwarder"
LEAST_PUBLISHED = 15_000.0
LEAST_CONSUMED = 16_000.0
LEAST_EMBEDDED = 50_000.0


async def run(broker_url: str, _database_url: str = "") -> Sequence[Figure]:
    """Measure and return the lines of the table."""
    await declare(broker_url)
    link = await open_link(broker_url, name="bench")
    try:
        published, consumed = await _publish(link), await _consume(link)
    finally:
        await link.close()
    return [
        Figure("confirmed publish, RabbitMQ", published, "msg/s", LEAST_PUBLISHED),
        Figure("consume and ack, RabbitMQ", consumed, "msg/s", LEAST_CONSUMED),
        Figure("publish, consume and ack, embedded", await _embedded(), "msg/s", LEAST_EMBEDDED),
    ]


async def _embedded() -> float:
    broker = EmbeddedBroker()
    await declare(broker)
    link = await open_link("embedded://", name="bench", broker=broker)
    began = perf_counter()
    await _publish(link)
    await _consume(link)
    return MESSAGES / (perf_counter() - began)


async def _publish(link: Link) -> float:
    messages = [_message(number) for number in range(MESSAGES)]
    began = perf_counter()
    for start in range(0, MESSAGES, TOGETHER):
        outcomes = await link.publish(messages[start : start + TOGETHER])
        if set(outcomes) != {Published.CONFIRMED}:
            raise RuntimeError(f"not everything was confirmed: {set(outcomes)}")
    return MESSAGES / (perf_counter() - began)


async def _consume(link: Link) -> float:
    subscription = await link.subscribe(QUEUE, prefetch=PREFETCH)
    began = perf_counter()
    taken = 0
    while taken < MESSAGES:
        batch = await subscription.batch(size=BATCH, linger=0.005)
        taken += len(batch)
        await subscription.ack(batch)
    seconds = perf_counter() - began
    await subscription.close()
    return MESSAGES / seconds


def _message(number: int) -> Outgoing:
    return Outgoing(
        exchange="invoices",
        routing_key=f"overdue.client-{number % 50}",
        body=b"x" * 1024,
        message_id=str(uuid.UUID(int=number)),
        type="no.restanse.invoice.overdue.v1",
    )
