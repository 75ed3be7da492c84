"""What the admin sides of both stand-ins share: reading JSON, answering, refusing.

An admin call is refused with 400 and ``{"error": "..."}``; nothing of it has happened then.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Body = Mapping[str, Any]


class AdminRefused(Exception):
    """An admin call that cannot be done; the message says why."""


async def json_body(request: Request) -> Body:
    """Return the JSON object of a request; an empty body is an empty object."""
    raw = await request.body()
    try:
        given = json.loads(raw) if raw else {}
    except ValueError as error:
        raise AdminRefused("the body is not JSON") from error
    if not isinstance(given, dict):
        raise AdminRefused("the body is not a JSON object")
    return given


def day_of(body: Body, name: str, default: date | None = None) -> date:
    """Return a date of the body, or the default when it is left out."""
    text = body.get(name)
    if text is None and default is not None:
        return default
    try:
        return date.fromisoformat(str(text))
    except ValueError as error:
        raise AdminRefused(f"{name}: a date as YYYY-MM-DD is needed") from error


def amount_of(body: Body, name: str) -> Decimal:
    """Return an amount of the body."""
    try:
        return Decimal(str(body.get(name)))
    except InvalidOperation as error:
        raise AdminRefused(f"{name}: an amount is needed") from error


Endpoint = Callable[[Request], Awaitable[Response]]


def admin_endpoint(act: Callable[[Request, Body], Any]) -> Endpoint:
    """Turn a function of request and body into an endpoint that answers or refuses in JSON."""

    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(act(request, await json_body(request)))
        except AdminRefused as refusal:
            return JSONResponse({"error": str(refusal)}, status_code=400)

    return endpoint
