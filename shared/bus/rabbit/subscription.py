"""Consuming one queue, over as many connections as it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

from shared.bus.intake import Intake
from shared.bus.port import Delivery
from shared.bus.rabbit.channel import AwaitedChannel
from shared.bus.rabbit.frames import ack_frame, hand_back_frames, reject_frames
from shared.bus.rabbit.line import Line
from shared.bus.rabbit.unanswered import Unanswered
from shared.bus.signals import Observe, Signal
from shared.bus.topology import JOURNAL
from shared.faults import Fault

COUNT_HEADER: Final = "x-delivery-count"


class RabbitSubscription:
    """A consumer of one queue; keeps the promises of ``shared.bus.port.Subscription``.

    It has a channel of its own. When the broker closes that channel or cancels the consumer, it
    asks ``on_broken`` for another one.
    """

    def __init__(
        self,
        queue: str,
        prefetch: int,
        *,
        observe: Observe,
        on_broken: Callable[[RabbitSubscription], None],
        on_closed: Callable[[RabbitSubscription], None],
    ) -> None:
        self.queue = queue
        self._prefetch = prefetch
        self._observe = observe
        self._on_broken = on_broken
        self._on_closed = on_closed
        self._intake = Intake()
        self._unanswered = Unanswered()
        self._channel: AwaitedChannel | None = None
        self._epoch = 0
        self._tag = ""
        self._stopped = False

    @property
    def waiting(self) -> int:
        """Return how many deliveries have arrived and were not taken yet."""
        return len(self._intake)

    async def start(self, line: Line, epoch: int) -> None:
        """Consume over a line from now on."""
        if self._stopped:
            return
        channel = await line.channel()
        await channel.prefetch(self._prefetch)
        self._intake.clear()
        self._unanswered = Unanswered()
        self._epoch, self._channel = epoch, channel
        self._tag = f"{self.queue}-{epoch}"
        channel.raw.add_on_cancel_callback(self._on_cancelled)
        arguments = {"x-stream-offset": "next"} if self.queue == JOURNAL else {}
        try:
            await channel.consume(
                self.queue, self._on_delivery, tag=self._tag, arguments=arguments
            )
        except BaseException:
            self.lose()
            raise
        channel.closed.add_done_callback(self._on_channel_closed)

    def lose(self) -> None:
        """Forget what came over a line that is gone; it will come again."""
        self._channel = None
        self._intake.clear()
        self._unanswered = Unanswered()

    async def batch(self, *, size: int, linger: float) -> Sequence[Delivery]:
        """Wait for deliveries."""
        return await self._intake.batch(size=size, linger=linger)

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Settle deliveries as done, with as few frames as can be."""
        tags = self._current(deliveries)
        channel = self._channel
        if not tags or channel is None:
            return
        answer = self._unanswered.settle(set(tags))
        number = channel.number
        frames = [ack_frame(number, tag, multiple=False) for tag in answer.singly]
        if answer.up_to:
            frames.insert(0, ack_frame(number, answer.up_to, multiple=True))
        channel.wire.write(b"".join(frames))

    async def requeue(self, deliveries: Sequence[Delivery]) -> None:
        """Give deliveries back as a failed try."""
        tags = self._current(deliveries)
        self._answer(tags, lambda number: reject_frames(number, tags, requeue=True))

    async def hand_back(self, deliveries: Sequence[Delivery]) -> None:
        """Give deliveries back unhandled."""
        tags = self._current(deliveries)
        self._answer(tags, lambda number: hand_back_frames(number, tags))

    async def dead_letter(self, deliveries: Sequence[Delivery]) -> None:
        """Reject deliveries; the policy of the queue decides where they go."""
        tags = self._current(deliveries)
        self._answer(tags, lambda number: reject_frames(number, tags, requeue=False))

    async def stop(self) -> None:
        """Stop the intake."""
        if self._stopped:
            return
        self._stopped = True
        channel = self._channel
        try:
            if channel is not None and channel.is_open:
                await channel.cancel(self._tag)
        except Fault:
            pass  # the channel went away, and the consumer with it
        finally:
            self._intake.stop()

    async def close(self) -> None:
        """Close the channel; whatever is unanswered goes back to the queue."""
        self._stopped = True
        channel = self._channel
        self.lose()
        self._intake.stop()
        self._on_closed(self)
        if channel is not None:
            await channel.close()

    def _answer(self, tags: Sequence[int], encode: Callable[[int], bytes]) -> None:
        channel = self._channel
        if tags and channel is not None:
            self._unanswered.remove(tags)
            channel.wire.write(encode(channel.number))

    def _current(self, deliveries: Sequence[Delivery]) -> list[int]:
        known, epoch = self._unanswered, self._epoch
        tags = [d.tag for d in deliveries if d.epoch == epoch and d.tag in known]
        if stale := len(deliveries) - len(tags):
            self._observe(Signal.STALE_ANSWER, stale)
        return tags

    def _on_delivery(self, channel: Any, method: Any, properties: Any, body: bytes) -> None:
        current = self._channel
        if current is None or channel is not current.raw:
            return
        headers = properties.headers or {}
        count = headers.get(COUNT_HEADER, 0)
        self._unanswered.add(method.delivery_tag)
        self._intake.put(
            Delivery(
                queue=self.queue,
                epoch=self._epoch,
                tag=method.delivery_tag,
                body=body,
                message_id=properties.message_id or "",
                content_type=properties.content_type or "",
                type=properties.type or "",
                exchange=method.exchange,
                routing_key=method.routing_key,
                headers=headers,
                redelivered=method.redelivered,
                delivery_count=count if isinstance(count, int) else 0,
            )
        )

    def _on_cancelled(self, _frame: object) -> None:
        # The queue was deleted or lost its leader; close the channel and begin again.
        channel = self._channel
        self._observe(Signal.CONSUMER_LOST, 1)
        if channel is not None and channel.is_open:
            channel.raw.close()

    def _on_channel_closed(self, closed: asyncio.Future[Fault]) -> None:
        channel = self._channel
        if channel is not None and channel.closed is closed and not self._stopped:
            self.lose()
            self._on_broken(self)
