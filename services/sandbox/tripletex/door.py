"""The door of the stand-in: from an HTTP request to an endpoint and back.

In order: request id, injected faults, login, rate limit, counting, endpoint. Endpoints do not
wait, so what they write is done or not done, never half.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.sandbox.tripletex.call import Answer, Call, Upload
from services.sandbox.tripletex.disturbances import Disturbance, Kind
from services.sandbox.tripletex.errors import (
    ApiError,
    forbidden,
    invalid_json,
    too_many_requests,
)
from services.sandbox.tripletex.parameters import Query
from services.sandbox.tripletex.rate_limit import Budget
from services.sandbox.tripletex.routes import NO_LOGIN, Match, Router
from services.sandbox.tripletex.tokens import Caller
from services.sandbox.tripletex.wording import in_language
from services.sandbox.tripletex.world import TripletexWorld

HTML = b"<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"


class Door:
    """The ASGI application under ``/v2``."""

    def __init__(self, world: TripletexWorld) -> None:
        self._world = world
        self._router = Router()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or leave it unanswered when told to."""
        request = Request(scope, receive)
        path = scope["path"].removeprefix("/v2")
        entry = _Entry(self._world, self._router, request, path)
        response = await entry.response()
        if response is None:
            await _hang_up(send)
            return
        await response(scope, receive, send)


class _Entry:
    """One request on its way through the door."""

    def __init__(self, world: TripletexWorld, router: Router, request: Request, path: str) -> None:
        self._world = world
        self._router = router
        self._request = request
        self._path = path
        self._id = str(uuid.uuid4())
        self._budget: Budget | None = None
        self._caller: Caller | None = None

    async def response(self) -> Response | None:
        """Return the response; None when the connection is to be lost."""
        call = await self._call_or_error()
        company_id = self._caller.company_id if self._caller else None
        met = self._world.disturbances.take(self._request.method, self._path, company_id)
        if met is None:
            return self._finish(call)
        return await self._disturbed(met, call)

    async def _disturbed(
        self, met: Disturbance, call: tuple[Match, Call] | ApiError
    ) -> Response | None:
        if met.kind is Kind.DROP:
            return None
        if met.kind is Kind.LOST:
            self._finish(call)
            await asyncio.sleep(met.seconds)
            return None
        if met.kind is Kind.DELAY:
            await asyncio.sleep(met.seconds)
            return self._finish(call)
        return self._broken(met)

    def _broken(self, met: Disturbance) -> Response:
        if met.kind is Kind.HTML:
            return Response(HTML, met.status, media_type="text/html")
        if met.kind is Kind.EMPTY:
            return Response(b"", met.status)
        if met.kind is Kind.RATE_LIMIT:
            self._budget = Budget(self._world.rules.calls_per_window or 100, -1, 1)
            return self._error(too_many_requests())
        if met.kind is Kind.BARE_RATE_LIMIT:
            return Response(b"", 429)
        return self._error(ApiError(met.status, met.code, None))

    async def _call_or_error(self) -> tuple[Match, Call] | ApiError:
        try:
            match = self._router.match(self._request.method, self._path)
            self._log_in(match.template)
            call = Call(
                world=self._world,
                method=self._request.method,
                template=match.template,
                path=match.path,
                query=Query(dict(self._request.query_params)),
                if_none_match=self._request.headers.get("if-none-match", ""),
                body=await self._body(),
                uploads=await self._uploads(),
                caller=self._caller,
            )
        except ApiError as error:
            return error
        return match, call

    def _log_in(self, template: str) -> None:
        if template in NO_LOGIN:
            return
        header = self._request.headers.get("authorization", "")
        self._caller = self._world.tokens.caller(header, template, self._world.day.today)
        company = self._world.companies[self._caller.company_id]
        company.calls[self._request.method, template] += 1
        self._budget = self._world.rate_limit.spend(self._caller.session.employee.token)
        if self._budget is not None and self._budget.is_spent:
            raise too_many_requests()
        if not company.is_module_on:
            raise forbidden()

    def _finish(self, call: tuple[Match, Call] | ApiError) -> Response:
        if isinstance(call, ApiError):
            return self._error(call)
        match, asked = call
        try:
            answer = match.endpoint(asked)
        except ApiError as error:
            return self._error(error)
        return self._respond(answer)

    def _respond(self, answer: Answer) -> Response:
        content = answer.raw
        if content is None:
            content = b"" if answer.json is None else _encode(answer.json)
        return Response(
            content, answer.status, headers=self._headers(), media_type=answer.content_type
        )

    def _error(self, error: ApiError) -> Response:
        language = self._world.companies[self._caller.company_id].language if self._caller else ""
        return Response(
            _encode(in_language(error.body(self._id), language)),
            error.status,
            headers=self._headers(),
            media_type="application/json; charset=utf-8",
        )

    def _headers(self) -> dict[str, str]:
        limits = self._budget.headers() if self._budget else {}
        return {"x-tlx-request-id": self._id, **limits}

    @property
    def _is_form(self) -> bool:
        return self._request.headers.get("content-type", "").startswith("multipart/")

    async def _body(self) -> Any:
        raw = b"" if self._is_form else await self._request.body()
        if not raw:
            return None
        try:
            return json.loads(raw)
        except ValueError as error:
            raise invalid_json() from error

    async def _uploads(self) -> list[Upload]:
        if not self._is_form:
            return []
        async with self._request.form() as form:
            files = [part for part in form.values() if isinstance(part, UploadFile)]
            return [
                Upload(file.filename or "", file.content_type or "", await file.read())
                for file in files
            ]


async def _hang_up(send: Send) -> None:
    # An answer that promises more than it holds: the server then closes the connection.
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-length", b"1000"), (b"content-type", b"application/json")],
        }
    )
    await send({"type": "http.response.body", "body": b"{", "more_body": True})


def _encode(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
