from __future__ import annotations

from shared.bus.port import Delivery, Link
from tests.harness.brokers import Broker, bodies, message, numbered, take, until_ready

DEAD: dict[str, str | int] = {
    "dead-letter-exchange": "dead",
    "dead-letter-routing-key": "q",
    "dead-letter-strategy": "at-least-once",
    "overflow": "reject-publish",
    "max-length": 1000,
}


async def with_dead_letters(broker: Broker, **more: int) -> Link:
    limits = {name.replace("_", "-"): limit for name, limit in more.items()}
    await broker.policy("^q$", DEAD | limits)
    await broker.exchange("dead", "direct")
    await broker.queue("q")
    await broker.queue("q.dlq", ("dead", "q"))
    return await broker.link()


def death(delivery: Delivery) -> dict[str, object]:
    deaths = delivery.headers["x-death"]
    assert isinstance(deaths, list)
    return dict(deaths[0])


async def test_rejected_message_dies_with_its_reason(broker: Broker) -> None:
    link = await with_dead_letters(broker)
    await link.publish([message("q", body=b"bad", message_id="m")])
    subscription = await link.subscribe("q", prefetch=10)

    await subscription.dead_letter(await take(subscription, 1))

    [dead] = await take(await link.subscribe("q.dlq", prefetch=1), 1)
    assert (dead.body, dead.message_id) == (b"bad", "m")
    assert dead.headers["x-first-death-reason"] == "rejected"
    assert dead.headers["x-first-death-queue"] == "q"


async def test_dead_letter_says_where_it_was_addressed(broker: Broker) -> None:
    link = await with_dead_letters(broker)
    await link.publish([message("q")])
    subscription = await link.subscribe("q", prefetch=10)

    await subscription.dead_letter(await take(subscription, 1))

    [dead] = await take(await link.subscribe("q.dlq", prefetch=1), 1)
    found = death(dead)
    assert (found["queue"], found["reason"], found["count"]) == ("q", "rejected", 1)
    assert found["routing-keys"] == ["q"]
    assert (dead.exchange, dead.routing_key) == ("dead", "q")


async def test_only_the_rejected_die(broker: Broker) -> None:
    link = await with_dead_letters(broker)
    await link.publish(numbered(4, "q"))
    subscription = await link.subscribe("q", prefetch=10)
    taken = await take(subscription, 4)

    await subscription.dead_letter([taken[1], taken[3]])
    await subscription.close()

    await until_ready(link, "q", 2)
    assert bodies(await take(await link.subscribe("q.dlq", prefetch=5), 2)) == [b"1", b"3"]


async def test_limit_of_three_gives_four_deliveries(broker: Broker) -> None:
    link = await with_dead_letters(broker, delivery_limit=3)
    await link.publish([message("q")])
    subscription = await link.subscribe("q", prefetch=10)
    counts = []
    for _ in range(4):
        [delivery] = await take(subscription, 1)
        counts.append(delivery.delivery_count)
        await subscription.requeue([delivery])

    [dead] = await take(await link.subscribe("q.dlq", prefetch=1), 1)

    assert counts == [0, 1, 2, 3]
    assert dead.headers["x-first-death-reason"] == "delivery_limit"


async def test_lost_consumers_count_toward_the_limit(broker: Broker) -> None:
    link = await with_dead_letters(broker, delivery_limit=1)
    await link.publish([message("q")])
    for _ in range(2):
        subscription = await link.subscribe("q", prefetch=1)
        await take(subscription, 1)
        await subscription.close()

    [dead] = await take(await link.subscribe("q.dlq", prefetch=1), 1)

    assert dead.headers["x-first-death-reason"] == "delivery_limit"


async def test_rejected_message_without_a_policy_is_gone(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()
    await link.publish(numbered(2, "q"))
    subscription = await link.subscribe("q", prefetch=1)

    await subscription.dead_letter(await take(subscription, 1))

    assert bodies(await take(subscription, 1)) == [b"1"]


async def test_dead_letter_can_be_sent_back_and_die_again(broker: Broker) -> None:
    link = await with_dead_letters(broker)
    subscription = await link.subscribe("q", prefetch=10)
    graveyard = await link.subscribe("q.dlq", prefetch=10)
    sent = message("q", message_id="m")
    for _ in range(3):
        await link.publish([sent])
        await subscription.dead_letter(await take(subscription, 1))
        dead = await take(graveyard, 1)
        await graveyard.ack(dead)

    assert death(dead[0])["count"] == 1
