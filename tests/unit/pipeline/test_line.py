"""One batch on the line, without a broker."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from random import Random
from typing import NoReturn

import pytest
from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.bus.port import Delivery, Outgoing, Published, Subscription
from shared.clock import SteppedClock
from shared.faults import Bug, Invalid, Outage
from shared.messages.catalog import encode
from shared.pipeline.consume import BatchLine, Means
from shared.pipeline.outcomes import Dead, Handler, Incoming, Outcome
from shared.pipeline.relay import Relay
from shared.pipeline.runner import ConsumerRunner
from shared.pipeline.service import Consumer, Service
from shared.store.engine import Store
from tests.harness.deliveries import a_delivery
from tests.harness.fake_link import FakeLink, confirm
from tests.harness.plant import NOW, QUEUE, payment


class Answered:
    """A subscription that only remembers what was answered."""

    waiting = 0

    def __init__(self) -> None:
        self.acked: list[Delivery] = []

    async def batch(self, *, size: int, linger: float) -> Sequence[Delivery]:
        raise AssertionError(f"nobody takes {size} within {linger} here")

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        self.acked += deliveries

    async def requeue(self, deliveries: Sequence[Delivery]) -> None:
        raise AssertionError(f"{len(deliveries)} given back")

    hand_back = dead_letter = requeue

    async def stop(self) -> None:
        return

    close = stop


class Delivering(Answered):
    """A subscription with one delivery, which takes it back when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.left = [a_delivery(body=encode(payment(1)))]
        self.handed_back: list[Delivery] = []
        self.stopped = asyncio.Event()

    async def batch(self, *, size: int, linger: float) -> Sequence[Delivery]:
        del size, linger
        if not self.left:
            await self.stopped.wait()
            return []
        return [self.left.pop()]

    async def hand_back(self, deliveries: Sequence[Delivery]) -> None:
        self.handed_back += deliveries

    async def stop(self) -> None:
        self.stopped.set()


class AwayStore(Store):
    """A database that does not answer, and tells that it was asked."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine)
        self.was_asked = asyncio.Event()

    async def rows(
        self, statement: Executable, parameters: Mapping[str, object] | None = None
    ) -> NoReturn:
        del statement, parameters
        self.was_asked.set()
        raise Outage("away", dependency="database")


class DeliveringLink(FakeLink):
    """A link with one subscription."""

    def __init__(self) -> None:
        super().__init__()
        self.subscription = Delivering()

    async def subscribe(self, queue: str, *, prefetch: int) -> Subscription:
        del queue, prefetch
        return self.subscription


def nack(message: Outgoing) -> Published:
    del message
    return Published.NACKED


def a_line(store: Store, link: FakeLink, handler: Handler) -> BatchLine:
    clock = SteppedClock(NOW)
    means = Means(store, Relay(store, link, clock), clock, Random(1))  # noqa: S311  # jitter
    return BatchLine(QUEUE, handler, means, service="test", stopping=asyncio.Event())


async def give_up(batch: Sequence[Incoming]) -> Sequence[Outcome]:
    return [Dead(Invalid("no such claim"))] * len(batch)


async def never(batch: Sequence[Incoming]) -> Sequence[Outcome]:
    raise AssertionError(f"{len(batch)} messages handled")


async def lose_the_history(store: Store) -> None:
    async with store.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE attempts")


async def test_a_batch_that_cannot_be_read_is_buried_without_its_handler(
    sqlite_store: Store,
) -> None:
    answered, unreadable = Answered(), [a_delivery(tag=1), a_delivery(tag=2)]

    await a_line(sqlite_store, FakeLink(), never).run(unreadable, answered)

    assert answered.acked == unreadable


async def test_what_neither_database_nor_broker_keeps_is_not_acked(sqlite_store: Store) -> None:
    await lose_the_history(sqlite_store)
    answered, one = Answered(), a_delivery(body=encode(payment(1)))

    with pytest.raises(Bug):
        await a_line(sqlite_store, FakeLink(nack), give_up).run([one], answered)

    assert answered.acked == []


async def test_what_the_broker_keeps_instead_of_the_database_is_acked(
    sqlite_store: Store,
) -> None:
    await lose_the_history(sqlite_store)
    link, answered = FakeLink(confirm), Answered()
    one = a_delivery(body=encode(payment(1)))

    await a_line(sqlite_store, link, give_up).run([one], answered)

    assert answered.acked == [one]
    assert link.published == ["m-1"]


async def test_a_consumer_that_never_started_drains_at_once(sqlite_store: Store) -> None:
    link, clock = FakeLink(), SteppedClock(NOW)
    means = Means(sqlite_store, Relay(sqlite_store, link, clock), clock, Random(1))  # noqa: S311  # jitter
    runner = ConsumerRunner(Consumer(QUEUE, never), link, means, service="test")

    await runner.drain(0)

    assert (runner.in_flight, runner.answered) == (0, 0)


async def test_a_service_without_rounds_has_nothing_to_look_at() -> None:
    service = Service(name="test", consumers=())

    await service.round()
    await service.close()

    assert service.tickers == ()


async def test_a_batch_that_waits_for_the_database_is_handed_back_at_the_end(
    sqlite_store: Store,
) -> None:
    away, link, clock = AwayStore(sqlite_store.engine), DeliveringLink(), SteppedClock(NOW)
    means = Means(away, Relay(away, link, clock), clock, Random(1))  # noqa: S311  # jitter
    runner = ConsumerRunner(Consumer("held-back", never), link, means, service="test")
    await runner.start()
    await away.was_asked.wait()

    await runner.drain(5)

    assert len(link.subscription.handed_back) == 1
    assert link.subscription.acked == []
