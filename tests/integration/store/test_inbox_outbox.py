"""Inbox, outbox and attempts on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from shared.messages.catalog import POLL_FEED, decode, event
from shared.messages.polls import FeedRequest
from shared.store import attempts, inbox, outbox
from shared.store.attempts import Attempt, attempted, attempts_of
from shared.store.engine import Store
from shared.store.outbox import OutboxRow, added

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEASE = timedelta(seconds=30)


def a_row(key: str, *, due: timedelta = timedelta(0)) -> OutboxRow:
    return OutboxRow(key, "payments", "received.acme", b"{}", NOW + due, NOW)


async def claimed(store: Store, *ids: UUID) -> frozenset[UUID]:
    async with store.begin() as connection:
        return await inbox.claim(connection, "booking-writer", ids, now=NOW)


async def test_an_id_is_claimed_once_per_queue(store: Store) -> None:
    one, two = uuid4(), uuid4()

    first = await claimed(store, one)
    second = await claimed(store, one, two)

    assert first == {one}
    assert second == {two}
    assert await inbox.handled(store, "booking-writer", [one, two, uuid4()]) == {one, two}
    assert await inbox.handled(store, "ecpay-forwarder", [one, two]) == frozenset()


async def test_of_two_that_claim_at_once_one_wins(store: Store) -> None:
    ids = [uuid4() for _ in range(50)]

    won = await asyncio.gather(*(claimed(store, *ids) for _ in range(4)))

    assert sorted(len(some) for some in won) == [0, 0, 0, 50]


async def test_the_inbox_forgets_what_is_older(store: Store) -> None:
    one = uuid4()
    await claimed(store, one)

    assert await inbox.forget(store, before=NOW, most=10) == 0
    assert await inbox.forget(store, before=NOW + LEASE, most=10) == 1
    assert await inbox.handled(store, "booking-writer", [one]) == frozenset()


async def test_a_queued_message_is_kept_whole(store: Store) -> None:
    body = FeedRequest(client_id="acme", requested_at=NOW)
    message = event(POLL_FEED, body, subject="acme", system="restanse", time=NOW)

    await outbox.enqueue(store, [message], now=NOW)

    (row,) = await outbox.take_due(store, now=NOW, lease=LEASE, limit=10)
    assert decode(row.body) == message
    assert (row.exchange, row.routing_key) == ("polls", "payment-reconciler")
    assert (row.message_id, row.available_at) == (str(message.id), NOW)


async def test_a_leased_row_is_free_again_when_the_lease_runs_out(store: Store) -> None:
    await store.commit([added(a_row("one"))])

    first = await outbox.take_due(store, now=NOW, lease=LEASE, limit=10)
    meanwhile = await outbox.take_due(store, now=NOW, lease=LEASE, limit=10)
    after = await outbox.take_due(store, now=NOW + LEASE, lease=LEASE, limit=10)

    assert [len(first), len(meanwhile), len(after)] == [1, 0, 1]


async def test_a_row_is_not_taken_before_it_is_due(store: Store) -> None:
    hour = timedelta(hours=1)
    await store.commit([added(a_row("later", due=hour)), added(a_row("now"))])

    due = await outbox.take_due(store, now=NOW, lease=LEASE, limit=10)

    assert [row.message_id for row in due] == ["now"]
    counted = await outbox.counts(store, now=NOW)
    assert (counted.due, counted.later, counted.next_due) == (1, 1, NOW + hour)


async def test_rows_are_taken_first_due_first(store: Store) -> None:
    rows = [a_row(str(number), due=timedelta(seconds=-number)) for number in range(5)]
    await store.commit([added(row) for row in rows])

    due = await outbox.take_due(store, now=NOW, lease=LEASE, limit=3)

    assert [row.message_id for row in due] == ["4", "3", "2"]


async def test_sweeps_at_once_never_take_one_row_twice(store: Store) -> None:
    await store.commit([added(a_row(str(number))) for number in range(60)])

    taken = await asyncio.gather(
        *(outbox.take_due(store, now=NOW, lease=LEASE, limit=20) for _ in range(4))
    )

    ids = [row.id for some in taken for row in some]
    assert len(ids) == len(set(ids)) >= 20


async def test_a_confirmed_row_is_gone_and_a_postponed_one_is_later(store: Store) -> None:
    await store.commit([added(a_row("one")), added(a_row("two"))])
    one, two = await outbox.take_due(store, now=NOW, lease=LEASE, limit=10)

    await outbox.remove(store, [one.id])
    await outbox.postpone(store, [two.id], until=NOW + LEASE)

    assert (await outbox.counts(store, now=NOW)).later == 1
    (again,) = await outbox.take_due(store, now=NOW + LEASE, lease=LEASE, limit=10)
    assert again.id == two.id


async def test_attempts_are_the_history_of_a_message(store: Store) -> None:
    tried = Attempt("m-1", "booking-writer", 1, NOW, "Bug", "KeyError", "", "x", "t" * 10_000)

    await store.commit([attempted(tried)])

    (kept,) = await attempts_of(store, "m-1")
    assert (kept.fault, kept.at, len(kept.trace)) == ("Bug", NOW, attempts.TRACE_LIMIT)
    assert await attempts.forget(store, before=NOW + LEASE, most=10) == 1
