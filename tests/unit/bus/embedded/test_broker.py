from __future__ import annotations

import gc
import weakref

import pytest

from shared.bus.embedded.broker import EmbeddedBroker
from shared.bus.embedded.link import EmbeddedLink
from shared.bus.embedded.routing import topic_matches
from shared.bus.policies import Policy
from shared.bus.port import Published
from shared.faults import Invalid
from tests.harness.brokers import bodies, message, numbered, take


def test_equal_declarations_are_one() -> None:
    broker = EmbeddedBroker()

    assert broker.declare_queue("q", {"x": 1}) is broker.declare_queue("q", {"x": 1})


def test_unequal_declarations_are_refused() -> None:
    broker = EmbeddedBroker()
    broker.declare_queue("q", {})
    broker.declare_exchange("e", "topic", {})

    with pytest.raises(Invalid, match="queue 'q'"):
        broker.declare_queue("q", {"x": 1})
    with pytest.raises(Invalid, match="exchange 'e'"):
        broker.declare_exchange("e", "fanout", {})


def test_unknown_kind_of_exchange_is_refused() -> None:
    with pytest.raises(Invalid, match="headers"):
        EmbeddedBroker().declare_exchange("e", "headers", {})


def test_alternates_in_a_circle_end_in_a_return() -> None:
    broker = EmbeddedBroker()
    broker.declare_exchange("a", "direct", {"alternate-exchange": "b"})
    broker.declare_exchange("b", "direct", {"alternate-exchange": "a"})

    assert broker.publish(message("k", exchange="a")) is Published.RETURNED


def test_binding_after_publishing_changes_the_route() -> None:
    broker = EmbeddedBroker()
    broker.declare_exchange("e", "topic", {})
    broker.declare_queue("q", {})
    before = broker.publish(message("a.b", exchange="e"))
    broker.bind("q", "e", "a.#")

    assert (before, broker.publish(message("a.b", exchange="e"))) == (
        Published.RETURNED,
        Published.CONFIRMED,
    )


@pytest.mark.parametrize("count", [5, 6, 7, 40])
def test_many_hashes_do_not_take_for_ever(count: int) -> None:
    pattern = ["#", "a"] * count

    assert not topic_matches(pattern, ["a"] * (count - 1))


async def test_dead_letter_waits_for_a_way_when_it_must_not_be_lost() -> None:
    broker = EmbeddedBroker()
    definition = {
        "dead-letter-exchange": "dead",
        "dead-letter-strategy": "at-least-once",
        "overflow": "reject-publish",
    }
    broker.set_policies([Policy("p", "^q$", 1, definition)])
    broker.declare_queue("q", {})
    link = EmbeddedLink(broker)
    await link.publish([message("q", body=b"kept")])
    subscription = await link.subscribe("q", prefetch=1)
    await subscription.dead_letter(await take(subscription, 1))

    broker.declare_exchange("dead", "fanout", {})
    broker.declare_queue("grave", {})
    broker.bind("grave", "dead", "")

    assert bodies(await take(await link.subscribe("grave", prefetch=1), 1)) == [b"kept"]


async def test_policy_set_later_applies_at_once() -> None:
    broker = EmbeddedBroker()
    broker.declare_queue("q", {})
    broker.set_policies([Policy("p", "^q$", 1, {"max-length": 1, "overflow": "reject-publish"})])
    link = EmbeddedLink(broker)

    outcomes = await link.publish(numbered(2, "q"))

    assert list(outcomes) == [Published.CONFIRMED, Published.NACKED]


async def test_everything_acked_leaves_nothing_behind() -> None:
    broker = EmbeddedBroker()
    broker.declare_queue("q", {})
    link = EmbeddedLink(broker)
    for _ in range(3):
        await link.publish(numbered(1000, "q"))
        subscription = await link.subscribe("q", prefetch=100)
        for _ in range(10):
            await subscription.ack(await take(subscription, 100))
        await subscription.close()

    held = broker.queue("q")
    assert (len(held.ready), len(held.consumers), len(held.withheld)) == (0, 0, 0)
    assert not link._subscriptions


async def test_closed_link_is_forgotten() -> None:
    broker = EmbeddedBroker()
    broker.declare_queue("q", {})
    link = EmbeddedLink(broker)
    await link.subscribe("q", prefetch=1)
    await link.close()
    gone = weakref.ref(link)

    del link
    gc.collect()

    assert gone() is None


async def test_stream_reader_sees_what_comes_and_leaves_it() -> None:
    broker = EmbeddedBroker()
    broker.declare_queue("s", {"x-queue-type": "stream"})
    link = EmbeddedLink(broker)
    await link.publish(numbered(2, "s"))
    subscription = await link.subscribe("s", prefetch=10)

    await link.publish([message("s", body=b"new")])

    taken = await take(subscription, 1)
    await subscription.ack(taken)
    assert bodies(taken) == [b"new"]
    assert (await link.state("s")).ready == 3
