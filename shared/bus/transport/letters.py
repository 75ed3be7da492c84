"""Messages on their way between kombu and a carrier, and what a publish can come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias

from shared.bus.port import Outgoing, Published
from shared.faults import Invalid, Transient

PERSISTENT: Final = 2


class Returned(Invalid):
    """The broker knows no queue for the message; it was not taken."""


class Nacked(Transient):
    """The broker refused the message for now, for example because a queue is full."""


class Unknown(Transient):
    """The link was lost before the broker answered; publish again with the same message id."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to publish, or one that was delivered.

    Attributes:
        properties: AMQP properties by name, without the headers.
        tag: Delivery tag; 0 before delivery.
    """

    body: bytes
    headers: Mapping[str, Any]
    properties: Mapping[str, Any]
    exchange: str = ""
    routing_key: str = ""
    tag: int = 0
    redelivered: bool = False


@dataclass(frozen=True, slots=True)
class QueueWish:
    """A queue to declare."""

    name: str
    durable: bool = True
    exclusive: bool = False
    auto_delete: bool = False
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Posted(Outgoing):
    """A letter as our own brokers and limits take it, with all its AMQP properties."""

    properties: Mapping[str, Any] = field(default_factory=dict)


def posted(letter: Letter) -> Posted:
    """Return a letter as something our brokers take."""
    given = letter.properties
    return Posted(
        exchange=letter.exchange,
        routing_key=letter.routing_key,
        body=letter.body,
        message_id=given.get("message_id", ""),
        content_type=given.get("content_type", ""),
        type=given.get("type", ""),
        correlation_id=given.get("correlation_id"),
        headers=letter.headers,
        properties=given,
    )


OnLetter: TypeAlias = Callable[[Letter], None]


class Carrier(Protocol):
    """One channel to a broker, synchronous; a kombu channel speaks to nothing else.

    Every call is complete when it returns, and raises faults only.
    """

    def declare_exchange(self, name: str, kind: str, arguments: Mapping[str, Any]) -> None:
        """Make a durable exchange."""

    def look_at_exchange(self, name: str) -> None:
        """Fail unless an exchange is there."""

    def delete_exchange(self, name: str) -> None:
        """Delete an exchange."""

    def declare_queue(self, wish: QueueWish) -> tuple[str, int, int]:
        """Make a queue; return its name, how many messages and how many consumers it has."""

    def look_at_queue(self, name: str) -> tuple[str, int, int]:
        """Return name, messages and consumers of a queue."""

    def delete_queue(self, name: str) -> int:
        """Delete a queue; return how many messages went with it."""

    def purge_queue(self, name: str) -> int:
        """Drop the messages of a queue; return how many."""

    def bind(self, queue: str, exchange: str, key: str) -> None:
        """Bind a queue."""

    def unbind(self, queue: str, exchange: str, key: str) -> None:
        """Remove a binding."""

    def publish(self, letter: Letter, *, mandatory: bool, timeout: float) -> Published:
        """Publish, and wait for the broker's answer."""

    def limit(self, prefetch: int) -> None:
        """Limit the unanswered deliveries of consumers to come."""

    def consume(self, queue: str, tag: str, on_letter: OnLetter, *, no_ack: bool) -> None:
        """Consume a queue."""

    def cancel(self, tag: str) -> None:
        """Stop consuming."""

    def get(self, queue: str, *, no_ack: bool) -> Letter | None:
        """Take one message, if there is one."""

    def ack(self, tag: int, *, multiple: bool) -> None:
        """Settle a delivery, or all up to it."""

    def reject(self, tag: int, *, requeue: bool) -> None:
        """Reject a delivery."""

    def close(self) -> None:
        """Close the channel."""


def raise_unless_confirmed(outcome: Published, letter: Letter) -> None:
    """Turn an outcome that is not a confirm into its error.

    Raises:
        Returned: No queue takes the message.
        Nacked: The broker refused it.
        Unknown: Nobody knows.
    """
    place = f"publish to {letter.exchange!r} with key {letter.routing_key!r}"
    match outcome:
        case Published.CONFIRMED:
            return
        case Published.RETURNED:
            raise Returned(f"{place}: no queue takes it", code="returned", dependency="broker")
        case Published.NACKED:
            raise Nacked(f"{place}: the broker refused it", code="nacked", dependency="broker")
        case Published.UNKNOWN:
            raise Unknown(
                f"{place}: no answer; publish again with the same message id",
                code="unknown",
                dependency="broker",
            )
