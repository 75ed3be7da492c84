from __future__ import annotations

import asyncio

import pytest

from shared.bus.port import Link, Published, Subscription
from shared.bus.signals import Signal
from shared.faults import Invalid
from tests.harness.brokers import Broker, bodies, message, numbered, take, until_ready


async def filled(broker: Broker, count: int, *, prefetch: int) -> tuple[Link, Subscription]:
    await broker.queue("q")
    link = await broker.link()
    await link.publish(numbered(count, "q"))
    return link, await link.subscribe("q", prefetch=prefetch)


async def test_messages_come_in_the_order_of_publishing(broker: Broker) -> None:
    _, subscription = await filled(broker, 500, prefetch=1000)

    taken = await take(subscription, 500)

    assert bodies(taken) == [str(n).encode() for n in range(500)]


async def test_first_delivery_says_where_it_comes_from(broker: Broker) -> None:
    await broker.exchange("t", "topic")
    await broker.queue("q", ("t", "#"))
    link = await broker.link()
    await link.publish([message("a.b", exchange="t")])

    [got] = await take(await link.subscribe("q", prefetch=1), 1)

    assert (got.queue, got.exchange, got.routing_key) == ("q", "t", "a.b")
    assert (got.redelivered, got.delivery_count) == (False, 0)


async def test_batch_is_never_larger_than_asked(broker: Broker) -> None:
    _, subscription = await filled(broker, 10, prefetch=10)
    await take(subscription, 3)

    batch = await subscription.batch(size=4, linger=5)

    assert bodies(batch) == [b"3", b"4", b"5", b"6"]


async def test_batch_lingers_and_gives_what_there_is(broker: Broker) -> None:
    _, subscription = await filled(broker, 2, prefetch=10)

    batch = await subscription.batch(size=100, linger=0.3)

    assert bodies(batch) == [b"0", b"1"]


async def test_batch_without_linger_gives_at_least_one(broker: Broker) -> None:
    _, subscription = await filled(broker, 1, prefetch=10)

    assert bodies(await subscription.batch(size=100, linger=0)) == [b"0"]


