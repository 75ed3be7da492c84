"""A small plant for pipeline tests: one broker, one database, consumers on demand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from shared.bus.connect import open_link
from shared.bus.declare import declare
from shared.bus.embedded.broker import EmbeddedBroker
from shared.bus.port import Delivery, Link, Outgoing, Published
from shared.clock import SteppedClock
from shared.messages.catalog import PAYMENT_RECEIVED, AnyEvent, encode, event
from shared.messages.ids import InvoiceId
from shared.messages.payments import Payment, PaymentOrigin, ReceivedBy
from shared.pipeline.consume import Means
from shared.pipeline.idle import Idleness
from shared.pipeline.outcomes import Handler
from shared.pipeline.relay import Relay, RelayPolicy
from shared.pipeline.runner import ConsumerRunner
from shared.pipeline.service import Consumer
from shared.store.engine import Store, open_store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
QUEUE = "payment-reconciler"
DEAD = f"{QUEUE}.dlq"
PATIENCE_SECONDS = 20


def payment(number: int, *, seen: datetime = NOW) -> AnyEvent:
    """Return the message that a payment was received; its id follows from the number."""
    body = Payment(
        client_id="acme",
        claim_reference=f"tt:1:inv:{number}",
        invoice_id=InvoiceId(number),
        payment_reference=f"tt:1:posting:{number}",
        amount=Decimal("100.00"),
        currency="NOK",
        payment_date=seen.date(),
        received_by=ReceivedBy.CREDITOR,
        origin=PaymentOrigin.TRIPLETEX,
        observed_at=seen,
    )
    return event(
        PAYMENT_RECEIVED, body, subject=body.payment_reference, system="tripletex", time=seen
    )


@dataclass
class Plant:
    """A broker, a database, a relay that is running, and whatever the test starts."""

    store: Store
    link: Link
    clock: SteppedClock
    relay: Relay
    runners: list[ConsumerRunner] = field(default_factory=list)

    @property
    def means(self) -> Means:
        return Means(self.store, self.relay, self.clock, Random(1))  # noqa: S311  # jitter

    async def consume(self, handler: Handler, *, batch: int = 100, queue: str = QUEUE) -> None:
        consumer = Consumer(queue, handler, batch=batch, prefetch=2 * batch)
        runner = ConsumerRunner(consumer, self.link, self.means, service="test")
        await runner.start()
        self.runners.append(runner)

    async def send(self, *messages: AnyEvent) -> None:
        outgoing = [
            Outgoing("payments", "received.acme", encode(one), str(one.id), type=one.type)
            for one in messages
        ]
        assert set(await self.link.publish(outgoing)) == {Published.CONFIRMED}

    async def send_bytes(self, body: bytes) -> None:
        assert await self.link.publish([Outgoing("payments", "received.acme", body, "odd")]) == [
            Published.CONFIRMED
        ]

    async def idle(self, horizon: timedelta = timedelta(0)) -> None:
        idleness = Idleness(
            self.runners, self.relay, self.link, store=self.store, clock=self.clock
        )
        async with asyncio.timeout(PATIENCE_SECONDS):
            await idleness.wait(horizon)

    async def drain(self, seconds: float = 5) -> None:
        for runner in self.runners:
            await runner.drain(seconds)
        self.runners.clear()

    async def restart_relay(self) -> None:
        """Run another relay, as another process would after a crash of the first."""
        self.relay = Relay(self.store, self.link, self.clock, RelayPolicy(pause=0.02))
        await self.relay.start()

    async def ready(self, queue: str) -> int:
        return (await self.link.state(queue)).ready

    async def take(self, queue: str, number: int) -> Sequence[Delivery]:
        """Take deliveries off a queue, as the keeper of dead letters does."""
        subscription = await self.link.subscribe(queue, prefetch=number)
        taken: list[Delivery] = []
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(taken) < number:
                taken += await subscription.batch(size=number, linger=0.01)
        await subscription.ack(taken)
        await subscription.close()
        return taken


async def build_plant(store: Store, link: Link) -> Plant:
    """Start a relay on a store and a link."""
    clock = SteppedClock(NOW)
    relay = Relay(store, link, clock, RelayPolicy(pause=0.02))
    await relay.start()
    return Plant(store, link, clock, relay)


@pytest.fixture(
    params=["embedded and sqlite", pytest.param("real", marks=pytest.mark.real)],
)
async def plant(request: pytest.FixtureRequest) -> AsyncIterator[Plant]:
    """Build a plant in process, and one of RabbitMQ and PostgreSQL."""
    real = request.param == "real"
    store = open_store(request.getfixturevalue("postgres_url" if real else "sqlite_url"))
    if real:
        url: str = request.getfixturevalue("rabbitmq_vhost")
        await declare(url)
        opened = await open_link(url, name="test")
    else:
        broker = EmbeddedBroker()
        await declare(broker)
        opened = await open_link("embedded://", name="test", broker=broker)
    plant = await build_plant(store, opened)
    yield plant
    await plant.drain()
    await plant.relay.stop()
    await opened.close()
    await store.close()
