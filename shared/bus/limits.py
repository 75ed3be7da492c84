"""What we refuse to publish, before a broker has to.

A header block of more than about 127 KiB ends the whole connection with a frame error, and the
confirms of innocent messages with it; a body over 16 MiB is refused by RabbitMQ 4.
"""

from __future__ import annotations

from typing import Final

from shared.bus.port import Outgoing
from shared.faults import Invalid

HEADER_LIMIT: Final = 4096
BODY_LIMIT: Final = 8 * 1024 * 1024
SHORT_TEXT_LIMIT: Final = 255

_PER_HEADER = 6  # length of the name, kind, length of the value


def header_size(message: Outgoing) -> int:
    """Return the bytes that the headers of a message take on the wire, or a few more."""
    return sum(
        _PER_HEADER + len(name.encode()) + (8 if isinstance(value, int) else len(value.encode()))
        for name, value in message.headers.items()
    )


def check(message: Outgoing) -> None:
    """Refuse a message that the broker would refuse or choke on.

    Raises:
        Invalid: Names the message and the part of it that is too large.
    """
    if len(message.body) > BODY_LIMIT:
        _refuse(message, "body", len(message.body), BODY_LIMIT)
    if message.headers and (size := header_size(message)) > HEADER_LIMIT:
        _refuse(message, "headers", size, HEADER_LIMIT)
    for part in ("exchange", "routing_key", "message_id", "content_type", "type"):
        text: str = getattr(message, part)
        if len(text) > SHORT_TEXT_LIMIT // 4 and len(text.encode()) > SHORT_TEXT_LIMIT:
            _refuse(message, part, len(text.encode()), SHORT_TEXT_LIMIT)
    if message.correlation_id and len(message.correlation_id.encode()) > SHORT_TEXT_LIMIT:
        _refuse(message, "correlation_id", len(message.correlation_id), SHORT_TEXT_LIMIT)


def _refuse(message: Outgoing, part: str, size: int, limit: int) -> None:
    raise Invalid(
        f"message {message.message_id[:64]} to {message.exchange[:64]!r} is not published: "
        f"its {part} is {size} bytes, and {limit} is the most",
        code="too-large",
        field=part,
    )
