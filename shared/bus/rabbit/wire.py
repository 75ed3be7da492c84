"""pika's asyncio connection with fewer system calls and copies.

pika writes every frame with a call of its own and cuts its read buffer anew for every frame.
Joining what one turn of the event loop writes, and walking over what it reads, is worth a factor
of three (measured: ``tests/bench/bus_bench.py``). The hooks are private to pika: should a later
1.x rename them, these methods are no longer called and everything works at pika's own pace.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, Final

from pika import frame
from pika.adapters.asyncio_connection import AsyncioConnection
from pika.channel import Channel
from pika.exceptions import StreamLostError

from shared.bus.rabbit.deliveries import FRAME_HEAD, WholeDelivery, whole_delivery

_FRAME_END_SIZE: Final = 1
_PROTOCOL_HEADER: Final = b"AMQP"


class KeepingChannel(Channel):  # type: ignore[misc] # pika has no types
    """A channel that keeps what arrives between a cancel and its answer.

    pika rejects those deliveries, which RabbitMQ counts as failed tries.
    """

    def take(self, delivery: WholeDelivery) -> bool:
        """Give a delivery to its consumer; False when there is none."""
        on_delivery = self._consumers.get(delivery.method.consumer_tag)
        if on_delivery is None:
            return False
        on_delivery(self, delivery.method, delivery.properties, delivery.body)
        return True

    def _on_deliver(self, method_frame: Any, header_frame: Any, body: bytes) -> None:
        on_delivery = self._consumers.get(method_frame.method.consumer_tag)
        if on_delivery is None:
            super()._on_deliver(method_frame, header_frame, body)
        else:
            on_delivery(self, method_frame.method, header_frame.properties, body)


class Wire(AsyncioConnection):  # type: ignore[misc] # pika has no types
    """A connection that writes once per turn of the event loop."""

    _written: list[bytes] | None = None
    _frame_buffer: bytes

    def write(self, frames: bytes) -> None:
        """Write whole frames that were encoded elsewhere."""
        self._output_marshaled_frames((frames,))

    def drop(self) -> None:
        """End the connection without the closing ceremony."""
        if self.is_open:
            self._terminate_stream(StreamLostError("given up: the broker answers nothing"))

    def _hand_on(self, delivery: WholeDelivery) -> bool:
        channel = self._channels.get(delivery.channel)
        if not isinstance(channel, KeepingChannel) or not channel.take(delivery):
            return False
        self.frames_received += delivery.frames
        return True

    def _create_channel(self, channel_number: int, on_open_callback: Any) -> KeepingChannel:
        return KeepingChannel(self, channel_number, on_open_callback)

    def _output_marshaled_frames(self, marshaled_frames: Iterable[bytes]) -> None:
        if self._written is None:
            self._written = []
            asyncio.get_running_loop().call_soon(self._flush)
        self._written.extend(marshaled_frames)

    def _flush(self) -> None:
        written, self._written = self._written, None
        if written and self._transport is not None:
            together = b"".join(written)
            self.bytes_sent += len(together)
            self.frames_sent += len(written)
            self._adapter_emit_data(together)

    def _on_data_available(self, data_in: bytes) -> None:
        data = self._frame_buffer + data_in if self._frame_buffer else data_in
        self.bytes_received += len(data_in)
        self._frame_buffer = b""
        start, size = 0, len(data)
        while start + FRAME_HEAD.size <= size and data[start : start + 4] != _PROTOCOL_HEADER:
            if (delivery := whole_delivery(data, start)) is not None and self._hand_on(delivery):
                start = delivery.end
                continue
            length = FRAME_HEAD.unpack_from(data, start)[2]
            end = start + FRAME_HEAD.size + length + _FRAME_END_SIZE
            if end > size:
                break
            self._process_frame(frame.decode_frame(data[start:end])[1])
            start = end
        rest = data[start:]
        if rest.startswith(_PROTOCOL_HEADER):  # the server speaks another protocol
            super()._on_data_available(rest)
        else:
            self._frame_buffer = rest
