"""Answers that go wrong: problems on demand, gateways' pages, dropped and hanging connections."""

from __future__ import annotations

import json

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.sandbox.ecpay.faults import Misbehaviour
from services.sandbox.ecpay.problems import Refusal

_CODES = {
    "500": "INTERNAL_ERROR",
    "503": "UNAVAILABLE",
    "429": "RATE_LIMITED",
    "429-without-header": "RATE_LIMITED",
    "423": "CLAIM_LOCKED",
    "in-progress": "IN_PROGRESS",
    "401": "UNAUTHENTICATED",
}
_WAITING = ("503", "429", "423", "in-progress")
_HTML = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"


class Dropped(Response):
    """An answer that breaks off: the connection closes before the body is complete."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Begin an answer and never finish it."""
        del scope, receive
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


class Hanging(Response):
    """An answer that does not come: the caller has to give up."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait until the caller has gone."""
        del scope, send
        while (await receive())["type"] != "http.disconnect":
            pass


def bad_answer(misbehaviour: Misbehaviour, request_id: str) -> Response:
    """Return what a call meets instead of being handled."""
    match misbehaviour.kind:
        case "drop":
            return Dropped()
        case "hang":
            return Hanging()
        case "html":
            return Response(_HTML, 502, media_type="text/html")
        case "empty":
            return Response(b"", 500)
        case kind:
            return _problem(kind, misbehaviour, request_id)


def _problem(kind: str, misbehaviour: Misbehaviour, request_id: str) -> Response:
    refusal = Refusal(_CODES[kind])
    headers = {"ECPay-Request-Id": request_id}
    if kind in _WAITING:
        headers["Retry-After"] = str(misbehaviour.retry_after_seconds)
    if kind == "401":
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    body = json.dumps(refusal.document(request_id))
    return Response(body, refusal.status, headers, media_type="application/problem+json")
