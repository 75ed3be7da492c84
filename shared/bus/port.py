"""What the rest of Restanse sees of a broker.

Two makers keep these promises, ``rabbit`` (pika) and ``embedded`` (in process); one suite of
tests, ``tests/contract/bus``, holds both to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way to the broker.

    It is always published persistent and mandatory. ``headers`` are those of
    ``shared.bus.headers.outgoing`` and never carry what was received.
    """

    exchange: str
    routing_key: str
    body: bytes
    message_id: str
    content_type: str = "application/cloudevents+json"
    type: str = ""
    correlation_id: str | None = None
    headers: Mapping[str, str | int] = field(default_factory=dict)


class Published(Enum):
    """What became of a publish.

    UNKNOWN means that the link was lost before the broker answered: publish again with the
    same message id, and let the inbox of the consumer recognise the second copy.
    """

    CONFIRMED = "confirmed"
    NACKED = "nacked"
    RETURNED = "returned"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as the broker delivered it.

    Attributes:
        epoch: Number of the connection it came over; an answer over a later one is a no-op.
        tag: Delivery tag within the epoch.
        delivery_count: Earlier deliveries that came back (``x-delivery-count``), 0 at first.
    """

    queue: str
    epoch: int
    tag: int
    body: bytes
    message_id: str
    content_type: str
    type: str
    exchange: str
    routing_key: str
    headers: Mapping[str, object]
    redelivered: bool
    delivery_count: int


class Subscription(Protocol):
    """A consumer of one queue; survives a lost connection by subscribing again."""

    @property
    def waiting(self) -> int:
        """Return how many deliveries have arrived and were not taken yet."""

    async def batch(self, *, size: int, linger: float) -> Sequence[Delivery]:
        """Wait for a first delivery, then collect more for at most ``linger`` seconds.

        Returns an empty sequence once the subscription is stopped and nothing is left.
        """

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Settle deliveries as done; those of an earlier epoch are a counted no-op."""

    async def requeue(self, deliveries: Sequence[Delivery]) -> None:
        """Give deliveries back to this queue as a failed try (``basic.reject``)."""

    async def hand_back(self, deliveries: Sequence[Delivery]) -> None:
        """Give deliveries back to this queue unhandled (``basic.nack``)."""

    async def dead_letter(self, deliveries: Sequence[Delivery]) -> None:
        """Reject deliveries without requeue; the broker's policy decides where they go."""

    async def stop(self) -> None:
        """Stop the intake; deliveries already here stay until answered.

        What is still on its way goes back to the queue; RabbitMQ 4 counts that as a failed try.
        """

    async def close(self) -> None:
        """Close the channel; whatever is unanswered goes back to the queue."""


@dataclass(frozen=True, slots=True)
class QueueState:
    """Messages ready for delivery and consumers of a queue."""

    name: str
    ready: int
    consumers: int


class Link(Protocol):
    """A connection to a broker for an asyncio process, with recovery of its own."""

    @property
    def is_ready(self) -> bool:
        """Tell whether messages can be published now: connected and not blocked."""

    async def publish(self, messages: Sequence[Outgoing]) -> Sequence[Published]:
        """Publish with a window of confirms; one outcome per message, in order.

        Never raises for the broker's sake; while the link is away the outcome is UNKNOWN.
        """

    async def subscribe(self, queue: str, *, prefetch: int) -> Subscription:
        """Consume a queue.

        Raises:
            Outage: The broker does not answer.
        """

    async def state(self, queue: str) -> QueueState:
        """Return the state of a queue by passive declaration.

        Raises:
            Outage: The broker does not answer.
            Invalid: There is no such queue.
        """

    async def close(self) -> None:
        """Close every channel and connection; confirms still open resolve to UNKNOWN."""
