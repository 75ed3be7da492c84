"""Reads a whole delivery out of the bytes that arrived, without a frame object for each part.

A delivery is a method frame, a header frame and body frames on one channel (AMQP 0-9-1, 4.2.6).
Most arrive whole, and then this is what consuming costs least with; whatever is cut in the middle,
or anything else, is left to pika.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, Final

from pika import spec

FRAME_HEAD: Final = struct.Struct(">BHI")
_BODY_SIZE: Final = struct.Struct(">Q")
_END: Final = 1
_METHOD, _HEADER, _BODY = spec.FRAME_METHOD, spec.FRAME_HEADER, spec.FRAME_BODY
_DELIVER: Final = struct.pack(">I", spec.Basic.Deliver.INDEX)
_INDEX_BYTES: Final = 4
_SIZE_OFFSET: Final = 4
_PROPERTIES_OFFSET: Final = 12


@dataclass(frozen=True, slots=True)
class WholeDelivery:
    """One delivery, and where the bytes after it begin."""

    channel: int
    method: Any
    properties: Any
    body: bytes
    frames: int
    end: int


def whole_delivery(data: bytes, start: int) -> WholeDelivery | None:
    """Return the delivery that begins at a place, None if it is not one or not all there."""
    payload = start + FRAME_HEAD.size
    kind, channel, length = FRAME_HEAD.unpack_from(data, start)
    if kind != _METHOD or data[payload : payload + _INDEX_BYTES] != _DELIVER:
        return None
    header = payload + length + _END
    if header + FRAME_HEAD.size > len(data):
        return None
    kind, _, length = FRAME_HEAD.unpack_from(data, header)
    content = header + FRAME_HEAD.size
    begin = content + length + _END
    if kind != _HEADER or begin > len(data):
        return None
    size = _BODY_SIZE.unpack_from(data, content + _SIZE_OFFSET)[0]
    found = _body(data, begin, size)
    if found is None:
        return None
    body, frames, end = found
    method = spec.Basic.Deliver().decode(data, payload + _INDEX_BYTES)
    properties = spec.BasicProperties().decode(data, content + _PROPERTIES_OFFSET)
    return WholeDelivery(channel, method, properties, body, frames + 2, end)


def _body(data: bytes, start: int, size: int) -> tuple[bytes, int, int] | None:
    chunks: list[bytes] = []
    while size > 0:
        if start + FRAME_HEAD.size > len(data):
            return None
        kind, _, length = FRAME_HEAD.unpack_from(data, start)
        chunk = start + FRAME_HEAD.size
        start = chunk + length + _END
        if kind != _BODY or start > len(data):
            return None
        chunks.append(data[chunk : chunk + length])
        size -= length
    return b"".join(chunks), len(chunks), start
