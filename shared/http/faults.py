"""The one table from httpx's exceptions to our faults.

A peer that cannot be connected to is away (``Outage``): nothing was sent. Anything that breaks
later is passing (``Transient``), and the request may have arrived all the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from shared.faults import Bug, Fault, Outage, Transient


@dataclass(frozen=True, slots=True)
class Mapped:
    """What an exception means: our fault, its code, and whether the request may have arrived."""

    fault: type[Outage | Transient | Bug]
    code: str
    may_have_arrived: bool


NOT_SENT = frozenset({"CONNECT", "CONNECT_TIMEOUT", "POOL_TIMEOUT", "PROXY"})
"""Codes of faults that happened before anything was sent."""

TABLE: dict[type[Exception], Mapped] = {
    httpx.ConnectError: Mapped(Outage, "CONNECT", may_have_arrived=False),
    httpx.ConnectTimeout: Mapped(Outage, "CONNECT_TIMEOUT", may_have_arrived=False),
    httpx.ProxyError: Mapped(Outage, "PROXY", may_have_arrived=False),
    httpx.PoolTimeout: Mapped(Transient, "POOL_TIMEOUT", may_have_arrived=False),
    httpx.ReadTimeout: Mapped(Transient, "READ_TIMEOUT", may_have_arrived=True),
    httpx.WriteTimeout: Mapped(Transient, "WRITE_TIMEOUT", may_have_arrived=True),
    httpx.ReadError: Mapped(Transient, "CONNECTION_LOST", may_have_arrived=True),
    httpx.WriteError: Mapped(Transient, "CONNECTION_LOST", may_have_arrived=True),
    httpx.CloseError: Mapped(Transient, "CONNECTION_LOST", may_have_arrived=True),
    httpx.RemoteProtocolError: Mapped(Transient, "PROTOCOL", may_have_arrived=True),
    httpx.DecodingError: Mapped(Transient, "DECODING", may_have_arrived=True),
    httpx.TimeoutException: Mapped(Transient, "TIMEOUT", may_have_arrived=True),
    httpx.NetworkError: Mapped(Transient, "CONNECTION_LOST", may_have_arrived=True),
    httpx.TransportError: Mapped(Transient, "TRANSPORT", may_have_arrived=True),
    # What follows is never the peer's doing: a wrong address, or wrong use of the library.
    httpx.InvalidURL: Mapped(Bug, "INVALID_URL", may_have_arrived=False),
    httpx.UnsupportedProtocol: Mapped(Bug, "INVALID_URL", may_have_arrived=False),
    httpx.LocalProtocolError: Mapped(Bug, "LOCAL_PROTOCOL", may_have_arrived=False),
    httpx.TooManyRedirects: Mapped(Bug, "REDIRECTS", may_have_arrived=True),
    httpx.HTTPStatusError: Mapped(Bug, "STATUS", may_have_arrived=True),
    httpx.CookieConflict: Mapped(Bug, "COOKIES", may_have_arrived=True),
    httpx.StreamError: Mapped(Bug, "STREAM", may_have_arrived=True),
}


def mapped(error: Exception) -> Mapped | None:
    """Return what the most specific known class of an exception means, None for a foreign one."""
    return next((TABLE[kind] for kind in type(error).__mro__ if kind in TABLE), None)


def fault_of(error: Exception, *, dependency: str, attempted: str) -> Fault:
    """Return our fault for an exception of httpx.

    Args:
        error: What httpx raised.
        dependency: The peer's name.
        attempted: Method and redacted address.
    """
    meaning = mapped(error) or Mapped(Bug, type(error).__name__, may_have_arrived=True)
    message = f"{attempted} failed: {type(error).__name__}"
    return meaning.fault(message, code=meaning.code, dependency=dependency)


def may_have_arrived(fault: Fault) -> bool:
    """Return whether the request behind a fault of the door may have been carried out."""
    return fault.code not in NOT_SENT
