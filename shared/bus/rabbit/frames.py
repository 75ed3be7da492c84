"""The bytes of what we send most: publish, ack, reject.

pika builds three objects for every message; we know which properties we set. Source: AMQP 0-9-1,
sections 2.3.5 and 4.2; basic.publish is method 60.40, ack 60.80, reject 60.90, nack 60.120.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from pika import data

from shared.bus.port import Outgoing

_METHOD, _HEADER, _BODY = 1, 2, 3
_END: Final = b"\xce"
_HEAD: Final = struct.Struct(">BHI")
_CONTENT: Final = struct.Struct(">BHIHHQH")
_ANSWER: Final = struct.Struct(">BHIHHQBc")
_BASIC: Final = 60
_PUBLISH, _ACK, _REJECT, _NACK = 40, 80, 90, 120
_MANDATORY: Final = 1
_ANSWER_SIZE: Final = 13
_CONTENT_SIZE: Final = 14  # class, weight, body size and flags, before the properties

_HAS_CONTENT_TYPE: Final = 1 << 15
_HAS_HEADERS: Final = 1 << 13
_HAS_DELIVERY_MODE: Final = 1 << 12
_HAS_CORRELATION_ID: Final = 1 << 10
_HAS_MESSAGE_ID: Final = 1 << 7
_HAS_TYPE: Final = 1 << 5
_PERSISTENT: Final = b"\x02"


def publish_frames(channel: int, message: Outgoing, body_room: int) -> bytes:
    """Return the frames of a mandatory, persistent publish, ``body_room`` bytes of it in each."""
    return b"".join(
        (
            _publish_method(channel, message.exchange, message.routing_key),
            _content_header(channel, message),
            _body(channel, message.body, body_room),
        )
    )


def ack_frame(channel: int, tag: int, *, multiple: bool) -> bytes:
    """Return the frame that settles one tag, or all up to it."""
    return _ANSWER.pack(_METHOD, channel, _ANSWER_SIZE, _BASIC, _ACK, tag, multiple, _END)


def reject_frames(channel: int, tags: Iterable[int], *, requeue: bool) -> bytes:
    """Return the frames that reject tags one by one."""
    return b"".join(
        _ANSWER.pack(_METHOD, channel, _ANSWER_SIZE, _BASIC, _REJECT, tag, requeue, _END)
        for tag in tags
    )


def hand_back_frames(channel: int, tags: Iterable[int]) -> bytes:
    """Return the frames that give tags back as never tried (``basic.nack`` with requeue)."""
    requeue = 2
    return b"".join(
        _ANSWER.pack(_METHOD, channel, _ANSWER_SIZE, _BASIC, _NACK, tag, requeue, _END)
        for tag in tags
    )


@lru_cache(maxsize=4096)
def _publish_method(channel: int, exchange: str, routing_key: str) -> bytes:
    arguments = b"\x00\x00" + _short(exchange) + _short(routing_key) + bytes([_MANDATORY])
    payload = struct.pack(">HH", _BASIC, _PUBLISH) + arguments
    return _HEAD.pack(_METHOD, channel, len(payload)) + payload + _END


def _content_header(channel: int, message: Outgoing) -> bytes:
    flags = _HAS_CONTENT_TYPE | _HAS_DELIVERY_MODE | _HAS_MESSAGE_ID
    pieces = [_short(message.content_type)]
    if message.headers:
        flags |= _HAS_HEADERS
        pieces.append(_table(message.headers))
    pieces.append(_PERSISTENT)
    if message.correlation_id is not None:
        flags |= _HAS_CORRELATION_ID
        pieces.append(_short(message.correlation_id))
    pieces.append(_short(message.message_id))
    if message.type:
        flags |= _HAS_TYPE
        pieces.append(_short(message.type))
    properties = b"".join(pieces)
    size = _CONTENT_SIZE + len(properties)
    head = _CONTENT.pack(_HEADER, channel, size, _BASIC, 0, len(message.body), flags)
    return head + properties + _END


def _body(channel: int, body: bytes, room: int) -> bytes:
    if len(body) <= room:
        return b"".join((_HEAD.pack(_BODY, channel, len(body)), body, _END)) if body else b""
    cuts = (body[start : start + room] for start in range(0, len(body), room))
    return b"".join(
        piece for cut in cuts for piece in (_HEAD.pack(_BODY, channel, len(cut)), cut, _END)
    )


def _table(headers: Mapping[str, str | int]) -> bytes:
    pieces: list[bytes] = []
    data.encode_table(pieces, dict(headers))
    return b"".join(pieces)


def _short(text: str) -> bytes:
    encoded = text.encode()
    return bytes([len(encoded)]) + encoded
