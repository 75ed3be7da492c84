from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.clock import SteppedClock
from shared.pipeline.retention import KEPT, Retention, forgetting
from shared.store import inbox
from shared.store.attempts import Attempt, attempted, attempts_of
from shared.store.engine import Store

NOW = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)
QUEUE = "booking-writer"


async def handle(store: Store, *ids: UUID) -> None:
    async with store.begin() as connection:
        await inbox.claim(connection, QUEUE, ids, now=NOW)


async def fail(store: Store, message_id: str) -> None:
    failed = Attempt(message_id, QUEUE, 1, NOW, "Bug", "Bug", "", "it broke")
    await store.commit([attempted(failed)])


async def test_what_may_still_be_replayed_is_remembered(sqlite_store: Store) -> None:
    handled = uuid4()
    await handle(sqlite_store, handled)
    await fail(sqlite_store, "m-1")
    clock = SteppedClock(NOW + KEPT.dead_letters)

    await forgetting(sqlite_store, clock).tick()

    assert await inbox.handled(sqlite_store, QUEUE, [handled]) == {handled}
    assert len(await attempts_of(sqlite_store, "m-1")) == 1


async def test_what_is_too_old_is_forgotten(sqlite_store: Store) -> None:
    handled = uuid4()
    await handle(sqlite_store, handled)
    await fail(sqlite_store, "m-1")
    clock = SteppedClock(NOW + KEPT.inbox + timedelta(seconds=1))

    more_at_once = await forgetting(sqlite_store, clock).tick()

    assert not more_at_once
    assert await inbox.handled(sqlite_store, QUEUE, [handled]) == frozenset()
    assert await attempts_of(sqlite_store, "m-1") == []


async def test_many_rows_are_forgotten_in_several_transactions(sqlite_store: Store) -> None:
    await handle(sqlite_store, *(uuid4() for _ in range(5)))
    clock = SteppedClock(NOW + timedelta(days=365))
    tick = forgetting(sqlite_store, clock, Retention(rows=2)).tick

    more = [await tick() for _ in range(3)]

    assert more == [True, True, False]
    assert await inbox.forget(sqlite_store, before=clock.now(), most=1) == 0


@pytest.mark.parametrize(
    "forgetful",
    [
        {"inbox": timedelta(days=89)},
        {"attempts": timedelta(days=89)},
        {"dead_letters": timedelta(days=1), "inbox": timedelta(days=6)},
    ],
)
def test_an_inbox_that_forgets_before_the_last_replay_is_refused(
    forgetful: dict[str, Any],
) -> None:
    with pytest.raises(ValueError, match="must remember"):
        Retention(**forgetful)
