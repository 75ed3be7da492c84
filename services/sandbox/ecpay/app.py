"""The ECPay stand-in as a web application: token, health, collection interface, admin side."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.sandbox.day import Day
from services.sandbox.ecpay import operations as op
from services.sandbox.ecpay import webhook_operations as hook
from services.sandbox.ecpay.admin import admin_routes
from services.sandbox.ecpay.gate import Act, Gate, Operation, json_answer, problem, response
from services.sandbox.ecpay.misbehaving import bad_answer
from services.sandbox.ecpay.oauth import OAuthRefused
from services.sandbox.ecpay.paging import LINE_LIMIT
from services.sandbox.ecpay.problems import Refusal
from services.sandbox.ecpay.world import EcpayWorld

CLIENT = op.BASE + "/clients/{client_id}"
CLAIM = CLIENT + "/claims/{claim_id}"
SETTLEMENT = CLIENT + "/settlements/{settlement_id}"
WEBHOOK = CLIENT + "/webhook"
READ, WRITE = "claims.read", "claims.write"
SETTLE, EVENTS, HOOKS = "settlements.read", "events.read", "webhooks.write"

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_PAGED = frozenset({"cursor", "limit"})


def _read(name: str, scope: str, act: Act, *query: str) -> Operation:
    return Operation(name, scope, act, query=frozenset(query))


def _paged(name: str, scope: str, act: Act, *query: str, most: int = 200) -> Operation:
    return Operation(name, scope, act, query=_PAGED | set(query), largest_page=most)


def _create(name: str, act: Act, takes: str = _JSON) -> Operation:
    return Operation(name, WRITE, act, takes=takes, needs_key=True)


def _put(name: str, scope: str, act: Act) -> Operation:
    return Operation(name, scope, act, takes=_JSON)


OPERATIONS: Mapping[str, Mapping[str, Operation]] = {
    CLIENT + "/agreement": {"GET": _read("getAgreement", READ, op.get_agreement)},
    CLIENT + "/claims": {
        "GET": _paged("listClaims", READ, op.list_claims, "claimReference"),
        "POST": _create("createClaim", op.create_claim),
    },
    CLIENT + "/claims/batch": {"POST": _create("createClaimBatch", op.create_claim_batch)},
    CLAIM: {"GET": _read("getClaim", READ, op.get_claim)},
    CLAIM + "/actions": {"POST": _create("createClaimAction", op.create_claim_action)},
    CLAIM + "/debtor": {"PUT": _put("putClaimDebtor", WRITE, op.put_claim_debtor)},
    CLAIM + "/documents": {
        "POST": _create("createClaimDocument", op.create_claim_document, _MULTIPART)
    },
    CLAIM + "/messages": {
        "GET": _paged("listClaimMessages", READ, op.list_claim_messages),
        "POST": _create("createClaimMessage", op.create_claim_message),
    },
    CLIENT + "/payments": {"POST": _create("createPayment", op.create_payment)},
    CLIENT + "/payments/batch": {"POST": _create("createPaymentBatch", op.create_payment_batch)},
    CLIENT + "/payments/{payment_reference}/reversal": {
        "POST": _create("createPaymentReversal", op.create_payment_reversal)
    },
    CLIENT + "/credits": {"POST": _create("createCredit", op.create_credit)},
    CLIENT + "/events": {"GET": _paged("listEvents", EVENTS, op.list_events)},
    CLIENT + "/settlements": {"GET": _paged("listSettlements", SETTLE, op.list_settlements)},
    SETTLEMENT: {
        "GET": Operation("getSettlement", SETTLE, op.get_settlement, largest_page=LINE_LIMIT)
    },
    SETTLEMENT + "/lines": {
        "GET": _paged("listSettlementLines", SETTLE, op.list_settlement_lines, most=LINE_LIMIT)
    },
    SETTLEMENT + "/statement": {
        "GET": _read("getSettlementStatement", SETTLE, op.get_settlement_statement)
    },
    SETTLEMENT + "/acknowledgement": {
        "POST": _put("acknowledgeSettlement", SETTLE, op.acknowledge_settlement)
    },
    WEBHOOK: {
        "GET": _read("getWebhook", HOOKS, hook.get_webhook),
        "PUT": _put("putWebhook", HOOKS, hook.put_webhook),
        "DELETE": _read("deleteWebhook", HOOKS, hook.delete_webhook),
    },
    WEBHOOK + "/test": {"POST": _read("testWebhook", HOOKS, hook.try_webhook)},
    WEBHOOK + "/deliveries": {"GET": _paged("listDeliveries", HOOKS, hook.list_deliveries)},
    WEBHOOK + "/deliveries/{delivery_id}/replay": {
        "POST": _read("replayDelivery", HOOKS, hook.replay_delivery)
    },
}


class _Endpoint:
    """One path of the collection interface; every method reaches it, so that 405 is ours."""

    def __init__(self, gate: Gate, operations: Mapping[str, Operation]) -> None:
        self._gate = gate
        self._operations = operations

    async def __call__(self, request: Request) -> Response:
        """Answer a call."""
        return await self._gate.answer(request, self._operations)


_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def ecpay_app(world: EcpayWorld, day: Day) -> Starlette:
    """Return the application that serves a world on a simulated day."""
    gate = Gate(world)

    async def token(request: Request) -> Response:
        return await _token(world, request)

    async def health(_: Request) -> Response:
        return _health(world, day.today)

    async def lost(_: Request, error: Exception) -> Response:
        allowed = getattr(error, "headers", None) or {}
        missing = getattr(error, "status_code", 404) != 405  # noqa: PLR2004 - an HTTP status
        refusal = Refusal("NOT_FOUND" if missing else "METHOD_NOT_ALLOWED", headers=dict(allowed))
        request_id = _request_id(world)
        return response(problem(refusal, request_id), request_id)

    routes = [
        Route("/oauth/token", token, methods=["POST"]),
        Route(op.BASE + "/health", health, methods=["GET"]),
        *admin_routes(world),
    ]
    for path, operations in OPERATIONS.items():
        endpoint = _Endpoint(gate, operations)
        routes.append(Route(path, endpoint.__call__, methods=_METHODS))
    return Starlette(routes=routes, exception_handlers={HTTPException: lost})


async def _token(world: EcpayWorld, request: Request) -> Response:
    request_id = _request_id(world)
    misbehaviour = world.misbehaviours.take("POST", "/oauth/token")
    if misbehaviour is not None:
        return bad_answer(misbehaviour, request_id)
    media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    raw = (await request.body()).decode("utf-8", "replace") if media_type == _FORM else ""
    form = parse_qsl(raw, keep_blank_values=True)  # any other body is a form without fields
    try:
        granted = world.tokens.issue(form, request.headers.get("Authorization"), world.clock.now())
    except OAuthRefused as refusal:
        return response(json_answer(refusal.status, refusal.body), request_id)
    return response(json_answer(200, granted), request_id)


def _health(world: EcpayWorld, today: date) -> Response:
    body = {
        "status": "UP",
        "version": "1.0.0",
        "today": today.isoformat(),
        "time": world.office.stamp(),
    }
    return response(json_answer(200, body), _request_id(world))


def _request_id(world: EcpayWorld) -> str:
    return f"req_{next(world.requests):012d}"
