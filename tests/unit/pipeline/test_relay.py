from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from shared.bus.limits import BODY_LIMIT
from shared.bus.port import Outgoing, Published
from shared.clock import SteppedClock
from shared.pipeline.relay import Relay, RelayPolicy
from shared.store import outbox
from shared.store.engine import Store
from shared.store.outbox import OutboxRow, added
from tests.harness.fake_link import FakeLink, confirm
from tests.harness.plant import NOW

POLICY = RelayPolicy(window=10, pause=0.001)


def a_row(name: str, *, body: bytes = b"{}") -> OutboxRow:
    return OutboxRow(name, "payments", "received.acme", body, NOW, NOW)


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(NOW)


@pytest.fixture
def fake_link() -> FakeLink:
    return FakeLink()


@pytest.fixture
async def relay(
    sqlite_store: Store, fake_link: FakeLink, clock: SteppedClock
) -> AsyncIterator[Relay]:
    relay = Relay(sqlite_store, fake_link, clock, POLICY)
    yield relay
    await relay.stop()


async def keep(store: Store, *rows: OutboxRow) -> None:
    await store.commit([added(row) for row in rows])


async def left(store: Store) -> tuple[int, int]:
    counts = await outbox.counts(store, now=NOW)
    return counts.due, counts.later


async def test_a_confirmed_row_is_published_once_and_gone(
    relay: Relay, sqlite_store: Store, fake_link: FakeLink
) -> None:
    await keep(sqlite_store, *(a_row(str(number)) for number in range(25)))

    assert await relay.flush() == 25
    assert await relay.flush() == 0
    assert sorted(fake_link.published, key=int) == [str(number) for number in range(25)]
    assert await left(sqlite_store) == (0, 0)


async def test_fresh_rows_are_published_without_a_sweep(
    relay: Relay, sqlite_store: Store, fake_link: FakeLink
) -> None:
    row = a_row("fresh")
    await keep(sqlite_store, row)
    await relay.start()

    await relay.offer([row])
    await relay.flush()

    assert "fresh" in fake_link.published
    assert await left(sqlite_store) == (0, 0)


async def test_offering_nothing_changes_nothing(relay: Relay) -> None:
    await relay.offer([])

    assert relay.in_flight == 0


@pytest.mark.parametrize("outcome", [Published.NACKED, Published.UNKNOWN])
async def test_what_was_not_confirmed_is_published_again_with_the_same_id(
    outcome: Published, relay: Relay, sqlite_store: Store, fake_link: FakeLink
) -> None:
    await keep(sqlite_store, a_row("m-1"))
    fake_link.answer = lambda _: outcome

    await relay.flush()
    fake_link.answer = confirm
    relay._clock = SteppedClock(NOW + POLICY.nacked)
    await relay.flush()

    assert fake_link.published == ["m-1", "m-1"]
    assert await left(sqlite_store) == (0, 0)


async def test_what_no_queue_takes_is_kept_for_later(
    relay: Relay, sqlite_store: Store, fake_link: FakeLink
) -> None:
    def answer(message: Outgoing) -> Published:
        return Published.RETURNED if message.message_id == "odd" else Published.CONFIRMED

    fake_link.answer = answer
    await keep(sqlite_store, a_row("odd"), a_row("good"))

    await relay.flush()

    counts = await outbox.counts(sqlite_store, now=NOW)
    assert (counts.later, counts.next_due) == (1, NOW + POLICY.returned)


async def test_what_is_too_large_to_publish_holds_up_no_neighbour(
    relay: Relay, sqlite_store: Store, fake_link: FakeLink
) -> None:
    await keep(sqlite_store, a_row("huge", body=b"x" * (BODY_LIMIT + 1)), a_row("good"))

    await relay.flush()

    assert fake_link.published == ["good"]
    assert await left(sqlite_store) == (0, 1)


async def test_nothing_is_leased_while_the_link_is_away(
    relay: Relay, sqlite_store: Store, fake_link: FakeLink
) -> None:
    await keep(sqlite_store, a_row("m-1"))
    fake_link.is_ready = False

    assert await relay.flush() == 0
    fake_link.is_ready = True
    assert await relay.flush() == 1


async def test_the_sweep_finds_what_becomes_due(
    relay: Relay, sqlite_store: Store, fake_link: FakeLink, clock: SteppedClock
) -> None:
    later = OutboxRow("m-1", "payments", "k", b"{}", NOW + timedelta(hours=1), NOW)
    await keep(sqlite_store, later)
    published = asyncio.Event()
    fake_link.answer = lambda _: published.set() or Published.CONFIRMED  # type: ignore[func-returns-value]  # both
    await relay.start()

    clock.advance(timedelta(hours=1))
    relay.nudge()
    await asyncio.wait_for(published.wait(), 10)

    assert fake_link.published == ["m-1"]


async def test_rows_are_left_to_their_lease_when_the_database_is_lost(
    sqlite_store: Store, fake_link: FakeLink, clock: SteppedClock
) -> None:
    row = a_row("m-1")
    await keep(sqlite_store, row)
    relay = Relay(sqlite_store, fake_link, clock, POLICY)
    async with sqlite_store.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE outbox RENAME TO away")
    relay_task = asyncio.create_task(relay.offer([row]))
    await relay_task

    publishing = asyncio.create_task(relay._publish_fresh())
    relay._stopped = True
    await publishing

    assert fake_link.published == ["m-1"]
    assert relay.in_flight == 0


async def test_a_sweep_that_breaks_is_reported(
    sqlite_store: Store, fake_link: FakeLink, clock: SteppedClock
) -> None:
    def break_down(_: Outgoing) -> Published:
        raise RuntimeError("a mistake of ours")

    fake_link.answer = break_down
    await keep(sqlite_store, a_row("m-1"))
    relay = Relay(sqlite_store, fake_link, clock, POLICY)
    await relay.start()

    with pytest.raises(RuntimeError, match="ours"):
        await asyncio.wait_for(relay.crashed(), 10)
    with pytest.raises(RuntimeError, match="ours"):
        relay.check()
    for task in relay._tasks:
        task.cancel()
