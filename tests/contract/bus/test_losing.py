from __future__ import annotations

import asyncio

import pytest

from shared.bus.port import Published
from shared.bus.signals import Signal
from shared.faults import Outage
from tests.harness.brokers import (
    Broker,
    bodies,
    message,
    numbered,
    take,
    until_link,
    until_ready,
    until_signal,
)


async def test_unanswered_messages_come_again_after_a_cut(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()
    await link.publish(numbered(3, "q"))
    subscription = await link.subscribe("q", prefetch=10)
    before = await take(subscription, 3)
    broker.cut()

    after = await take(subscription, 3)

    assert bodies(after) == bodies(before)
    assert all(delivery.redelivered for delivery in after)
    assert {d.epoch for d in before}.isdisjoint({d.epoch for d in after})


async def test_acked_messages_do_not_come_again(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()
    await link.publish(numbered(3, "q"))
    subscription = await link.subscribe("q", prefetch=10)
    taken = await take(subscription, 3)
    await subscription.ack(taken[:2])
    await until_acked(broker)
    broker.cut()

    assert bodies(await take(subscription, 1)) == [b"2"]


async def until_acked(broker: Broker) -> None:
    # An ack has no answer; a publish over the same broker does, and comes after it.
    link = await broker.link()
    await broker.queue("fence")
    await link.publish([message("fence")])


@pytest.mark.parametrize("answer", ["ack", "requeue", "hand_back", "dead_letter"])
async def test_stale_answer_is_a_counted_no_op(broker: Broker, answer: str) -> None:
    await broker.queue("q")
    link = await broker.link()
    await link.publish(numbered(2, "q"))
    subscription = await link.subscribe("q", prefetch=10)
    stale = await take(subscription, 2)
    broker.cut()
    current = await take(subscription, 2)

    await getattr(subscription, answer)(stale)

    assert broker.signals[Signal.STALE_ANSWER] == 2
    await subscription.ack(current)
    await subscription.close()
    await until_ready(link, "q", 0)


async def test_subscription_takes_new_messages_after_a_cut(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()
    subscription = await link.subscribe("q", prefetch=10)
    broker.cut()
    await until_signal(broker, Signal.LOST)
    await until_link(link, ready=True)

    outcomes = await link.publish([message("q", body=b"new")])

    assert list(outcomes) == [Published.CONFIRMED]
    assert bodies(await take(subscription, 1)) == [b"new"]


async def test_waiting_batch_survives_a_cut(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()
    subscription = await link.subscribe("q", prefetch=10)
    waiting = asyncio.create_task(take(subscription, 1))
    broker.cut()
    await until_signal(broker, Signal.LOST)
    await until_link(link, ready=True)

    await link.publish([message("q", body=b"new")])

    assert bodies(await waiting) == [b"new"]


async def test_deliveries_not_taken_yet_come_once(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()
    await link.publish(numbered(20, "q"))
    subscription = await link.subscribe("q", prefetch=20)
    await until_ready(link, "q", 0)
    broker.cut()

    taken = await take(subscription, 20)

    assert bodies(taken) == [str(n).encode() for n in range(20)]


async def test_link_tells_that_it_is_not_ready(broker: Broker) -> None:
    link = await broker.link()
    ready = link.is_ready

    broker.go_away()

    await until_link(link, ready=False)
    assert ready


async def test_link_is_ready_when_the_broker_is_back(broker: Broker) -> None:
    link = await broker.link()
    broker.go_away()
    await until_link(link, ready=False)

    broker.come_back()

    await until_link(link, ready=True)


async def test_asking_an_absent_broker_is_an_outage(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()
    broker.go_away()
    await until_signal(broker, Signal.LOST)
    await until_link(link, ready=False)

    with pytest.raises(Outage):
        await link.subscribe("q", prefetch=1)
    with pytest.raises(Outage):
        await link.state("q")


async def test_subscription_goes_on_when_the_broker_is_back(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()
    await link.publish([message("q", body=b"kept")])
    subscription = await link.subscribe("q", prefetch=1)
    await take(subscription, 1)
    broker.go_away()
    await until_link(link, ready=False)

    broker.come_back()

    assert bodies(await take(subscription, 1)) == [b"kept"]


async def test_link_closes_while_the_broker_is_away(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()
    subscription = await link.subscribe("q", prefetch=1)
    broker.go_away()
    await until_link(link, ready=False)

    await link.close()

    assert list(await subscription.batch(size=1, linger=0)) == []


async def test_subscription_finds_a_queue_that_was_made_again(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()
    subscription = await link.subscribe("q", prefetch=1)
    await broker.delete_queue("q")
    await until_signal(broker, Signal.CONSUMER_LOST)
    await broker.queue("q")
    await until_signal(broker, Signal.RESUBSCRIBED)

    await link.publish([message("q", body=b"anew")])

    assert bodies(await take(subscription, 1)) == [b"anew"]
