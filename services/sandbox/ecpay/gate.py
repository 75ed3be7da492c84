"""The way of one call through the app: who calls, may they, is it well formed, was it here before.

Checks run in a fixed order: token, client, rate limit, scope, method, query, media type, size,
JSON, idempotency key; only then is the operation asked.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.ecpay.creditor import Creditor
from services.sandbox.ecpay.documents import read_form
from services.sandbox.ecpay.faults import AFTER, Misbehaviour
from services.sandbox.ecpay.idempotency import Answer, checked_key, fingerprint
from services.sandbox.ecpay.misbehaving import Dropped, Hanging, bad_answer
from services.sandbox.ecpay.paging import DEFAULT_LIMIT, LIMIT, PageRequest
from services.sandbox.ecpay.problems import Refusal
from services.sandbox.ecpay.world import EcpayWorld
from shared.faults import Misconfigured

BODY_LIMIT = 4 * 1024 * 1024
FORM_LIMIT = 11 * 1024 * 1024
_CHALLENGE = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
_WHOLE = re.compile(r"^[0-9]{1,9}$")


@dataclass(frozen=True, slots=True)
class Call:
    """A call that passed the gate."""

    world: EcpayWorld
    creditor: Creditor
    path: Mapping[str, str]
    request_id: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    if_match: str | None = None
    largest_page: int = LIMIT

    def page(self, default: int = DEFAULT_LIMIT) -> PageRequest:
        """Return the page that the query asks for.

        Raises:
            Refusal: The limit is no whole number in range, or the cursor has a wrong length.
        """
        text = self.query.get("limit", str(default))
        if not _WHOLE.match(text) or not 1 <= int(text) <= self.largest_page:
            raise Refusal("INVALID_QUERY")
        cursor = self.query.get("cursor")
        if cursor == "":
            raise Refusal("INVALID_CURSOR")
        return PageRequest(cursor, int(text))


Act = Callable[[Call], Answer | Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the contract: what it needs and what it does."""

    name: str
    scope: str
    act: Act
    query: frozenset[str] = frozenset()
    takes: str = ""  # media type of the body, none when empty
    needs_key: bool = False
    largest_page: int = LIMIT


class Gate:
    """Lets calls through to operations, and turns what comes back into answers."""

    def __init__(self, world: EcpayWorld) -> None:
        self._world = world

    async def answer(self, request: Request, operations: Mapping[str, Operation]) -> Response:
        """Answer a call on one path."""
        world, request_id = self._world, f"req_{next(self._world.requests):012d}"
        misbehaviour = world.misbehaviours.take(request.method, request.url.path)
        if misbehaviour is not None and misbehaviour.kind not in AFTER | {"delay"}:
            return bad_answer(misbehaviour, request_id)
        try:
            answer = await self._answered(
                request, operations, request_id=request_id, misbehaviour=misbehaviour
            )
        except Refusal as refusal:
            answer = problem(refusal, request_id)
        except Misconfigured:
            answer = problem(Refusal("INTERNAL_ERROR"), request_id)
        if misbehaviour is not None and misbehaviour.kind in AFTER:
            return _lost(misbehaviour, request_id)
        return response(answer, request_id)

    async def _answered(
        self,
        request: Request,
        operations: Mapping[str, Operation],
        *,
        request_id: str,
        misbehaviour: Misbehaviour | None,
    ) -> Answer:
        world = self._world
        token = world.tokens.find(request.headers.get("Authorization"), world.clock.now())
        if token is None:
            raise Refusal("UNAUTHENTICATED", headers=dict(_CHALLENGE))
        client_id = request.path_params["client_id"]
        creditor = world.creditors.get(client_id)
        if creditor is None or not token.client.may_act_for(client_id):
            raise Refusal("FORBIDDEN")
        world.limit.count(client_id, world.clock.now())
        operation = operations.get(request.method)
        if operation is None:
            allowed = ", ".join(sorted(operations))
            raise Refusal("METHOD_NOT_ALLOWED", headers={"Allow": allowed})
        if operation.scope not in token.scopes:
            raise Refusal("INSUFFICIENT_SCOPE")
        world.calls[operation.name] = world.calls.get(operation.name, 0) + 1
        call = Call(
            world,
            creditor,
            request.path_params,
            request_id,
            query=_query(request, operation),
            body=await _body(request, operation),
            if_match=request.headers.get("If-Match"),
            largest_page=operation.largest_page,
        )
        if not operation.needs_key:
            return await _acted(operation, call, misbehaviour)
        return await self._once(request, operation, call, misbehaviour=misbehaviour)

    async def _once(
        self,
        request: Request,
        operation: Operation,
        call: Call,
        *,
        misbehaviour: Misbehaviour | None,
    ) -> Answer:
        keys, client_id = self._world.keys, call.creditor.client_id
        key = checked_key(request.headers.get("Idempotency-Key"))
        print_ = fingerprint(request.method, request.url.path, call.body)
        stored = keys.begin(client_id, key, print_, self._world.office.today)
        if stored is not None:
            return stored
        try:
            answer = await _acted(operation, call, misbehaviour)
        except Refusal as refusal:
            answer = problem(refusal, call.request_id)
        except BaseException:
            keys.end(client_id, key, Answer(500, b""))
            raise
        keys.end(client_id, key, answer)
        return answer


