"""What pika raises, in our words: one table, and a test that walks ``pika.exceptions``.

The order of the rows matters where classes inherit: the most specific comes first.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Mapping
from typing import Final

from pika import exceptions as pika

from shared.faults import Bug, Fault, Invalid, NotAllowed, Outage, Transient

NOT_FOUND: Final = 404
ACCESS_REFUSED: Final = 403
PRECONDITION_FAILED: Final = 406
RESOURCE_LOCKED: Final = 405


def _away(doing: str, error: BaseException) -> Fault:
    return Outage(f"{doing}: the broker is away ({_words(error)})", dependency="broker")


def _passing(doing: str, error: BaseException) -> Fault:
    return Transient(f"{doing}: {_words(error)}", dependency="broker")


def _refused(doing: str, error: BaseException) -> Fault:
    return NotAllowed(
        f"{doing}: the broker refuses these credentials or this virtual host ({_words(error)})",
        dependency="broker",
    )


def _ours(doing: str, error: BaseException) -> Fault:
    return Bug(f"{doing}: {_words(error)}", dependency="broker")


def _invalid(doing: str, error: BaseException) -> Fault:
    return Invalid(f"{doing}: {_words(error)}", dependency="broker")


def _by_reply_code(doing: str, error: BaseException) -> Fault:
    code = getattr(error, "reply_code", 0)
    if code == ACCESS_REFUSED:
        return _refused(doing, error)
    if code in _INVALID_CODES:
        return Invalid(f"{doing}: {_words(error)}", code=_INVALID_CODES[code], dependency="broker")
    return _passing(doing, error)


def _connection_by_reply_code(doing: str, error: BaseException) -> Fault:
    if getattr(error, "reply_code", 0) in (ACCESS_REFUSED, 530):
        return _refused(doing, error)
    return _away(doing, error)


_INVALID_CODES: Final[Mapping[int, str]] = {
    NOT_FOUND: "not-found",
    RESOURCE_LOCKED: "resource-locked",
    PRECONDITION_FAILED: "precondition-failed",
}

TABLE: Final[Mapping[type[BaseException], Callable[[str, BaseException], Fault]]] = {
    pika.ProbableAuthenticationError: _refused,
    pika.ProbableAccessDeniedError: _refused,
    pika.AuthenticationError: _refused,
    pika.ConnectionClosedByBroker: _connection_by_reply_code,
    pika.ConnectionClosedByClient: _away,
    pika.ConnectionClosed: _away,
    pika.ConnectionOpenAborted: _away,
    pika.StreamLostError: _away,
    pika.IncompatibleProtocolError: _away,
    pika.NoFreeChannels: _ours,
    pika.ConnectionWrongStateError: _away,
    pika.ConnectionBlockedTimeout: _away,
    pika.AMQPHeartbeatTimeout: _away,
    pika.AMQPConnectionError: _away,
    pika.ChannelWrongStateError: _passing,
    pika.ChannelClosedByBroker: _by_reply_code,
    pika.ChannelClosedByClient: _passing,
    pika.ChannelClosed: _passing,
    pika.DuplicateConsumerTag: _ours,
    pika.ConsumerCancelled: _passing,
    pika.UnroutableError: _invalid,
    pika.NackError: _passing,
    pika.AMQPChannelError: _passing,
    pika.InvalidChannelNumber: _ours,
    pika.UnexpectedFrameError: _away,
    pika.ProtocolVersionMismatch: _away,
    pika.BodyTooLongError: _away,
    pika.InvalidFrameError: _away,
    pika.InvalidFieldTypeException: _invalid,
    pika.UnsupportedAMQPFieldException: _invalid,
    pika.ProtocolSyntaxError: _away,
    pika.MethodNotImplemented: _ours,
    pika.DuplicateGetOkCallback: _ours,
    pika.ChannelError: _passing,
    pika.ReentrancyError: _ours,
    pika.ShortStringTooLong: _invalid,
    pika.AMQPError: _passing,
    ssl.SSLCertVerificationError: _refused,
    ssl.SSLError: _away,
    socket.gaierror: _away,
    TimeoutError: _away,
    OSError: _away,
}


def as_fault(doing: str, error: BaseException) -> Fault:
    """Return the fault that an exception of pika or of the socket means.

    Args:
        doing: What was attempted, for the message.
        error: What came back.
    """
    if isinstance(error, Fault):
        return error
    for kind in type(error).__mro__:
        if kind in TABLE:
            return TABLE[kind](doing, error)
    return _ours(doing, error)


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
