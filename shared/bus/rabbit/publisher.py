"""Publishing with a window of confirms in flight."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import structlog
from pika import spec

from shared.bus.limits import check
from shared.bus.port import Outgoing, Published
from shared.bus.rabbit.channel import AwaitedChannel
from shared.bus.rabbit.confirms import ConfirmWindow, Outcomes, Ticket
from shared.bus.rabbit.frames import publish_frames
from shared.bus.rabbit.line import Line
from shared.bus.signals import Observe, observe_outcomes
from shared.faults import Fault, Invalid, NotAllowed

WINDOW: Final = 2000
WINDOW_BYTES: Final = 32 * 1024 * 1024
TURN: Final = 250
SILENCE_SECONDS: Final = 8.0
_FRAME_OVERHEAD: Final = 8
_EXCHANGE: Final = re.compile(r"exchange '([^']*)'")

log = structlog.get_logger()


class Publisher:
    """The publishing side of a link.

    Many tasks may publish at once and share one window. Whatever the window holds when the
    channel is lost is unknown. While the broker blocks publishers, publishing waits.

    When a call has had no answer for a while, the line is given up for a new one, and what is in
    flight is unknown. RabbitMQ 3.10.8 confirms nothing for a quorum queue without a leader, and
    reads nothing more from a connection that publishes to one (seen 2026-11).
    """

    def __init__(self, observe: Observe) -> None:
        self._observe = observe
        self._line: Line | None = None
        self._channel: AwaitedChannel | None = None
        self._window = ConfirmWindow()
        self._body_room = 0
        self._room = asyncio.Event()
        self._reopening: asyncio.Task[None] | None = None

    @property
    def is_ready(self) -> bool:
        """Tell whether a publish would be written now."""
        line = self._line
        return (
            self._channel is not None
            and self._channel.is_open
            and line is not None
            and line.is_open
            and not line.is_blocked
        )

    async def start(self, line: Line) -> None:
        """Publish over a line from now on."""
        channel = await line.channel()
        window = ConfirmWindow()
        await channel.confirm(partial(self._on_answer, window))
        channel.raw.add_on_return_callback(partial(_on_return, window))
        channel.closed.add_done_callback(self._on_closed)
        self._window = window
        self._body_room = int(line.wire.params.frame_max or 131072) - _FRAME_OVERHEAD
        self._line, self._channel = line, channel
        self._room.set()

    def lose(self) -> None:
        """Settle everything in flight as unknown."""
        self._channel = self._line = None
        self._window.lose()
        self._room.set()

    async def close(self) -> None:
        """Stop what this started."""
        if self._reopening is not None:
            self._reopening.cancel()
            await asyncio.wait([self._reopening])
        self.lose()

    async def publish(self, messages: Sequence[Outgoing]) -> Sequence[Published]:
        """Publish; one outcome per message, in order.

        Raises:
            Invalid: A message passes a limit; none of them was sent.
        """
        for message in messages:
            check(message)
        outcomes = Outcomes(len(messages))
        sent = 0
        while sent < len(messages) and await self._has_room():
            sent += self._send(messages, sent, outcomes)
            await asyncio.sleep(0)  # let confirms in
        if sent == len(messages):
            await self._all_answered(outcomes)
        else:
            await asyncio.sleep(0)  # the line is gone; let what was sent be settled
        result = outcomes.result()
        observe_outcomes(self._observe, result)
        return result

    async def _has_room(self) -> bool:
        while True:
            if self._reopening is not None:
                await asyncio.wait([self._reopening])
            line = self._line
            if line is None or self._channel is None or not self._channel.is_open:
                return False
            if line.is_blocked:
                await line.unblocked()
            elif len(self._window) < WINDOW and self._window.body_bytes < WINDOW_BYTES:
                return True
            else:
                self._room.clear()
                if not await _comes(self._room):
                    self._give_up()

    async def _all_answered(self, outcomes: Outcomes) -> None:
        while not outcomes.complete.done():
            missing = outcomes.missing
            await asyncio.wait([outcomes.complete], timeout=SILENCE_SECONDS)
            if outcomes.missing == missing:
                self._give_up()

    def _give_up(self) -> None:
        line = self._line
        if line is not None and not line.is_blocked:
            log.warning("broker does not confirm", messages=len(self._window))
            self.lose()
            line.drop()

    def _send(self, messages: Sequence[Outgoing], start: int, outcomes: Outcomes) -> int:
        channel, line = self._channel, self._line
        if channel is None or line is None:
            return 0
        room = min(TURN, WINDOW - len(self._window), len(messages) - start)
        window, number, body_room = self._window, channel.number, self._body_room
        frames: list[bytes] = []
        for index in range(start, start + room):
            message = messages[index]
            window.add(Ticket(message, outcomes, index))
            frames.append(publish_frames(number, message, body_room))
            if window.body_bytes >= WINDOW_BYTES:
                break
        line.wire.write(b"".join(frames))
        return len(frames)

    def _on_answer(self, window: ConfirmWindow, answer: Any) -> None:
        method = answer.method
        nacked = isinstance(method, spec.Basic.Nack)
        outcome = Published.NACKED if nacked else Published.CONFIRMED
        window.answer(method.delivery_tag, outcome, multiple=method.multiple)
        self._room.set()

    def _on_closed(self, closed: asyncio.Future[Fault]) -> None:
        line, channel = self._line, self._channel
        if channel is None or channel.closed is not closed:
            return  # given up before
        self._blame(closed.result())
        self.lose()
        if line is not None and line.is_open:  # only the channel was closed
            self._reopening = asyncio.create_task(self._reopen(line), name="reopen publisher")

    def _blame(self, fault: Fault) -> None:
        # The broker closes the channel over one publish; without naming it, that message would be
        # sent again for ever and make its neighbours unknown each time.
        named = _EXCHANGE.search(fault.message)
        if named and isinstance(fault, Invalid):
            self._window.refuse(named[1], Published.RETURNED)
        elif named and isinstance(fault, NotAllowed):
            self._window.refuse(named[1], Published.NACKED)

    async def _reopen(self, line: Line) -> None:
        try:
            await self.start(line)
        except Fault:
            await line.close()  # recovery dials again
        finally:
            self._reopening = None


async def _comes(event: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(SILENCE_SECONDS):
            await event.wait()
    except TimeoutError:
        return False
    return True


def _on_return(
    window: ConfirmWindow, _channel: object, method: Any, properties: Any, _body: bytes
) -> None:
    window.mark_returned(method.exchange, method.routing_key, properties.message_id or "")
