"""Retries, dead letters and crashes, in process and on real nodes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from shared.clock import SteppedClock
from shared.faults import Bug, Invalid, NotYet, Outage, Transient
from shared.pipeline.outcomes import Dead, Done, Incoming, Outcome, Retry
from shared.pipeline.settled import LEASE
from shared.pipeline.single import one_by_one
from shared.store import inbox, outbox
from shared.store.attempts import attempts_of
from shared.store.tasks import list_tasks, open_task
from tests.harness.plant import DEAD, NOW, QUEUE, Plant, payment


class Failing:
    """A handler that fails with one fault so many times, and then is done."""

    def __init__(self, fault: Exception, times: int = 10_000) -> None:
        self.fault = fault
        self.left = times
        self.attempts: list[int] = []

    async def __call__(self, incoming: Incoming) -> Done:
        self.attempts.append(incoming.attempt)
        self.left -= 1
        if self.left >= 0:
            raise self.fault
        return Done()


async def run_out(plant: Plant, clock: SteppedClock, steps: int) -> None:
    for _ in range(steps):
        await plant.idle()
        clock.advance(timedelta(hours=5))  # longer than any wait
        plant.relay.nudge()
    await plant.idle()


async def test_a_passing_fault_is_tried_again_when_the_source_asked(plant: Plant) -> None:
    handler = Failing(Transient("429", retry_after=timedelta(seconds=90)), times=1)
    await plant.consume(one_by_one(handler))
    await plant.send(payment(1))
    await plant.idle()

    waiting = await outbox.counts(plant.store, now=NOW)
    plant.clock.advance(timedelta(seconds=89))
    await plant.idle()
    before = list(handler.attempts)
    plant.clock.advance(timedelta(seconds=1))
    await plant.idle()

    assert (waiting.later, waiting.next_due) == (1, NOW + timedelta(seconds=90))
    assert (before, handler.attempts) == ([1], [1, 2])
    (attempt,) = await attempts_of(plant.store, str(payment(1).id))
    assert (attempt.fault, attempt.attempt, attempt.message) == ("Transient", 1, "429")


async def test_the_eighth_failed_try_is_the_last(plant: Plant) -> None:
    handler = Failing(Transient("503", code="503", dependency="ecpay"))
    await plant.consume(one_by_one(handler))
    await plant.send(payment(1))

    await run_out(plant, plant.clock, 9)

    (dead,) = await plant.take(DEAD, 1)
    assert handler.attempts == list(range(1, 9))
    assert dead.headers["attempt"] == 8
    assert dead.headers["fault-first-at"] == NOW.isoformat()
    assert (dead.headers["fault-code"], dead.headers["fault-dependency"]) == ("503", "ecpay")


async def test_an_outage_counts_no_attempt_and_buries_nothing(plant: Plant) -> None:
    handler = Failing(Outage("away", dependency="ecpay"), times=20)
    await plant.consume(one_by_one(handler))
    await plant.send(payment(1))

    await run_out(plant, plant.clock, 21)

    assert handler.attempts == [1] * 21
    assert await plant.ready(DEAD) == 0
    assert await inbox.handled(plant.store, QUEUE, [payment(1).id]) == {payment(1).id}


async def test_what_breaks_a_rule_is_a_dead_letter_at_once(plant: Plant) -> None:
    handler = Failing(Invalid("no such claim", code="UNKNOWN_CLAIM"))
    await plant.consume(one_by_one(handler))
    await plant.send(payment(1))
    await plant.idle()

    (dead,) = await plant.take(DEAD, 1)
    sent = payment(1)
    assert (dead.message_id, dead.type) == (str(sent.id), sent.type)
    assert dead.headers["fault-message"] == "no such claim"
    assert dead.headers["fault-handler"] == "Failing"
    assert dead.headers["origin-queue"] == QUEUE


async def test_a_dead_letter_may_come_again_and_succeed(plant: Plant) -> None:
    handler = Failing(Invalid("not yet fixed"), times=1)
    await plant.consume(one_by_one(handler))
    await plant.send(payment(1))
    await plant.idle()

    await plant.send(payment(1))
    await plant.idle()

    assert await inbox.handled(plant.store, QUEUE, [payment(1).id]) == {payment(1).id}


async def test_what_a_failed_try_must_remember_is_committed(plant: Plant) -> None:
    async def handle(batch: Sequence[Incoming]) -> Sequence[Outcome]:
        kept = [open_task("acme", "k", one.message.subject, "t", "w", now=NOW) for one in batch]
        return [Retry(NotYet("later"), writes=(kept[0],)), Dead(Invalid("no"), writes=(kept[1],))]

    await plant.send(payment(1), payment(2))
    await plant.consume(handle)
    await plant.idle()

    assert len(await list_tasks(plant.store)) == 2
    assert (await outbox.counts(plant.store, now=NOW)).later == 1


async def test_a_crash_between_commit_and_ack_repeats_no_effect(plant: Plant) -> None:
    handler = Failing(Invalid("unused"), times=0)
    async with plant.store.begin() as connection:
        await inbox.claim(connection, QUEUE, [payment(1).id], now=NOW)

    await plant.send(payment(1))
    await plant.consume(one_by_one(handler))
    await plant.idle()

    assert handler.attempts == []
    assert await plant.ready(QUEUE) == 0


async def test_a_crash_between_commit_and_publish_is_swept_up(plant: Plant) -> None:
    row = outbox.staged(payment(1), now=NOW)
    await plant.relay.stop()
    leased = outbox.OutboxRow(
        row.message_id, row.exchange, row.routing_key, row.body, NOW, NOW, leased_until=NOW + LEASE
    )
    await plant.store.commit([outbox.added(leased)])

    await plant.restart_relay()
    before = await plant.relay.flush()
    plant.clock.advance(LEASE)
    await plant.relay.flush()

    assert before == 0
    assert await plant.ready(QUEUE) == 1
    assert (await outbox.counts(plant.store, now=plant.clock.now())).due == 0


async def test_a_message_that_no_queue_takes_is_kept(plant: Plant) -> None:
    row = outbox.OutboxRow("m-1", "", "no-such-queue", b"{}", NOW, NOW)

    await plant.store.commit([outbox.added(row)])
    await plant.idle()

    assert (await outbox.counts(plant.store, now=NOW)).later == 1


async def test_a_dead_letter_that_no_database_keeps_still_reaches_its_queue(plant: Plant) -> None:
    async with plant.store.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE attempts")
    await plant.consume(one_by_one(Failing(Invalid("no such claim"))))

    await plant.send(payment(1), payment(2))
    await plant.idle()

    dead = await plant.take(DEAD, 2)
    assert {one.message_id for one in dead} == {str(payment(n).id) for n in (1, 2)}
    assert await plant.ready(QUEUE) == 0


async def test_a_consumer_that_broke_says_so(plant: Plant) -> None:
    async with plant.store.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE inbox")
    await plant.consume(one_by_one(Failing(Invalid("unused"), times=0)))
    (runner,) = plant.runners

    await plant.send(payment(1))

    with pytest.raises(Bug):
        await asyncio.wait_for(runner.crashed(), 20)
    with pytest.raises(Bug):
        await plant.idle()
