"""How fast the pipeline is: consume, inbox, one domain row, ack, on real nodes.

The bare loop does the same work by hand, in the order of the pipeline, with nothing around it:
it is what the machine gives.
"""

from __future__ import annotations

import asyncio
import json
import resource
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from time import perf_counter
from uuid import UUID

import psycopg
from sqlalchemy import BigInteger, Column, MetaData, String, Table, insert

from shared.bus.connect import open_link
from shared.bus.declare import declare
from shared.bus.port import Link, Outgoing, Subscription
from shared.clock import SystemClock
from shared.messages.catalog import PAYMENT_RECEIVED, encode, event
from shared.messages.ids import InvoiceId
from shared.messages.payments import Payment, PaymentOrigin, ReceivedBy
from shared.pipeline.consume import Means
from shared.pipeline.outcomes import Done, Incoming, Outcome
from shared.pipeline.relay import Relay
from shared.pipeline.runner import ConsumerRunner
from shared.pipeline.service import Consumer
from shared.store.engine import Store, open_store
from shared.store.migrate import create_all
from shared.store.tables import UtcInstant
from shared.store.write import Write
from tests.bench.figures import Figure

MESSAGES = 40_000
QUEUE = "payment-reconciler"
LEAST = 8_000.0
SHARE_OF_BARE = 0.6
PUBLISHED_TOGETHER = 2_000

_metadata = MetaData()
_ROWS = Table(
    "bench_rows",
    _metadata,
    Column("payment_reference", String(64), primary_key=True),
    Column("claim_reference", String(64), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("seen_at", UtcInstant, nullable=False),
)
_ADD = insert(_ROWS)


async def run(amqp_url: str, postgres_url: str) -> list[Figure]:
    """Measure on an empty broker and an empty database."""
    store = open_store(postgres_url)
    await create_all(store)
    async with store.begin() as connection:
        await connection.run_sync(_metadata.create_all)
    await declare(amqp_url)
    link = await open_link(amqp_url, name="bench")
    try:
        bare = await _best(lambda: _bare(link, store, postgres_url))
        ours = await _best(lambda: _pipeline(link, store))
    finally:
        await link.close()
        await store.close()
    return [
        Figure("bare loop: consume, inbox, row, ack", bare.rate, "msg/s"),
        Figure("bare loop: processor time", bare.cpu, "µs/msg"),
        Figure("pipeline: consume, inbox, row, ack", ours.rate, "msg/s", LEAST),
        Figure("pipeline: processor time", ours.cpu, "µs/msg"),
        Figure("pipeline: share of the bare loop", ours.rate / bare.rate, "", SHARE_OF_BARE),
    ]


class _Timing:
    def __init__(self, seconds: float, cpu_seconds: float) -> None:
        self.rate = MESSAGES / seconds
        self.cpu = cpu_seconds / MESSAGES * 1e6


async def _best(measure: Callable[[], Awaitable[_Timing]]) -> _Timing:
    timings = [await measure() for _ in range(2)]
    return max(timings, key=lambda timing: timing.rate)


async def _pipeline(link: Link, store: Store) -> _Timing:
    await _prepare(link, store)
    clock = SystemClock()
    relay = Relay(store, link, clock)
    await relay.start()
    done = asyncio.Event()
    handled = 0

    async def handle(batch: Sequence[Incoming]) -> Sequence[Outcome]:
        nonlocal handled
        handled += len(batch)
        if handled == MESSAGES:
            done.set()
        return [Done(writes=(_row(one),)) for one in batch]

    consumer = Consumer(QUEUE, handle, batch=200, prefetch=800, concurrency=2)
    means = Means(store, relay, clock, Random(1))  # noqa: S311  # jitter
    runner = ConsumerRunner(consumer, link, means, service="bench")
    stop = _start()
    await runner.start()
    await done.wait()
    await runner.drain(30)  # ends when the last batch is acked
    timing = stop()
    await relay.stop()
    return timing


async def _bare(link: Link, store: Store, postgres_url: str) -> _Timing:
    await _prepare(link, store)
    subscription = await link.subscribe(QUEUE, prefetch=800)
    async with await psycopg.AsyncConnection.connect(postgres_url) as connection:
        stop = _start()
        left = MESSAGES
        while left:
            left -= await _bare_batch(subscription, connection)
        timing = stop()
    await subscription.close()
    return timing


async def _bare_batch(
    subscription: Subscription, connection: psycopg.AsyncConnection[tuple[object, ...]]
) -> int:
    deliveries = await subscription.batch(size=200, linger=0.005)
    events = [json.loads(delivery.body) for delivery in deliveries]
    now = datetime.now(UTC)
    async with connection.pipeline(), connection.cursor() as cursor:
        await cursor.execute(
            "INSERT INTO inbox SELECT %s, unnest(%s::uuid[]), %s ON CONFLICT DO NOTHING",
            (QUEUE, [UUID(one["id"]) for one in events], now),
        )
        await cursor.execute(
            "INSERT INTO bench_rows"
            " SELECT unnest(%s::text[]), unnest(%s::text[]), unnest(%s::bigint[]), %s",
            (
                [one["data"]["payment_reference"] for one in events],
                [one["data"]["claim_reference"] for one in events],
                [int(Decimal(one["data"]["amount"]) * 100) for one in events],
                now,
            ),
        )
        await connection.commit()
    await subscription.ack(deliveries)
    return len(deliveries)


def _row(incoming: Incoming) -> Write:
    payment: Payment = incoming.message.data
    return Write(
        _ADD,
        {
            "payment_reference": payment.payment_reference,
            "claim_reference": payment.claim_reference,
            "amount": int(payment.amount * 100),
            "seen_at": payment.observed_at,
        },
    )


async def _prepare(link: Link, store: Store) -> None:
    async with store.begin() as connection:
        await connection.exec_driver_sql("TRUNCATE inbox, bench_rows")
    messages = [_message(number) for number in range(MESSAGES)]
    for start in range(0, MESSAGES, PUBLISHED_TOGETHER):
        await link.publish(messages[start : start + PUBLISHED_TOGETHER])


def _message(number: int) -> Outgoing:
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    body = Payment(
        client_id="acme",
        claim_reference=f"tt:1:inv:{number}",
        invoice_id=InvoiceId(number),
        payment_reference=f"tt:1:posting:{number}",
        amount=Decimal("100.00"),
        currency="NOK",
        payment_date=now.date(),
        received_by=ReceivedBy.CREDITOR,
        origin=PaymentOrigin.TRIPLETEX,
        observed_at=now,
    )
    made = event(
        PAYMENT_RECEIVED, body, subject=body.payment_reference, system="tripletex", time=now
    )
    return Outgoing("payments", "received.acme", encode(made), str(made.id), type=made.type)


def _start() -> Callable[[], _Timing]:
    wall, cpu = perf_counter(), _cpu_seconds()
    return lambda: _Timing(perf_counter() - wall, _cpu_seconds() - cpu)


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
