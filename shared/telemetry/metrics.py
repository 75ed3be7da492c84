"""Every metric there is: a closed vocabulary, one object per name.

No label ever holds an id of a client, a claim or a message. The page of metrics in the
documentation is made from this module.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

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
