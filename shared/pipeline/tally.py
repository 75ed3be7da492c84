"""Counting what became of deliveries and publishes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from shared.bus.port import Delivery, Published
from shared.messages.catalog import EVENT_TYPES
from shared.pipeline.settled import Committed
from shared.store.outbox import OutboxRow
from shared.telemetry import metrics

UNKNOWN_TYPE = "unknown"


def count_answered(queue: str, committed: Committed, repeated: Sequence[Delivery]) -> None:
    """Count a batch that was acked."""
    answered = Counter((_type(one.delivery), one.became) for one in committed.kept)
    answered.update((_type(one.delivery), "duplicate") for one in committed.lost)
    answered.update((_type(delivery), "duplicate") for delivery in repeated)
    for (kind, became), number in answered.items():
        metrics.MESSAGES_CONSUMED.labels(queue, kind, became).inc(number)
    for one in committed.kept:
        if one.became == "retry":
            metrics.MESSAGE_RETRIES.labels(queue, one.reason).inc()
        elif one.became == "dead":
            metrics.DEAD_LETTERS.labels(queue, _type(one.delivery), one.reason).inc()


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


def _type(delivery: Delivery) -> str:
    return delivery.type if delivery.type in EVENT_TYPES else UNKNOWN_TYPE
