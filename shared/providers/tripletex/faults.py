"""The one table from Tripletex's answers to our faults.

Tripletex's messages are in the user's language and contain customers' names, so only status,
code, field names and the request id are kept. Source of the codes: Tripletex API documentation
and recorded answers, March 2026.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.faults import Fault, Invalid, Outage, Transient
from shared.http.door import Reply
from shared.http.limits import BLIND, asked_wait

TRIPLETEX = "tripletex"

UNCERTAIN = "UNCERTAIN"
"""A write whose outcome is not known: look before trying again."""
NOT_ALLOWED = "9000"
NOT_FOUND = "6000"
UNKNOWN_PATH = "21000"
TOO_MANY_HITS = "23000"
RATE_LIMIT = "RATE_LIMIT"
REFUSED_READS = frozenset({NOT_ALLOWED, NOT_FOUND, UNKNOWN_PATH, "HTTP_403", "HTTP_404"})
"""Codes that say a way of reading is closed to us, not that what we asked was wrong."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is kept of an error body."""

    code: str
    fields: tuple[str, ...]
    request_id: str


def refusal(reply: Reply) -> Refusal:
    """Read an error body; anything may be missing, and a proxy's page has none of it."""
    request_id = reply.headers.get("x-tlx-request-id", "")
    try:
        body = reply.document()
    except Transient:
        body = None
    if not isinstance(body, dict):
        return Refusal(f"HTTP_{reply.status}", (), request_id)
    told = body.get("code")
    return Refusal(
        code=str(told) if told else f"HTTP_{reply.status}",
        fields=_fields(body.get("validationMessages")),
        request_id=request_id or str(body.get("requestId") or ""),
    )


def fault_of(reply: Reply, *, client_id: str, now: datetime, writing: bool) -> Fault:
    """Return the fault that an answer other than 2xx means.

    Args:
        reply: The answer.
        client_id: Whose call it was; a refused login stops this client only.
        now: For a ``Retry-After`` date.
        writing: Whether the call may have changed something if it was carried out.
    """
    known = refusal(reply)
    message = _message(reply, known)
    wait = asked_wait(reply.headers, now)
    match reply.status:
        case 401:
            return Outage(message, dependency=TRIPLETEX, code=known.code, client_id=client_id)
        case 429:
            return Transient(
                message, code=RATE_LIMIT, dependency=TRIPLETEX, retry_after=wait or BLIND
            )
        case status if status >= 500 or status == 408:  # noqa: PLR2004  # server side, timeout
            code = UNCERTAIN if writing else known.code
            return Transient(message, code=code, dependency=TRIPLETEX, retry_after=wait)
        case status if status < 400:  # noqa: PLR2004  # a redirect, which we do not follow
            return Outage(
                f"{message}; check RESTANSE_TRIPLETEX_URL", dependency=TRIPLETEX, code="REDIRECTED"
            )
        case _:
            field = known.fields[0] if known.fields else ""
            return Invalid(message, code=known.code, dependency=TRIPLETEX, field=field)


def _message(reply: Reply, known: Refusal) -> str:
    fields = f", fields {', '.join(known.fields)}" if known.fields else ""
    request = f", request {known.request_id}" if known.request_id else ""
    return (
        f"Tripletex answered {reply.attempted} with {reply.status}/{known.code}{fields}{request}"
    )


def _fields(messages: Any) -> tuple[str, ...]:
    if not isinstance(messages, list):
        return ()
    named = (str(one.get("field") or "") for one in messages if isinstance(one, dict))
    return tuple(name[:80] for name in named if name)[:10]
