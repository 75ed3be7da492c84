"""What an embedded broker holds is there again after its process has gone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.bus.connect import open_link
from shared.bus.declare import declare
from shared.bus.embedded.broker import EmbeddedBroker
from shared.bus.port import Outgoing, Published
from shared.bus.topology import BOOKING_WRITER, dlq
from shared.runtime.keeping import KeepingLink
from shared.store.engine import Store, open_store
from shared.store.held import HELD, held

MESSAGE_ID = "0b8f2f6e-0000-4000-8000-000000000001"


def letter(queue: str = BOOKING_WRITER, exchange: str = "") -> Outgoing:
    return Outgoing(
        exchange=exchange,
        routing_key=queue,
        body=b"the bytes",
        message_id=MESSAGE_ID,
        headers={"restanse-attempt": 3},
    )


async def started(store: Store) -> KeepingLink:
    broker = EmbeddedBroker()
    await declare(broker)
    return KeepingLink(await open_link("embedded://", name="test", broker=broker), store)


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    store = open_store(sqlite_url)
    yield store
    await store.close()


async def test_a_killed_process_loses_nothing(store: Store) -> None:
    killed = await started(store)
    await killed.publish([letter(), letter(dlq(BOOKING_WRITER))])

    again = await started(store)
    restored = await again.restore()

    assert restored == 2
    assert (await again.state(BOOKING_WRITER)).ready == 1
    assert (await again.state(dlq(BOOKING_WRITER))).ready == 1


async def test_a_message_comes_back_as_it_was(store: Store) -> None:
    killed = await started(store)
    await killed.publish([letter()])

    again = await started(store)
    await again.restore()
    subscription = await again.subscribe(BOOKING_WRITER, prefetch=1)
    (delivery,) = await subscription.batch(size=1, linger=0)

    assert (delivery.body, delivery.message_id) == (b"the bytes", MESSAGE_ID)
    assert delivery.headers["restanse-attempt"] == 3


async def test_what_was_acknowledged_does_not_come_back(store: Store) -> None:
    link = await started(store)
    await link.publish([letter()])
    subscription = await link.subscribe(BOOKING_WRITER, prefetch=1)

    await subscription.ack(await subscription.batch(size=1, linger=0))

    assert await held(store) == []


async def test_an_ack_lets_one_copy_go_and_not_the_other(store: Store) -> None:
    link = await started(store)
    await link.publish([letter(), letter()])
    subscription = await link.subscribe(BOOKING_WRITER, prefetch=1)

    await subscription.ack(await subscription.batch(size=1, linger=0))

    assert len(await held(store)) == 1


async def test_what_is_handed_back_is_still_kept(store: Store) -> None:
    link = await started(store)
    await link.publish([letter()])
    subscription = await link.subscribe(BOOKING_WRITER, prefetch=1)

    await subscription.hand_back(await subscription.batch(size=1, linger=0))

    assert len(await held(store)) == 1


async def test_what_was_not_confirmed_is_not_kept(store: Store) -> None:
    link = await started(store)

    outcomes = await link.publish([letter("no such queue")])

    assert outcomes == [Published.RETURNED]
    assert await held(store) == []


async def test_the_journal_is_not_kept(store: Store) -> None:
    link = await started(store)

    await link.publish([letter("booked.acme", exchange="settlements")])

    assert await held(store) == []


async def test_an_ack_survives_a_database_that_does_not_let_go(store: Store) -> None:
    link = await started(store)
    await link.publish([letter()])
    subscription = await link.subscribe(BOOKING_WRITER, prefetch=1)
    async with store.begin() as connection:
        await connection.exec_driver_sql(f"DROP TABLE {HELD.name}")

    await subscription.ack(await subscription.batch(size=1, linger=0))

    assert (await link.state(BOOKING_WRITER)).ready == 0
    assert await link.publish([letter()]) == [Published.NACKED]
