"""The link to an embedded broker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Final

from shared.bus.embedded.broker import EmbeddedBroker
from shared.bus.embedded.parcels import Parcel
from shared.bus.embedded.queues import Consumer, HeldQueue
from shared.bus.intake import Intake
from shared.bus.limits import check
from shared.bus.port import Delivery, Outgoing, Published, QueueState
from shared.bus.signals import Observe, Signal, nobody, observe_outcomes
from shared.faults import Outage

PUBLISHED_PER_TURN: Final = 500


class EmbeddedLink:
    """A connection to a broker in this process; keeps the promises of ``shared.bus.port.Link``."""

    def __init__(self, broker: EmbeddedBroker, observe: Observe = nobody) -> None:
        self.epoch = 1
        self._broker = broker
        self._observe = observe
        self._subscriptions: set[EmbeddedSubscription] = set()
        self._closed = False
        broker.connect(self)

    @property
    def is_ready(self) -> bool:
        """Tell whether messages can be published now."""
        return not self._closed and not self._broker.is_away

    async def publish(self, messages: Sequence[Outgoing]) -> Sequence[Published]:
        """Publish; one outcome per message, in order."""
        for message in messages:
            check(message)
        outcomes: list[Published] = []
        waiting = iter(messages)
        while turn := list(islice(waiting, PUBLISHED_PER_TURN)):
            outcomes.extend(self._publish(message) for message in turn)
            await asyncio.sleep(0)
        observe_outcomes(self._observe, outcomes)
        return outcomes

    async def subscribe(self, queue: str, *, prefetch: int) -> EmbeddedSubscription:
        """Consume a queue."""
        self._require_broker("subscribe to", queue)
        subscription = EmbeddedSubscription(
            self._broker, self._broker.queue(queue), prefetch, self._observe
        )
        subscription.resume(self.epoch)
        self._subscriptions.add(subscription)
        subscription.on_closed = self._subscriptions.discard
        return subscription

    async def state(self, queue: str) -> QueueState:
        """Return the state of a queue."""
        self._require_broker("look at", queue)
        held = self._broker.queue(queue)
        return QueueState(name=queue, ready=len(held.ready), consumers=len(held.consumers))

    async def close(self) -> None:
        """Close every subscription."""
        self._closed = True
        self._broker.disconnect(self)
        for subscription in list(self._subscriptions):
            await subscription.close()

    def cut(self) -> None:
        """Lose the connection: what is unanswered goes back, and consuming starts anew."""
        self.epoch += 1
        self._observe(Signal.LOST, 1)
        for subscription in self._subscriptions:
            subscription.lose()
        if not self._broker.is_away:
            self._observe(Signal.CONNECTED, 1)
            for subscription in self._subscriptions:
                subscription.resume(self.epoch)

    def queue_vanished(self, name: str) -> None:
        """Lose the consumers of a queue that was deleted."""
        for subscription in [s for s in self._subscriptions if s.queue == name]:
            self._observe(Signal.CONSUMER_LOST, 1)
            subscription.lose()

    def queue_appeared(self, name: str) -> None:
        """Consume a queue again that was made anew."""
        waiting = [s for s in self._subscriptions if s.queue == name]
        if waiting:
            self.epoch += 1
        for subscription in waiting:
            subscription.resume(self.epoch)
            self._observe(Signal.RESUBSCRIBED, 1)

    def _publish(self, message: Outgoing) -> Published:
        if self._closed or self._broker.is_away:
            return Published.UNKNOWN
        return self._broker.publish(message)

    def _require_broker(self, doing: str, queue: str) -> None:
        if self._closed or self._broker.is_away:
            raise Outage(f"cannot {doing} {queue!r}: the broker is away", dependency="broker")


class EmbeddedSubscription:
    """A consumer of one queue; keeps the promises of ``shared.bus.port.Subscription``."""

    def __init__(
        self, broker: EmbeddedBroker, queue: HeldQueue, prefetch: int, observe: Observe
    ) -> None:
        self.on_closed: Callable[[EmbeddedSubscription], None] = _nothing
        self._broker = broker
        self._queue = queue
        self._prefetch = prefetch
        self._observe = observe
        self._intake = Intake()
        self._epoch = 0
        self._stopped = False
        self._consumer = Consumer(self._arrive, prefetch)

    @property
    def queue(self) -> str:
        """Return the name of the queue."""
        return self._queue.name

    @property
    def waiting(self) -> int:
        """Return how many deliveries have arrived and were not taken yet."""
        return len(self._intake)

    def resume(self, epoch: int) -> None:
        """Consume over a new connection."""
        self._epoch = epoch
        if not self._stopped and self._queue.name in self._broker.queues:
            self._queue = self._broker.queue(self._queue.name)
            self._consumer = Consumer(self._arrive, self._prefetch)
            self._queue.attach(self._consumer)

    def lose(self) -> None:
        """Lose the connection with everything that came over it."""
        self._intake.clear()
        self._queue.abandon(self._consumer)

    async def batch(self, *, size: int, linger: float) -> Sequence[Delivery]:
        """Wait for deliveries."""
        return await self._intake.batch(size=size, linger=linger)

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Settle deliveries as done."""
        self._queue.settle(self._consumer, self._current(deliveries))

    async def requeue(self, deliveries: Sequence[Delivery]) -> None:
        """Give deliveries back as a failed try."""
        self._queue.give_back(self._consumer, self._current(deliveries))

    async def hand_back(self, deliveries: Sequence[Delivery]) -> None:
        """Give deliveries back unhandled; counted as on RabbitMQ before 4.3."""
        self._queue.give_back(self._consumer, self._current(deliveries))

    async def dead_letter(self, deliveries: Sequence[Delivery]) -> None:
        """Reject deliveries; the policy of the queue decides where they go."""
        self._queue.reject(self._consumer, self._current(deliveries))

    async def stop(self) -> None:
        """Stop the intake."""
        self._stopped = True
        self._queue.detach(self._consumer)
        self._intake.stop()

    async def close(self) -> None:
        """Give back whatever is unanswered."""
        await self.stop()
        self.lose()
        self._epoch += 1
        self.on_closed(self)

    def _arrive(self, tag: int, parcel: Parcel) -> None:
        message = parcel.message
        headers = parcel.headers
        if parcel.delivery_count:
            headers = {**headers, "x-delivery-count": parcel.delivery_count}
        self._intake.put(
            Delivery(
                queue=self._queue.name,
                epoch=self._epoch,
                tag=tag,
                body=message.body,
                message_id=message.message_id,
                content_type=message.content_type,
                type=message.type,
                exchange=message.exchange,
                routing_key=message.routing_key,
                headers=headers,
                redelivered=parcel.redelivered,
                delivery_count=parcel.delivery_count,
            )
        )

    def _current(self, deliveries: Sequence[Delivery]) -> list[int]:
        known = self._consumer.unanswered
        tags = [d.tag for d in deliveries if d.epoch == self._epoch and d.tag in known]
        if stale := len(deliveries) - len(tags):
            self._observe(Signal.STALE_ANSWER, stale)
        return tags


def _nothing(subscription: EmbeddedSubscription) -> None:
    del subscription
