"""The link to RabbitMQ: one connection to publish, one to consume.

They are separate because a broker in need blocks connections that publish; a consumer that
shared one could no longer ack.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Final

import structlog

from shared.bus.port import Outgoing, Published, QueueState
from shared.bus.rabbit.address import Address
from shared.bus.rabbit.line import Line
from shared.bus.rabbit.publisher import Publisher
from shared.bus.rabbit.recovery import Recovery, wait_before
from shared.bus.rabbit.subscription import RabbitSubscription
from shared.bus.signals import Observe, Signal
from shared.faults import Fault

AGAIN_AFTER: Final = 5  # the attempt whose backoff a broken consumer waits

log = structlog.get_logger()


class RabbitLink:
    """A connection to RabbitMQ; keeps the promises of ``shared.bus.port.Link``."""

    def __init__(self, address: Address, observe: Observe, random: Random) -> None:
        self._observe = observe
        self._random = random
        self._publisher = Publisher(observe)
        self._subscriptions: set[RabbitSubscription] = set()
        self._mending: set[asyncio.Task[None]] = set()
        self._publishing = Recovery(
            replace(address, name=f"{address.name} publishing"),
            on_open=self._start_publishing,
            on_lost=self._publisher.lose,
            observe=observe,
            random=random,
        )
        self._consuming = Recovery(
            replace(address, name=f"{address.name} consuming"),
            on_open=self._start_consuming,
            on_lost=self._lose_consuming,
            observe=observe,
            random=random,
        )

    async def open(self) -> None:
        """Connect.

        Raises:
            Outage: The broker does not answer.
            NotAllowed: It refuses the credentials or the virtual host.
        """
        await self._publishing.open()
        try:
            await self._consuming.open()
        except Fault:
            await self._publishing.close()
            raise

    @property
    def is_ready(self) -> bool:
        """Tell whether messages can be published now."""
        return self._publisher.is_ready

    async def publish(self, messages: Sequence[Outgoing]) -> Sequence[Published]:
        """Publish with a window of confirms; one outcome per message, in order."""
        return await self._publisher.publish(messages)

    async def subscribe(self, queue: str, *, prefetch: int) -> RabbitSubscription:
        """Consume a queue."""
        subscription = RabbitSubscription(
            queue,
            prefetch,
            observe=self._observe,
            on_broken=self._mend,
            on_closed=self._subscriptions.discard,
        )
        line = await self._consuming.open_line()
        await subscription.start(line, self._consuming.epoch)
        self._subscriptions.add(subscription)
        return subscription

    async def state(self, queue: str) -> QueueState:
        """Return the state of a queue by passive declaration."""
        channel = await (await self._consuming.open_line()).channel()
        try:
            ready, consumers = await channel.look_at_queue(queue)
        finally:
            await channel.close()
        return QueueState(name=queue, ready=ready, consumers=consumers)

    async def close(self) -> None:
        """Close every channel and connection."""
        for task in list(self._mending):
            task.cancel()
        if self._mending:
            await asyncio.wait(self._mending)
        for subscription in list(self._subscriptions):
            await subscription.close()
        await self._consuming.close()
        await self._publisher.close()
        await self._publishing.close()

    async def _start_publishing(self, line: Line, _epoch: int) -> None:
        await self._publisher.start(line)

    async def _start_consuming(self, line: Line, epoch: int) -> None:
        for subscription in list(self._subscriptions):
            try:
                await subscription.start(line, epoch)
            except Fault as fault:
                if not line.is_open:
                    raise
                log.warning("queue not consumed", queue=subscription.queue, reason=fault.message)
                self._mend(subscription)
            else:
                self._observe(Signal.RESUBSCRIBED, 1)

    def _lose_consuming(self) -> None:
        for subscription in self._subscriptions:
            subscription.lose()

    def _mend(self, subscription: RabbitSubscription) -> None:
        line = self._consuming.line
        if line is None or not line.is_open:
            return  # recovery starts every subscription on the next line
        task = asyncio.create_task(self._start_again(subscription, line))
        self._mending.add(task)
        task.add_done_callback(self._mending.discard)

    async def _start_again(self, subscription: RabbitSubscription, line: Line) -> None:
        attempt = 0
        while line.is_open and subscription in self._subscriptions:
            await asyncio.sleep(wait_before(min(attempt, AGAIN_AFTER), draw=self._random.random()))
            try:
                await subscription.start(line, self._consuming.new_epoch())
            except Fault as fault:
                attempt += 1
                log.warning("queue not consumed", queue=subscription.queue, reason=fault.message)
            else:
                self._observe(Signal.RESUBSCRIBED, 1)
                return
