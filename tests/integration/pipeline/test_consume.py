"""Deliveries from queue to commit to ack, in process and on real nodes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from shared.faults import Bug
from shared.messages.catalog import PAYMENT_DIRECT, decode, event
from shared.pipeline.outcomes import Done, Incoming, Outcome
from shared.pipeline.single import one_by_one
from shared.store import outbox
from shared.store.tasks import list_tasks, open_task
from shared.store.write import Write
from tests.harness.plant import DEAD, NOW, QUEUE, Plant, payment


def a_task(one: Incoming) -> Write:
    return open_task("acme", "seen", one.message.subject, "t", "w", now=NOW)


class Recorder:
    """A handler that remembers what it was given and opens a task for each."""

    def __init__(self) -> None:
        self.seen: list[Incoming] = []

    async def __call__(self, batch: Sequence[Incoming]) -> Sequence[Outcome]:
        self.seen += batch
        return [Done(writes=(a_task(one),)) for one in batch]


async def test_every_message_is_handled_and_committed_once(plant: Plant) -> None:
    recorder = Recorder()
    await plant.send(*(payment(number) for number in range(250)))

    await plant.consume(recorder)
    await plant.idle()

    assert len(recorder.seen) == 250
    assert len(await list_tasks(plant.store, limit=1000)) == 250


async def test_a_message_that_comes_twice_is_handled_once(plant: Plant) -> None:
    recorder = Recorder()
    await plant.consume(recorder)

    await plant.send(payment(1), payment(1))
    await plant.idle()
    await plant.send(payment(1))
    await plant.idle()

    assert len(recorder.seen) == 1


async def test_two_consumers_of_a_queue_share_its_messages(plant: Plant) -> None:
    first, second = Recorder(), Recorder()
    await plant.send(*(payment(number % 150) for number in range(300)))

    await plant.consume(first, batch=10)
    await plant.consume(second, batch=10)
    await plant.idle()

    assert len(await list_tasks(plant.store, limit=1000)) == 150
    assert first.seen
    assert second.seen


async def test_of_two_that_handle_one_message_at_once_one_leaves_its_writes(plant: Plant) -> None:
    both_here = asyncio.Barrier(2)

    async def handle(incoming: Incoming) -> Done:
        await both_here.wait()
        body = incoming.message.data
        return Done((event(PAYMENT_DIRECT, body, subject="s", system="restanse", time=NOW),))

    await plant.consume(one_by_one(handle), batch=1)
    await plant.consume(one_by_one(handle), batch=1)
    await plant.send(payment(1), payment(1))
    await plant.idle()

    assert await plant.ready("ecpay-forwarder") == 1


async def test_what_follows_is_published_with_its_cause(plant: Plant) -> None:
    async def handle(incoming: Incoming) -> Done:
        body = incoming.message.data
        return Done((event(PAYMENT_DIRECT, body, subject="s", system="restanse", time=NOW),))

    await plant.send(payment(1))
    await plant.consume(one_by_one(handle))
    await plant.idle()

    (delivery,) = await plant.take("ecpay-forwarder", 1)
    effect = decode(delivery.body)
    assert (effect.causationid, effect.correlationid) == (payment(1).id, payment(1).id)
    assert (await outbox.counts(plant.store, now=NOW)).due == 0


async def test_what_cannot_be_read_is_a_dead_letter_and_its_neighbours_go_on(
    plant: Plant,
) -> None:
    recorder = Recorder()
    await plant.send(payment(1))
    await plant.send_bytes(b'{"type": "\xff no json')
    await plant.send(payment(2))

    await plant.consume(recorder)
    await plant.idle()

    (dead,) = await plant.take(DEAD, 1)
    assert dead.body == b'{"type": "\xff no json'
    assert dead.headers["fault-class"] == "Unreadable"
    assert len(recorder.seen) == 2


async def test_a_message_that_breaks_the_handler_harms_no_neighbour(plant: Plant) -> None:
    async def handle(batch: Sequence[Incoming]) -> Sequence[Outcome]:
        for one in batch:
            assert not one.message.subject.endswith(":7"), "poison"
        return [Done(writes=(a_task(one),)) for one in batch]

    await plant.send(*(payment(number) for number in range(20)))
    await plant.consume(handle)
    await plant.idle()

    (dead,) = await plant.take(DEAD, 1)
    assert dead.message_id == str(payment(7).id)
    assert dead.headers["fault-code"] == "AssertionError"
    assert len(await list_tasks(plant.store)) == 19


async def test_a_write_that_the_database_refuses_harms_no_neighbour(plant: Plant) -> None:
    async def handle(incoming: Incoming) -> Done:
        task = a_task(incoming)
        spoiled = incoming.message.subject.endswith(":7")
        values = {**task.parameters, "title": None} if spoiled else task.parameters
        return Done(writes=(Write(task.statement, values),))

    await plant.send(*(payment(number) for number in range(20)))
    await plant.consume(one_by_one(handle))
    await plant.idle()

    (dead,) = await plant.take(DEAD, 1)
    assert dead.message_id == str(payment(7).id)
    assert dead.headers["fault-class"] == Bug.__name__
    assert len(await list_tasks(plant.store)) == 19


async def test_draining_finishes_what_runs_and_hands_back_the_rest(plant: Plant) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def handle(incoming: Incoming) -> Done:
        begun.set()
        await may_end.wait()
        return Done(writes=(a_task(incoming),))

    await plant.send(*(payment(number) for number in range(30)))
    await plant.consume(one_by_one(handle, concurrency=10), batch=10)
    await begun.wait()
    draining = asyncio.create_task(plant.drain())
    may_end.set()
    await draining

    done = len(await list_tasks(plant.store))
    assert done == 10
    assert await plant.ready(QUEUE) == 20


async def test_what_does_not_finish_in_the_drain_time_is_handed_back(plant: Plant) -> None:
    begun = asyncio.Event()

    async def handle(incoming: Incoming) -> Done:
        begun.set()
        await asyncio.Event().wait()
        return Done(writes=(a_task(incoming),))

    await plant.send(payment(1))
    await plant.consume(one_by_one(handle))
    await begun.wait()
    await plant.drain(seconds=0.05)

    assert await list_tasks(plant.store) == []
    assert await plant.ready(QUEUE) == 1
