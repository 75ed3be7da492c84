"""Every metric there is: a closed vocabulary, one object per name.

No label ever holds an id of a client, a claim or a message. The page of metrics in the
documentation is made from this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prometheus_client import Counter, Gauge, Histogram

SLOW = (1, 5, 15, 60, 300, 900, 3600, 14400, 86400, 604800)
FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

MESSAGES_CONSUMED = Counter(
    "restanse_messages_consumed",
    "Deliveries answered, by what became of them.",
    ("queue", "message_type", "outcome"),
)
MESSAGES_PUBLISHED = Counter(
    "restanse_messages_published",
    "Publishes answered by the broker, by what became of them.",
    ("exchange", "outcome"),
)
BATCH_SECONDS = Histogram(
    "restanse_batch_processing_seconds",
    "Time from a batch of deliveries to its ack.",
    ("queue",),
    buckets=FAST,
)
BATCH_MESSAGES = Histogram(
    "restanse_batch_messages",
    "Deliveries in a batch.",
    ("queue",),
    buckets=(1, 2, 5, 10, 25, 50, 100, 200, 500),
)
MESSAGE_RETRIES = Counter(
    "restanse_message_retries", "Tries that failed and will be repeated.", ("queue", "reason")
)
DEAD_LETTERS = Counter(
    "restanse_dead_letters_written", "Messages given up.", ("queue", "message_type", "reason")
)
BATCHES_HELD = Counter(
    "restanse_batches_held",
    "Waits with a batch in hand because the database did not answer.",
    ("queue",),
)
WORKER_IN_FLIGHT = Gauge(
    "restanse_worker_in_flight", "Deliveries being handled by this process.", ("queue",)
)
OUTBOX_RETURNED = Counter(
    "restanse_outbox_returned", "Rows kept because no queue would take them.", ("exchange",)
)
OUTBOX_PENDING = Gauge(
    "restanse_outbox_pending",
    "Rows of the outbox: due now, or due later; every replica tells the same figure.",
    ("state",),
)
MESSAGE_AGE = Histogram(
    "restanse_message_age_seconds",
    "Time from when a fact was observed to when its message was handled.",
    ("queue",),
    buckets=SLOW,
)
LINK_SIGNALS = Counter(
    "restanse_link_signals", "What happened to the connections to the broker.", ("signal",)
)
EXTERNAL_REQUESTS = Counter(
    "restanse_external_requests",
    "Calls to other systems, by status or by what went wrong.",
    ("system", "operation", "outcome"),
)
EXTERNAL_SECONDS = Histogram(
    "restanse_external_request_seconds",
    "Time from a call to another system to its answer.",
    ("system",),
    buckets=FAST,
)
RATE_LIMIT_REMAINING = Gauge(
    "restanse_rate_limit_remaining",
    "Calls left in the present period, as the latest answer said of the token it was asked with.",
    ("system",),
)


@dataclass(frozen=True, slots=True)
class Described:
    """A metric as the page of metrics shows it."""

    name: str
    kind: str
    labels: tuple[str, ...]
    about: str


def vocabulary() -> Sequence[Described]:
    """Return every metric of this module, in the order in which they stand here."""
    return [
        _described(made)
        for made in globals().values()
        if isinstance(made, (Counter, Gauge, Histogram))
    ]


def _described(made: Counter | Gauge | Histogram) -> Described:
    (told,) = made.describe()
    name = f"{told.name}_total" if isinstance(made, Counter) else told.name
    labels = made._labelnames  # noqa: SLF001  # the library has no public question for them
    return Described(name, told.type, tuple(labels), told.documentation)