async def test_cancelled_batch_loses_nothing(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()
    subscription = await link.subscribe("q", prefetch=10)
    waiting = asyncio.create_task(subscription.batch(size=1, linger=0))
    await asyncio.wait([waiting], timeout=0.01)
    waiting.cancel()

    await link.publish([message("q", body=b"still here")])

    assert bodies(await take(subscription, 1)) == [b"still here"]


async def test_prefetch_limits_what_is_unanswered(broker: Broker) -> None:
    link, subscription = await filled(broker, 10, prefetch=3)

    await take(subscription, 3)

    await until_ready(link, "q", 7)


async def test_ack_makes_room_for_more(broker: Broker) -> None:
    _, subscription = await filled(broker, 6, prefetch=3)
    await subscription.ack(await take(subscription, 3))

    taken = await take(subscription, 3)

    assert bodies(taken) == [b"3", b"4", b"5"]


async def test_acked_messages_are_gone(broker: Broker) -> None:
    link, subscription = await filled(broker, 5, prefetch=10)
    await subscription.ack(await take(subscription, 5))

    await subscription.close()

    await until_ready(link, "q", 0)


@pytest.mark.parametrize(
    "acked", [[0, 1, 2], [2, 1, 0], [3, 4], [0, 2, 4], [4], [0, 1, 2, 3, 4], []]
)
async def test_ack_settles_these_and_no_others(broker: Broker, acked: list[int]) -> None:
    link, subscription = await filled(broker, 5, prefetch=10)
    taken = await take(subscription, 5)

    await subscription.ack([taken[n] for n in acked])
    await subscription.close()

    await until_ready(link, "q", 5 - len(acked))
    again = await link.subscribe("q", prefetch=10)
    left = [str(n).encode() for n in range(5) if n not in acked]
    assert bodies(await take(again, len(left))) == left if left else True


async def test_answering_twice_is_a_counted_no_op(broker: Broker) -> None:
    link, subscription = await filled(broker, 2, prefetch=10)
    taken = await take(subscription, 2)
    await subscription.ack(taken)

    await subscription.ack(taken)
    await subscription.requeue(taken)

    assert broker.signals[Signal.STALE_ANSWER] == 4
    assert list(await link.publish([message("q", body=b"after")])) == [Published.CONFIRMED]
    assert bodies(await take(subscription, 1)) == [b"after"]


async def test_requeue_comes_back_counted(broker: Broker) -> None:
    _, subscription = await filled(broker, 1, prefetch=10)
    await subscription.requeue(await take(subscription, 1))

    [again] = await take(subscription, 1)

    assert (again.redelivered, again.delivery_count) == (True, 1)
    assert again.headers["x-delivery-count"] == 1


async def test_requeue_goes_to_the_same_queue_only(broker: Broker) -> None:
    await broker.exchange("f", "fanout")
    await broker.queue("one", ("f", ""))
    await broker.queue("two", ("f", ""))
    link = await broker.link()
    await link.publish([message(exchange="f")])
    subscription = await link.subscribe("one", prefetch=10)

    await subscription.requeue(await take(subscription, 1))

    await take(subscription, 1)
    await until_ready(link, "two", 1)


async def test_requeued_messages_come_again_with_the_rest(broker: Broker) -> None:
    _, subscription = await filled(broker, 4, prefetch=2)
    await subscription.requeue(await take(subscription, 2))

    first = await take(subscription, 2)
    await subscription.ack(first)
    rest = await take(subscription, 2)

    # Without a delivery limit RabbitMQ puts them at the end, with one in front.
    assert sorted(bodies([*first, *rest])) == [b"0", b"1", b"2", b"3"]


async def test_handed_back_messages_come_to_another_consumer(broker: Broker) -> None:
    link, subscription = await filled(broker, 3, prefetch=3)
    taken = await take(subscription, 3)
    await subscription.stop()

    await subscription.hand_back(taken)

    other = await link.subscribe("q", prefetch=3)
    assert bodies(await take(other, 3)) == [b"0", b"1", b"2"]


async def test_two_subscribers_share_a_queue(broker: Broker) -> None:
    link, one = await filled(broker, 10, prefetch=5)
    two = await link.subscribe("q", prefetch=5)

    taken = [*await take(one, 5), *await take(two, 5)]

    assert sorted(bodies(taken)) == [str(n).encode() for n in range(10)]


async def test_close_gives_back_what_is_unanswered(broker: Broker) -> None:
    link, subscription = await filled(broker, 5, prefetch=5)
    await subscription.ack((await take(subscription, 2))[:1])

    await subscription.close()

    await until_ready(link, "q", 4)


async def test_stop_ends_the_intake_and_lets_answers_through(broker: Broker) -> None:
    link, subscription = await filled(broker, 3, prefetch=3)
    taken = await take(subscription, 3)
    await subscription.stop()
    await link.publish([message("q", body=b"late")])

    await subscription.ack(taken)

    assert list(await subscription.batch(size=10, linger=0)) == []
    await until_ready(link, "q", 1)


async def test_stop_leaves_what_has_arrived_to_be_taken(broker: Broker) -> None:
    _, subscription = await filled(broker, 3, prefetch=3)
    first = await take(subscription, 1)
    while len(first) < 3:  # all three are on this side now
        first += await subscription.batch(size=2, linger=0.01)
    await subscription.requeue(first)
    await take(subscription, 1)

    await subscription.stop()

    rest = await subscription.batch(size=10, linger=0)
    assert bodies(rest) == [b"1", b"2"][: len(rest)]


async def test_stop_wakes_whoever_waits(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()
    subscription = await link.subscribe("q", prefetch=3)
    waiting = asyncio.create_task(subscription.batch(size=10, linger=5))
    await asyncio.wait([waiting], timeout=0.01)

    await subscription.stop()

    assert list(await waiting) == []


async def test_closing_twice_is_closing_once(broker: Broker) -> None:
    link, subscription = await filled(broker, 1, prefetch=1)

    for _ in range(2):
        await subscription.stop()
        await subscription.close()
    for _ in range(2):
        await link.close()

    assert list(await subscription.batch(size=1, linger=0)) == []


async def test_state_counts_messages_and_consumers(broker: Broker) -> None:
    link, _ = await filled(broker, 7, prefetch=2)

    await until_ready(link, "q", 5)

    assert (await link.state("q")).consumers == 1


async def test_state_of_an_unknown_queue_is_invalid(broker: Broker) -> None:
    link = await broker.link()

    with pytest.raises(Invalid, match="nonesuch"):
        await link.state("nonesuch")


async def test_consuming_an_unknown_queue_is_invalid(broker: Broker) -> None:
    link = await broker.link()

    with pytest.raises(Invalid, match="nonesuch"):
        await link.subscribe("nonesuch", prefetch=1)