def json_answer(status: int, value: object, **headers: str) -> Answer:
    """Return an answer with a JSON body; header names are written with underscores."""
    named = tuple((name.replace("_", "-"), text) for name, text in headers.items())
    return Answer(status, json.dumps(value, ensure_ascii=False).encode(), named)


def problem(refusal: Refusal, request_id: str) -> Answer:
    """Return the problem document of a refusal."""
    body = json.dumps(refusal.document(request_id), ensure_ascii=False).encode()
    headers = tuple(refusal.headers.items())
    return Answer(refusal.status, body, headers, "application/problem+json")


def response(answer: Answer, request_id: str) -> Response:
    """Return an answer as a response with the identifier of the request."""
    headers = dict(answer.headers) | {"ECPay-Request-Id": request_id}
    if not answer.body:
        return Response(status_code=answer.status, headers=headers)
    return Response(answer.body, answer.status, headers | {"Content-Type": answer.media_type})


async def _acted(operation: Operation, call: Call, misbehaviour: Misbehaviour | None) -> Answer:
    if misbehaviour is not None and misbehaviour.kind == "delay":
        await asyncio.sleep(misbehaviour.delay_seconds)
    outcome = operation.act(call)
    return outcome if isinstance(outcome, Answer) else await outcome


def _query(request: Request, operation: Operation) -> dict[str, str]:
    given = request.query_params.multi_items()
    names = [name for name, _ in given]
    if len(set(names)) != len(names) or not set(names) <= operation.query:
        raise Refusal("INVALID_QUERY")
    return dict(given)


async def _body(request: Request, operation: Operation) -> Any:
    if not operation.takes:
        return None
    media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type != operation.takes:
        raise Refusal("UNSUPPORTED_MEDIA_TYPE")
    if media_type == "multipart/form-data":
        return await read_form(request.headers, await _raw(request, FORM_LIMIT))
    try:
        given = json.loads(await _raw(request, BODY_LIMIT), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refusal("MALFORMED_JSON") from error
    if not isinstance(given, dict):
        raise Refusal("MALFORMED_JSON")
    return given


async def _raw(request: Request, limit: int) -> bytes:
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > limit:
            raise Refusal("DOCUMENT_TOO_LARGE" if limit == FORM_LIMIT else "PAYLOAD_TOO_LARGE")
    return bytes(raw)


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _lost(misbehaviour: Misbehaviour, request_id: str) -> Response:
    if misbehaviour.kind == "drop-after-commit":
        return Dropped()
    if misbehaviour.kind == "hang-after-commit":
        return Hanging()
    return response(problem(Refusal("INTERNAL_ERROR"), request_id), request_id)
