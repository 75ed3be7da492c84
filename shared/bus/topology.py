"""Every exchange, queue and binding, as kombu entities: the single source of the topology.

Declaring, ``restanse topology``, the exported definitions and the AsyncAPI document all read
these. What an argument fixes for good (queue type, alternate exchange) stands here; everything
that may change later is a policy (``shared.bus.policies``).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from kombu import Exchange, Queue, binding

INVOICES = "invoices"
PAYMENTS = "payments"
CREDIT_NOTES = "credit-notes"
SETTLEMENTS = "settlements"
CANONICAL = (INVOICES, PAYMENTS, CREDIT_NOTES, SETTLEMENTS)

POLLS = "polls"
DEAD_LETTERS = "dead-letters"
UNROUTABLE = "unroutable"
JOURNAL = "journal"

TRIPLETEX_POLLER = "tripletex-poller"
ECPAY_FORWARDER = "ecpay-forwarder"
PAYMENT_RECONCILER = "payment-reconciler"
BOOKING_WRITER = "booking-writer"
CONSUMER_QUEUES = (TRIPLETEX_POLLER, ECPAY_FORWARDER, PAYMENT_RECONCILER, BOOKING_WRITER)

QUORUM = "quorum"
STREAM = "stream"

# Which events a queue takes: (exchange, routing key). Keys are ``<event>.<client_id>``.
_ROUTES: dict[str, tuple[tuple[str, str], ...]] = {
    TRIPLETEX_POLLER: ((POLLS, TRIPLETEX_POLLER),),
    ECPAY_FORWARDER: (
        (INVOICES, "overdue.#"),
        (PAYMENTS, "direct.#"),
        (PAYMENTS, "direct-reversed.#"),
        (CREDIT_NOTES, "issued.#"),
        (CREDIT_NOTES, "unsupported.#"),
    ),
    PAYMENT_RECONCILER: (
        (PAYMENTS, "received.#"),
        (PAYMENTS, "reversed.#"),
        (SETTLEMENTS, "issued.#"),
        (POLLS, PAYMENT_RECONCILER),
    ),
    BOOKING_WRITER: ((SETTLEMENTS, "reconciled.#"),),
    # Informational events have no consumer; the journal keeps them from being unroutable.
    JOURNAL: (
        (INVOICES, "registered.#"),
        (INVOICES, "rejected.#"),
        (INVOICES, "closed.#"),
        (PAYMENTS, "collected.#"),
        (SETTLEMENTS, "quarantined.#"),
        (SETTLEMENTS, "booked.#"),
    ),
    UNROUTABLE: ((UNROUTABLE, ""),),
}


def dlq(queue: str) -> str:
    """Return the queue where dead letters of a consumer queue wait for the keeper."""
    return f"{queue}.dlq"


def quarantine(queue: str) -> str:
    """Return the queue where deliveries that came back are taken one at a time."""
    return f"{queue}.quarantine"


def is_informational(routing_key: str) -> bool:
    """Tell whether only the journal takes what is published with a key."""
    events = {bound.removesuffix(".#") for _, bound in _ROUTES[JOURNAL]}
    return routing_key.partition(".")[0] in events


def queue_names() -> tuple[str, ...]:
    """Return the names of all queues."""
    return tuple(queue.name for queue in queues())


@cache
def exchanges() -> tuple[Exchange, ...]:
    """Return all exchanges, each after the one it falls back to."""
    unroutable = Exchange(UNROUTABLE, type="fanout", durable=True)
    fallback = {"alternate-exchange": UNROUTABLE}
    canonical = (
        Exchange(name, type="topic", durable=True, arguments=fallback) for name in CANONICAL
    )
    polls = Exchange(POLLS, type="direct", durable=True)
    dead_letters = Exchange(DEAD_LETTERS, type="direct", durable=True)
    return (unroutable, dead_letters, polls, *canonical)


@cache
def queues() -> tuple[Queue, ...]:
    """Return all queues with their bindings."""
    consumed = (queue for name in CONSUMER_QUEUES for queue in _consumer_queues(name))
    unroutable = _queue(UNROUTABLE, QUORUM, _ROUTES[UNROUTABLE])
    journal = _queue(JOURNAL, STREAM, _ROUTES[JOURNAL])
    return (*consumed, unroutable, journal)


def _consumer_queues(name: str) -> Iterable[Queue]:
    yield _queue(name, QUORUM, _ROUTES[name])
    yield _queue(dlq(name), QUORUM, ((DEAD_LETTERS, name),))
    yield _queue(quarantine(name), QUORUM, ())


def _queue(name: str, kind: str, routes: Iterable[tuple[str, str]]) -> Queue:
    by_name = {exchange.name: exchange for exchange in exchanges()}
    bindings = [binding(by_name[exchange], routing_key=key) for exchange, key in routes]
    return Queue(name, bindings=bindings, durable=True, queue_arguments={"x-queue-type": kind})
