from __future__ import annotations

import pytest

from shared.bus.port import Published
from tests.harness.brokers import Broker, bodies, message, take, until_ready


async def test_direct_exchange_takes_the_exact_key(broker: Broker) -> None:
    await broker.exchange("d", "direct")
    await broker.queue("q", ("d", "k"))
    link = await broker.link()

    outcomes = await link.publish([message("k", exchange="d")])

    assert list(outcomes) == [Published.CONFIRMED]
    await until_ready(link, "q", 1)


async def test_direct_exchange_returns_another_key(broker: Broker) -> None:
    await broker.exchange("d", "direct")
    await broker.queue("q", ("d", "k"))
    link = await broker.link()

    outcomes = await link.publish([message("k.more", exchange="d")])

    assert list(outcomes) == [Published.RETURNED]


async def test_fanout_exchange_reaches_every_queue(broker: Broker) -> None:
    await broker.exchange("f", "fanout")
    await broker.queue("one", ("f", "a"))
    await broker.queue("two", ("f", ""))
    link = await broker.link()

    await link.publish([message("whatever", exchange="f")])

    await until_ready(link, "one", 1)
    await until_ready(link, "two", 1)


@pytest.mark.parametrize(
    ("bound", "key"),
    [
        ("overdue.#", "overdue.acme"),
        ("overdue.#", "overdue"),
        ("overdue.#", "overdue.acme.later"),
        ("*.acme", "overdue.acme"),
        ("a.*.c", "a.b.c"),
        ("#.c", "a.b.c"),
        ("#", "anything.at.all"),
        ("#", ""),
        ("a.#.c", "a.c"),
        ("exact", "exact"),
    ],
)
async def test_topic_pattern_takes_key(broker: Broker, bound: str, key: str) -> None:
    await broker.exchange("t", "topic")
    await broker.queue("q", ("t", bound))
    link = await broker.link()

    outcomes = await link.publish([message(key, exchange="t")])

    assert list(outcomes) == [Published.CONFIRMED]


@pytest.mark.parametrize(
    ("bound", "key"),
    [
        ("direct.#", "direct-reversed.acme"),
        ("*.acme", "overdue.acme.later"),
        ("*.acme", "acme"),
        ("a.*.c", "a.c"),
        ("overdue", "overdue.acme"),
        ("*", ""),
    ],
)
async def test_topic_pattern_leaves_key(broker: Broker, bound: str, key: str) -> None:
    await broker.exchange("t", "topic")
    await broker.queue("q", ("t", bound))
    link = await broker.link()

    outcomes = await link.publish([message(key, exchange="t")])

    assert list(outcomes) == [Published.RETURNED]


async def test_two_bindings_that_match_make_one_copy(broker: Broker) -> None:
    await broker.exchange("t", "topic")
    await broker.queue("q", ("t", "a.#"), ("t", "#.b"))
    link = await broker.link()

    await link.publish([message("a.b", exchange="t", body=b"1"), message("a.b", exchange="t")])

    await until_ready(link, "q", 2)


async def test_default_exchange_addresses_one_queue(broker: Broker) -> None:
    await broker.queue("one")
    await broker.queue("two")
    link = await broker.link()

    outcomes = await link.publish([message("one")])

    assert list(outcomes) == [Published.CONFIRMED]
    await until_ready(link, "one", 1)
    await until_ready(link, "two", 0)


async def test_default_exchange_returns_an_unknown_queue(broker: Broker) -> None:
    link = await broker.link()

    outcomes = await link.publish([message("nowhere")])

    assert list(outcomes) == [Published.RETURNED]


async def test_alternate_exchange_takes_what_nobody_wants(broker: Broker) -> None:
    await broker.exchange("lost", "fanout")
    await broker.exchange("t", "topic", {"alternate-exchange": "lost"})
    await broker.queue("wanted", ("t", "wanted"))
    await broker.queue("found", ("lost", ""))
    link = await broker.link()

    outcomes = await link.publish([message("strange", exchange="t")])

    assert list(outcomes) == [Published.CONFIRMED]
    await until_ready(link, "found", 1)
    await until_ready(link, "wanted", 0)


async def test_alternate_exchange_keeps_where_it_was_sent(broker: Broker) -> None:
    await broker.exchange("lost", "fanout")
    await broker.exchange("t", "topic", {"alternate-exchange": "lost"})
    await broker.queue("found", ("lost", ""))
    link = await broker.link()
    await link.publish([message("strange", exchange="t")])

    [delivery] = await take(await link.subscribe("found", prefetch=1), 1)

    assert (delivery.exchange, delivery.routing_key) == ("t", "strange")


async def test_alternate_exchange_without_a_queue_returns(broker: Broker) -> None:
    await broker.exchange("lost", "fanout")
    await broker.exchange("t", "topic", {"alternate-exchange": "lost"})
    link = await broker.link()

    outcomes = await link.publish([message("strange", exchange="t")])

    assert list(outcomes) == [Published.RETURNED]


async def test_unknown_exchange_returns_and_the_link_lives_on(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()

    refused = await link.publish([message("k", exchange="nonesuch")])
    taken = await link.publish([message("q", body=b"after")])

    assert [*refused, *taken] == [Published.RETURNED, Published.CONFIRMED]
    assert bodies(await take(await link.subscribe("q", prefetch=1), 1)) == [b"after"]


async def test_declaring_twice_changes_nothing(broker: Broker) -> None:
    for _ in range(2):
        await broker.exchange("t", "topic")
        await broker.queue("q", ("t", "#"))
    link = await broker.link()

    await link.publish([message("k", exchange="t")])

    await until_ready(link, "q", 1)
