"""``embedded://`` for kombu: a broker in this process, given in the transport options."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from kombu.transport import base

from shared.bus.embedded.broker import EmbeddedBroker
from shared.bus.embedded.parcels import Parcel
from shared.bus.embedded.queues import Consumer, HeldQueue
from shared.bus.limits import check
from shared.bus.port import Outgoing, Published
from shared.bus.transport.channel import Channel
from shared.bus.transport.letters import (
    PERSISTENT,
    Letter,
    OnLetter,
    Posted,
    QueueWish,
    posted,
)
from shared.faults import Fault, Misconfigured, Outage


class EmbeddedConnection:
    """A connection to a broker in this process."""

    def __init__(self, broker: EmbeddedBroker, client: Any) -> None:
        self.client = client
        self.broker = broker
        self.connected = True
        self.arrived: deque[Callable[[], None]] = deque()
        self._channels: list[Channel] = []
        broker.connect(self)

    def channel(self) -> Channel:
        """Open a channel."""
        made = Channel(self, len(self._channels) + 1, EmbeddedCarrier(self))
        self._channels.append(made)
        return made

    def drain_events(self, timeout: float | None = None) -> None:
        """Hand over one delivery.

        Raises:
            TimeoutError: There is none, and waiting cannot bring one: nobody else runs.
            Outage: The connection was lost.
        """
        del timeout
        if not self.connected:
            raise Outage("the connection to the broker is lost", dependency="broker")
        if not self.arrived:
            raise TimeoutError
        self.arrived.popleft()()

    def close(self) -> None:
        """Close every channel."""
        for channel in self._channels:
            channel.close()
        self.connected = False
        self.arrived.clear()
        self.broker.disconnect(self)

    def cut(self) -> None:
        """Be told that the connection is lost."""
        self.close()

    def queue_appeared(self, name: str) -> None:
        """A queue is nothing to a connection until it consumes it."""

    def queue_vanished(self, name: str) -> None:
        """What was consumed from a deleted queue just ends."""


class EmbeddedCarrier:
    """One channel; keeps the promises of ``shared.bus.transport.letters.Carrier``."""

    def __init__(self, connection: EmbeddedConnection) -> None:
        self._connection = connection
        self._broker = connection.broker
        self._prefetch = 0
        self._consumers: dict[str, tuple[HeldQueue, Consumer]] = {}
        self._unanswered: dict[int, tuple[HeldQueue, Consumer, int]] = {}
        self._last_tag = 0

    def declare_exchange(self, name: str, kind: str, arguments: Mapping[str, Any]) -> None:
        """Make an exchange."""
        self._broker.declare_exchange(name, kind, arguments)

    def look_at_exchange(self, name: str) -> None:
        """Fail unless an exchange is there."""
        self._broker.exchange(name)

    def delete_exchange(self, name: str) -> None:
        """Delete an exchange."""
        self._broker.exchanges.pop(name, None)

    def declare_queue(self, wish: QueueWish) -> tuple[str, int, int]:
        """Make a queue."""
        name = wish.name or f"amq.gen-{uuid.uuid4().hex}"
        self._broker.declare_queue(name, wish.arguments)
        return self.look_at_queue(name)

    def look_at_queue(self, name: str) -> tuple[str, int, int]:
        """Return name, messages and consumers of a queue."""
        held = self._broker.queue(name)
        return name, len(held.ready), len(held.consumers)

    def delete_queue(self, name: str) -> int:
        """Delete a queue."""
        return self._broker.delete_queue(name)

    def purge_queue(self, name: str) -> int:
        """Drop the messages of a queue."""
        ready = self._broker.queue(name).ready
        count = len(ready)
        ready.clear()
        return count

    def bind(self, queue: str, exchange: str, key: str) -> None:
        """Bind a queue."""
        self._broker.bind(queue, exchange, key)

    def unbind(self, queue: str, exchange: str, key: str) -> None:
        """Remove a binding."""
        self._broker.exchange(exchange).unbind(queue, key)

    def publish(self, letter: Letter, *, mandatory: bool, timeout: float) -> Published:
        """Publish."""
        del timeout
        message = posted(letter)
        check(message)
        return self._broker.publish(message, mandatory=mandatory)

    def limit(self, prefetch: int) -> None:
        """Limit the unanswered deliveries of consumers to come."""
        self._prefetch = prefetch

    def consume(self, queue: str, tag: str, on_letter: OnLetter, *, no_ack: bool) -> None:
        """Consume a queue."""
        held = self._broker.queue(queue)

        def deliver(number: int, parcel: Parcel) -> None:
            letter = self._hand_over(held, consumer, number, parcel, no_ack=no_ack)
            self._connection.arrived.append(lambda: on_letter(letter))

        consumer = Consumer(deliver, 0 if no_ack else self._prefetch)
        self._consumers[tag] = (held, consumer)
        held.attach(consumer)

    def cancel(self, tag: str) -> None:
        """Stop consuming."""
        held, consumer = self._consumers.pop(tag, (None, None))
        if held is not None and consumer is not None:
            held.detach(consumer)

    def get(self, queue: str, *, no_ack: bool) -> Letter | None:
        """Take one message, if there is one."""
        held = self._broker.queue(queue)
        taken: list[Letter] = []

        def deliver(number: int, parcel: Parcel) -> None:
            taken.append(self._hand_over(held, consumer, number, parcel, no_ack=no_ack))

        consumer = Consumer(deliver, 1)
        if held.ready:
            consumer.take(held.ready.popleft())
        return taken[0] if taken else None

    def ack(self, tag: int, *, multiple: bool) -> None:
        """Settle a delivery, or all up to it."""
        tags = [known for known in self._unanswered if known <= tag] if multiple else [tag]
        for settled in tags:
            held, consumer, number = self._known(settled)
            held.settle(consumer, [number])

    def reject(self, tag: int, *, requeue: bool) -> None:
        """Reject a delivery."""
        held, consumer, number = self._known(tag)
        if requeue:
            held.give_back(consumer, [number])
        else:
            held.reject(consumer, [number])

    def close(self) -> None:
        """Give back what is unanswered."""
        for held, consumer in self._consumers.values():
            held.detach(consumer)
        for held, consumer, number in self._unanswered.values():
            held.give_back(consumer, [number])
        self._unanswered.clear()
        self._consumers.clear()

    def _known(self, tag: int) -> tuple[HeldQueue, Consumer, int]:
        if tag not in self._unanswered:
            raise Outage(f"delivery {tag} is not known on this channel", dependency="broker")
        return self._unanswered.pop(tag)

    def _hand_over(
        self, held: HeldQueue, consumer: Consumer, number: int, parcel: Parcel, *, no_ack: bool
    ) -> Letter:
        self._last_tag += 1
        if no_ack:
            consumer.unanswered.pop(number)
        else:
            self._unanswered[self._last_tag] = (held, consumer, number)
        return _letter(parcel, self._last_tag)


class Transport(base.Transport):  # type: ignore[misc] # kombu has no types
    """kombu's way in."""

    driver_type = "embedded"
    driver_name = "embedded"
    connection_errors = recoverable_connection_errors = (Outage,)
    channel_errors = recoverable_channel_errors = (Fault,)
    implements = base.Transport.implements.extend(
        exchange_type=frozenset(["direct", "topic", "fanout"])
    )

    def establish_connection(self) -> EmbeddedConnection:
        """Connect."""
        broker = (self.client.transport_options or {}).get("broker")
        if not isinstance(broker, EmbeddedBroker):
            raise Misconfigured("embedded:// needs transport_options={'broker': EmbeddedBroker()}")
        if broker.is_away:
            raise Outage("the broker is away", dependency="broker")
        return EmbeddedConnection(broker, self.client)

    def create_channel(self, connection: EmbeddedConnection) -> Channel:
        """Open a channel."""
        return connection.channel()

    def drain_events(self, connection: EmbeddedConnection, **kwargs: Any) -> None:
        """Hand over one delivery."""
        connection.drain_events(**kwargs)

    def verify_connection(self, connection: EmbeddedConnection) -> bool:
        """Tell whether a connection can be used."""
        return connection.connected

    def close_connection(self, connection: EmbeddedConnection) -> None:
        """Close a connection."""
        connection.close()


def _letter(parcel: Parcel, tag: int) -> Letter:
    message = parcel.message
    headers = dict(parcel.headers)
    if parcel.delivery_count:
        headers["x-delivery-count"] = parcel.delivery_count
    return Letter(
        body=message.body,
        headers=headers,
        properties=message.properties if isinstance(message, Posted) else _properties(message),
        exchange=message.exchange,
        routing_key=message.routing_key,
        tag=tag,
        redelivered=parcel.redelivered,
    )


def _properties(message: Outgoing) -> dict[str, Any]:
    given = {
        "message_id": message.message_id,
        "content_type": message.content_type,
        "type": message.type,
        "correlation_id": message.correlation_id,
        "delivery_mode": PERSISTENT,
    }
    return {name: value for name, value in given.items() if value}
