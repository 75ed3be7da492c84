"""A link to an embedded broker whose messages outlive the process.

The embedded broker holds its messages in memory. This link writes each message to the database
before it confirms it, and removes it when it was acknowledged. At the next start what is left is
published again; the inbox recognises what had been handled meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from shared.bus.port import Delivery, Link, Outgoing, Published, QueueState, Subscription
from shared.bus.topology import is_informational
from shared.faults import Fault
from shared.store.engine import Store
from shared.store.held import Address, HeldMessage, held, hold, let_go

_log = structlog.get_logger()


class KeepingLink:
    """Keeps the promises of ``shared.bus.port.Link``, and its messages besides."""

    def __init__(self, link: Link, store: Store) -> None:
        self._link = link
        self._store = store

    @property
    def is_ready(self) -> bool:
        """Tell whether messages can be published now."""
        return self._link.is_ready

    async def restore(self) -> int:
        """Publish again what an earlier process left, and return how many messages that were."""
        left = await held(self._store)
        await self._link.publish([_outgoing(message) for message in left])
        return len(left)

    async def publish(self, messages: Sequence[Outgoing]) -> Sequence[Published]:
        """Keep the messages, then publish them; what is not confirmed is not kept."""
        kept = [message for message in messages if not is_informational(message.routing_key)]
        try:
            await hold(self._store, [_held(message) for message in kept])
        except Fault:
            return [Published.NACKED] * len(messages)
        outcomes = await self._link.publish(messages)
        await _let_go(self._store, _unconfirmed(messages, outcomes))
        return outcomes

    async def subscribe(self, queue: str, *, prefetch: int) -> Subscription:
        """Consume a queue."""
        subscription = await self._link.subscribe(queue, prefetch=prefetch)
        return KeepingSubscription(subscription, self._store)

    async def state(self, queue: str) -> QueueState:
        """Return the state of a queue."""
        return await self._link.state(queue)

    async def close(self) -> None:
        """Close the link; what is kept stays."""
        await self._link.close()


class KeepingSubscription:
    """Keeps the promises of ``shared.bus.port.Subscription``; an ack lets messages go."""

    def __init__(self, subscription: Subscription, store: Store) -> None:
        self._subscription = subscription
        self._store = store

    @property
    def waiting(self) -> int:
        """Return how many deliveries have arrived and were not taken yet."""
        return self._subscription.waiting

    async def batch(self, *, size: int, linger: float) -> Sequence[Delivery]:
        """Wait for deliveries."""
        return await self._subscription.batch(size=size, linger=linger)

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Settle deliveries as done and let them go."""
        await self._subscription.ack(deliveries)
        await _let_go(
            self._store,
            [Address(one.exchange, one.routing_key, one.message_id) for one in deliveries],
        )

    async def requeue(self, deliveries: Sequence[Delivery]) -> None:
        """Give deliveries back as a failed try."""
        await self._subscription.requeue(deliveries)

    async def hand_back(self, deliveries: Sequence[Delivery]) -> None:
        """Give deliveries back unhandled."""
        await self._subscription.hand_back(deliveries)

    async def dead_letter(self, deliveries: Sequence[Delivery]) -> None:
        """Reject deliveries; at the next start they come to their first queue again."""
        await self._subscription.dead_letter(deliveries)

    async def stop(self) -> None:
        """Stop the intake."""
        await self._subscription.stop()

    async def close(self) -> None:
        """Close the subscription."""
        await self._subscription.close()


async def _let_go(store: Store, addresses: Sequence[Address]) -> None:
    try:
        await let_go(store, addresses)
    except Fault as fault:  # it comes again at the next start, and the inbox recognises it
        _log.warning("messages are kept for too long", code=fault.code, number=len(addresses))


def _unconfirmed(messages: Sequence[Outgoing], outcomes: Sequence[Published]) -> Sequence[Address]:
    return [
        _address(message)
        for message, outcome in zip(messages, outcomes, strict=True)
        if outcome is not Published.CONFIRMED
    ]


def _address(message: Outgoing) -> Address:
    return Address(message.exchange, message.routing_key, message.message_id)


def _held(message: Outgoing) -> HeldMessage:
    return HeldMessage(
        address=_address(message),
        body=message.body,
        content_type=message.content_type,
        type=message.type,
        correlation_id=message.correlation_id,
        headers=message.headers,
    )


def _outgoing(message: HeldMessage) -> Outgoing:
    return Outgoing(
        exchange=message.address.exchange,
        routing_key=message.address.routing_key,
        body=message.body,
        message_id=message.address.message_id,
        content_type=message.content_type,
        type=message.type,
        correlation_id=message.correlation_id,
        headers=message.headers,
    )
