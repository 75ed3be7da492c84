"""The database goes away under a consumer, and comes back."""

from __future__ import annotations

import asyncio

import pytest

from shared.pipeline.outcomes import Done, Incoming
from shared.pipeline.single import one_by_one
from shared.store.tasks import list_tasks, open_task
from tests.harness.plant import DEAD, NOW, QUEUE, Plant, payment
from tests.harness.postgres_node import PostgresNode

pytestmark = [
    pytest.mark.real,
    pytest.mark.parametrize("plant", ["real"], indirect=True),
]


async def test_a_batch_is_held_until_the_database_is_back(
    plant: Plant, postgres: PostgresNode
) -> None:
    handled = asyncio.Event()

    async def handle(incoming: Incoming) -> Done:
        if not handled.is_set():
            postgres.kill9()
        handled.set()
        return Done(writes=(open_task("a", "k", incoming.message.subject, "t", "w", now=NOW),))

    await plant.send(*(payment(number) for number in range(50)))
    await plant.consume(one_by_one(handle))
    await handled.wait()
    await asyncio.to_thread(postgres.start)
    await plant.idle()

    assert len(await list_tasks(plant.store)) == 50
    assert await plant.ready(DEAD) == 0


async def test_a_batch_is_handed_back_when_the_process_stops_meanwhile(
    plant: Plant, postgres: PostgresNode
) -> None:
    handled = asyncio.Event()

    async def handle(_: Incoming) -> Done:
        postgres.kill9()
        handled.set()
        return Done()

    await plant.send(payment(1))
    await plant.consume(one_by_one(handle))
    await handled.wait()
    await plant.drain()
    await asyncio.to_thread(postgres.start)

    assert await plant.ready(QUEUE) == 1
