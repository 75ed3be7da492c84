from __future__ import annotations

import pytest

from shared.bus.declare import declare
from shared.bus.embedded.broker import EmbeddedBroker
from shared.bus.embedded.link import EmbeddedLink
from shared.bus.policies import MAX_LENGTH, NEVER, policies, policy_of
from shared.bus.topology import (
    CONSUMER_QUEUES,
    JOURNAL,
    UNROUTABLE,
    dlq,
    exchanges,
    quarantine,
    queue_names,
    queues,
)
from tests.harness.brokers import message, take

JOURNALLED = [
    ("invoices", "registered.acme"),
    ("invoices", "rejected.acme"),
    ("invoices", "closed.acme"),
    ("payments", "collected.acme"),
    ("settlements", "quarantined.acme"),
    ("settlements", "booked.acme"),
]


async def landed(exchange: str, key: str) -> set[str]:
    broker = EmbeddedBroker()
    await declare(broker)
    link = EmbeddedLink(broker)
    await link.publish([message(key, exchange=exchange)])
    return {name for name in queue_names() if (await link.state(name)).ready}


@pytest.mark.parametrize(
    ("exchange", "key", "queue"),
    [
        ("invoices", "overdue.acme", "ecpay-forwarder"),
        ("payments", "received.acme", "payment-reconciler"),
        ("payments", "reversed.acme", "payment-reconciler"),
        ("payments", "direct.acme", "ecpay-forwarder"),
        ("payments", "direct-reversed.acme", "ecpay-forwarder"),
        ("credit-notes", "issued.acme", "ecpay-forwarder"),
        ("credit-notes", "unsupported.acme", "ecpay-forwarder"),
        ("settlements", "issued.acme", "payment-reconciler"),
        ("settlements", "reconciled.acme", "booking-writer"),
        ("polls", "tripletex-poller", "tripletex-poller"),
        ("polls", "payment-reconciler", "payment-reconciler"),
        ("dead-letters", "booking-writer", "booking-writer.dlq"),
        ("invoices", "never-heard-of.acme", UNROUTABLE),
        *((exchange, key, JOURNAL) for exchange, key in JOURNALLED),
    ],
)
async def test_event_lands_in_one_queue(exchange: str, key: str, queue: str) -> None:
    assert await landed(exchange, key) == {queue}


def test_every_consumer_queue_has_its_dead_letters_and_quarantine() -> None:
    for queue in CONSUMER_QUEUES:
        assert {queue, dlq(queue), quarantine(queue)} <= set(queue_names())


def test_every_queue_but_the_journal_is_a_quorum_queue() -> None:
    kinds = {queue.name: queue.queue_arguments["x-queue-type"] for queue in queues()}

    assert kinds.pop(JOURNAL) == "stream"
    assert set(kinds.values()) == {"quorum"}


def test_queues_are_declared_with_their_type_only() -> None:
    assert {name for queue in queues() for name in queue.queue_arguments} == {"x-queue-type"}


def test_exchanges_come_after_their_alternate() -> None:
    names = [exchange.name for exchange in exchanges()]

    for exchange in exchanges():
        alternate = (exchange.arguments or {}).get("alternate-exchange")
        if alternate:
            assert names.index(alternate) < names.index(exchange.name)


def test_exactly_one_policy_covers_each_queue() -> None:
    for name in queue_names():
        assert len([policy for policy in policies() if policy.covers(name)]) == 1, name


def test_priorities_are_distinct() -> None:
    assert len({policy.priority for policy in policies()}) == len(policies())


@pytest.mark.parametrize("queue", CONSUMER_QUEUES)
def test_broker_dead_letters_to_the_queue_of_the_consumer(queue: str) -> None:
    for name in (queue, quarantine(queue)):
        policy = policy_of(name)
        assert policy is not None
        assert policy.definition["dead-letter-exchange"] == "dead-letters"
        assert policy.definition["dead-letter-routing-key"] == queue
        assert policy.definition["dead-letter-strategy"] == "at-least-once"
        assert policy.definition["overflow"] == "reject-publish"
        assert policy.definition["max-length"] == MAX_LENGTH


def test_quarantine_lets_go_after_three() -> None:
    policy = policy_of(quarantine("booking-writer"))

    assert policy is not None
    assert policy.definition["delivery-limit"] == 3


def test_dead_letters_are_never_dropped_for_being_looked_at() -> None:
    for name in (*map(dlq, CONSUMER_QUEUES), UNROUTABLE):
        policy = policy_of(name)
        assert policy is not None
        assert policy.definition == {"delivery-limit": NEVER}


async def test_crash_poison_ends_in_the_dead_letters() -> None:
    broker = EmbeddedBroker()
    await declare(broker)
    link = EmbeddedLink(broker)
    await link.publish([message(quarantine("booking-writer"))])
    subscription = await link.subscribe(quarantine("booking-writer"), prefetch=1)
    for _ in range(4):
        await subscription.requeue(await take(subscription, 1))

    [dead] = await take(await link.subscribe(dlq("booking-writer"), prefetch=1), 1)

    assert dead.headers["x-first-death-reason"] == "delivery_limit"


async def test_embedded_journal_keeps_the_last_ten_thousand() -> None:
    broker = EmbeddedBroker()
    await declare(broker)
    link = EmbeddedLink(broker)

    await link.publish([message("booked.acme", exchange="settlements")] * 10_050)

    assert (await link.state(JOURNAL)).ready == 10_000
