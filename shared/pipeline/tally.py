"""Counting what became of deliveries, publishes and the link, and what waits in the outbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.bus.port import Delivery, Published
from shared.bus.signals import Signal
from shared.clock import Clock
from shared.messages.catalog import EVENT_TYPES
from shared.pipeline.service import Ticker
from shared.pipeline.settled import Committed
from shared.store import outbox
from shared.store.engine import Store
from shared.store.outbox import OutboxRow
from shared.telemetry import metrics

UNKNOWN_TYPE = "unknown"
WATCH_EVERY = timedelta(seconds=15)


def count_answered(
    queue: str, committed: Committed, repeated: Sequence[Delivery], *, now: datetime
) -> None:
    """Count a batch that was acked."""
    answered = Counter((_type(one.delivery), one.became) for one in committed.kept)
    answered.update((_type(one.delivery), "duplicate") for one in committed.lost)
    answered.update((_type(delivery), "duplicate") for delivery in repeated)
    for (kind, became), number in answered.items():
        metrics.MESSAGES_CONSUMED.labels(queue, kind, became).inc(number)
    age = metrics.MESSAGE_AGE.labels(queue)
    for one in committed.kept:
        if one.became == "retry":
            metrics.MESSAGE_RETRIES.labels(queue, one.reason).inc()
        elif one.became == "dead":
            metrics.DEAD_LETTERS.labels(queue, _type(one.delivery), one.reason).inc()
        if one.observed_at is not None:
            age.observe((now - one.observed_at).total_seconds())


def count_held(queue: str) -> None:
    """Count a wait with a batch in hand."""
    metrics.BATCHES_HELD.labels(queue).inc()


def count_published(rows: Sequence[OutboxRow], outcomes: Sequence[Published]) -> None:
    """Count publishes that the broker answered, or did not."""
    pairs = zip(rows, outcomes, strict=True)
    published = Counter((row.exchange, outcome.value) for row, outcome in pairs)
    for (exchange, outcome), number in published.items():
        metrics.MESSAGES_PUBLISHED.labels(exchange, outcome).inc(number)
        if outcome == Published.RETURNED.value:
            metrics.OUTBOX_RETURNED.labels(exchange).inc(number)


def count_signal(signal: Signal, number: int) -> None:
    """Count what happened to the link; an ``Observe`` of the bus."""
    metrics.LINK_SIGNALS.labels(signal.value).inc(number)


def watching_outbox(store: Store, clock: Clock) -> Ticker:
    """Return the ticker that tells how much waits in the outbox."""

    async def tick() -> bool:
        waiting = await outbox.counts(store, now=clock.now())
        metrics.OUTBOX_PENDING.labels("due").set(waiting.due)
        metrics.OUTBOX_PENDING.labels("later").set(waiting.later)
        return False

    return Ticker("watch-outbox", WATCH_EVERY, tick)


def _type(delivery: Delivery) -> str:
    return delivery.type if delivery.type in EVENT_TYPES else UNKNOWN_TYPE
