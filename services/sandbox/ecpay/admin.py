"""The admin side of the ECPay stand-in: what only ECPay, debtors and the weather can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.sandbox.admin import AdminRefused, Body, admin_endpoint, amount_of, day_of
from services.sandbox.ecpay.creditor import AgencyPayment
from services.sandbox.ecpay.faults import KINDS, Misbehaviour
from services.sandbox.ecpay.lies import LIES, heal, tell_lie
from services.sandbox.ecpay.oauth import SCOPES, OAuthClient
from services.sandbox.ecpay.settlements import Settlement
from services.sandbox.ecpay.terms import Terms
from services.sandbox.ecpay.webhook_operations import send_webhook
from services.sandbox.ecpay.world import EcpayWorld
from shared.faults import Fault

_TERM_TYPES = {field.name: field.type for field in fields(Terms)}
_FAULT_TYPES = {field.name: field.type for field in fields(Misbehaviour)}


def admin_routes(world: EcpayWorld) -> list[Route]:
    """Return the routes of the admin side, all under /admin."""
    side = _AdminSide(world)
    table: dict[tuple[str, str], Callable[[Mapping[str, str], Body], Any]] = {
        ("GET", "/admin/day"): side.day,
        ("POST", "/admin/day"): side.advance,
        ("POST", "/admin/creditors"): side.make_creditor,
        ("PATCH", "/admin/creditors/{client_id}"): side.change_terms,
        ("POST", "/admin/creditors/{client_id}/protect"): side.protect,
        ("POST", "/admin/creditors/{client_id}/refusals"): side.refuse,
        ("POST", "/admin/creditors/{client_id}/settle"): side.settle,
        ("POST", "/admin/creditors/{client_id}/settlements/{settlement_id}/correct"): side.correct,
        ("POST", "/admin/creditors/{client_id}/settlements/{settlement_id}/repeat"): side.repeat,
        ("POST", "/admin/creditors/{client_id}/settlements/{settlement_id}/lie"): side.lie,
        ("POST", "/admin/debtor/pays"): side.debtor_pays,
        ("POST", "/admin/debtor/bounces"): side.bounce,
        ("POST", "/admin/debtor/plan"): side.plan,
        ("POST", "/admin/debtor/objects"): side.debtor_objects,
        ("POST", "/admin/claims/close"): side.close,
        ("POST", "/admin/claims/charge"): side.charge,
        ("POST", "/admin/claims/message"): side.message,
        ("POST", "/admin/claims/merge"): side.merge,
        ("POST", "/admin/claims/event"): side.tell,
        ("POST", "/admin/rates"): side.announce_rate,
        ("POST", "/admin/faults"): side.misbehave,
        ("DELETE", "/admin/faults"): side.behave,
        ("POST", "/admin/tokens/expire"): side.expire_tokens,
        ("GET", "/admin/calls"): side.calls,
        ("GET", "/admin/books/{client_id}"): side.books,
        ("GET", "/admin/audit"): side.audit,
    }
    routes = [
        Route(path, admin_endpoint(_refusing(act)), methods=[method])
        for (method, path), act in table.items()
    ]
    return [*routes, Route("/admin/webhooks/deliver", side.deliver, methods=["POST"])]


def _refusing(
    act: Callable[[Mapping[str, str], Body], Any],
) -> Callable[[Request, Body], Any]:
    def acting(request: Request, body: Body) -> Any:
        try:
            return act(request.path_params, body)
        except Fault as fault:
            raise AdminRefused(f"{fault.code}: {fault.message}") from fault

    return acting


class _AdminSide:
    """What each admin call does; bodies are JSON objects with names in camelCase."""

    def __init__(self, world: EcpayWorld) -> None:
        self._world = world

    def day(self, _path: Mapping[str, str], _body: Body) -> Any:
        return {"today": self._world.day.today.isoformat()}

    def advance(self, path: Mapping[str, str], body: Body) -> Any:
        self._world.day.advance_to(day_of(body, "to"))
        return self.day(path, body)

    def make_creditor(self, _path: Mapping[str, str], body: Body) -> Any:
        given = _typed(body.get("terms"), _TERM_TYPES)
        if "client_id" not in given:
            raise AdminRefused("terms.clientId: the id of the agreement is needed")
        terms = Terms(**given)
        oauth = body.get("oauth")
        client = None
        if isinstance(oauth, Mapping):
            client = OAuthClient(
                _text(oauth, "clientId"),
                _text(oauth, "clientSecret"),
                tuple(oauth.get("scopes", SCOPES)),
                frozenset({terms.client_id}),
            )
        return self._world.make_creditor(terms, client).terms.wire()

    def change_terms(self, path: Mapping[str, str], body: Body) -> Any:
        changes = _typed(body, _TERM_TYPES)
        return self._world.change_terms(path["client_id"], **changes).wire()

    def protect(self, path: Mapping[str, str], body: Body) -> Any:
        self._world.protect(path["client_id"], _text(body, "customerNumber"))
        return {}

    def refuse(self, path: Mapping[str, str], body: Body) -> Any:
        code = str(body.get("code", ""))
        self._world.refuse(path["client_id"], _text(body, "claimReference"), code)
        return {}

    def settle(self, path: Mapping[str, str], _body: Body) -> Any:
        return _header(self._world.settle(path["client_id"]))

    def correct(self, path: Mapping[str, str], body: Body) -> Any:
        given = body.get("amounts", {})
        amounts = {reference: amount_of(given, reference) for reference in given}
        order = tuple(body["order"]) if "order" in body else None
        corrected = self._world.correct(
            path["client_id"], path["settlement_id"], amounts=amounts, order=order
        )
        return _header(corrected)

    def repeat(self, path: Mapping[str, str], _body: Body) -> Any:
        self._world.repeat(path["client_id"], path["settlement_id"])
        return {}

    def lie(self, path: Mapping[str, str], body: Body) -> Any:
        creditor = self._world.creditor(path["client_id"])
        settlement = creditor.settlement(path["settlement_id"])
        about = str(body.get("about", ""))
        heal(settlement)
        if about and about not in LIES:
            raise AdminRefused(f"about: one of {', '.join(sorted(LIES))} is needed")
        if about:
            tell_lie(settlement, about)
        return settlement.header()

    def debtor_pays(self, _path: Mapping[str, str], body: Body) -> Any:
        paid = self._world.debtor_pays(
            _text(body, "claimReference"),
            "full" if body.get("amount", "full") == "full" else amount_of(body, "amount"),
            on=day_of(body, "on", self._world.day.today),
            client_id=body.get("clientId"),
        )
        return _payment(paid)

    def bounce(self, _path: Mapping[str, str], body: Body) -> Any:
        reference = _text(body, "paymentReference")
        return _payment(self._world.bounce(_text(body, "clientId"), reference))

    def plan(self, _path: Mapping[str, str], body: Body) -> Any:
        self._world.agree_plan(
            _text(body, "claimReference"),
            instalments=int(body.get("instalments", 4)),
            first_due=day_of(body, "firstDueDate"),
        )
        return {}

    def debtor_objects(self, _path: Mapping[str, str], body: Body) -> Any:
        self._world.debtor_objects(_text(body, "claimReference"))
        return {}

    def close(self, _path: Mapping[str, str], body: Body) -> Any:
        self._world.close(_text(body, "claimReference"), _text(body, "code"))
        return {}

    def charge(self, _path: Mapping[str, str], body: Body) -> Any:
        kind = _text(body, "type")
        if kind not in ("AGENCY_CHARGE", "OUTLAY", "ADJUSTMENT"):
            raise AdminRefused("type: AGENCY_CHARGE, OUTLAY or ADJUSTMENT is needed")
        reason = str(body.get("reason", kind))
        reference, amount = _text(body, "claimReference"), amount_of(body, "amount")
        self._world.charge(reference, kind, amount, reason=reason)
        return {}

    def message(self, _path: Mapping[str, str], body: Body) -> Any:
        self._world.write_message(_text(body, "claimReference"), _text(body, "text"))
        return {}

    def merge(self, _path: Mapping[str, str], body: Body) -> Any:
        self._world.merge(_text(body, "claimReference"), _text(body, "into"))
        return {}

    def tell(self, _path: Mapping[str, str], body: Body) -> Any:
        self._world.tell(_text(body, "claimReference"), _text(body, "type"))
        return {}

    def announce_rate(self, _path: Mapping[str, str], body: Body) -> Any:
        self._world.announce_rate(day_of(body, "from"), amount_of(body, "percent"))
        return {}

    def misbehave(self, _path: Mapping[str, str], body: Body) -> Any:
        if body.get("kind") not in KINDS:
            raise AdminRefused(f"kind: one of {', '.join(sorted(KINDS))} is needed")
        self._world.misbehave(Misbehaviour(**_typed(body, _FAULT_TYPES)))
        return {}

    def behave(self, _path: Mapping[str, str], _body: Body) -> Any:
        self._world.misbehaviours.clear()
        return {"happened": self._world.misbehaviours.happened}

    def expire_tokens(self, _path: Mapping[str, str], _body: Body) -> Any:
        self._world.tokens.expire_all()
        return {}

    def calls(self, _path: Mapping[str, str], _body: Body) -> Any:
        return dict(self._world.calls)

    def books(self, path: Mapping[str, str], _body: Body) -> Any:
        return self._world.books(path["client_id"])

    async def deliver(self, _request: Request) -> Response:
        """Make the webhook calls that wait, one attempt each."""
        made = 0
        for creditor in self._world.creditors.values():
            made += await self._world.webhooks.deliver(creditor, send_webhook)
        return JSONResponse({"attempts": made})

    def audit(self, _path: Mapping[str, str], _body: Body) -> Any:
        self._world.audit()
        return {"agrees": True}


def _typed(given: Any, types: Mapping[str, Any]) -> dict[str, Any]:
    """Return JSON values, named in camelCase or as here, as the fields of a dataclass."""
    if not isinstance(given, Mapping):
        raise AdminRefused("an object is needed")
    named = {_snake(name): value for name, value in given.items()}
    unknown = sorted(set(named) - set(types))
    if unknown:
        raise AdminRefused(f"unknown: {', '.join(unknown)}")
    try:
        return {name: _READ.get(types[name], _as_is)(value) for name, value in named.items()}
    except (ValueError, TypeError, InvalidOperation) as error:
        raise AdminRefused("a value has the wrong form") from error


def _as_is(value: Any) -> Any:
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


_READ: dict[str, Callable[[Any], Any]] = {
    "Decimal": lambda value: Decimal(str(value)),
    "date": date.fromisoformat,
    "tuple[str, ...]": tuple,
    "str": str,
    "bool": _flag,
    "int": int,
    "float": float,
}


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise AdminRefused(f"{name}: a text is needed")
    return value


def _header(settlement: Settlement | None) -> dict[str, Any]:
    return {"settlement": settlement.header() if settlement else None}


def _payment(payment: AgencyPayment | None) -> dict[str, Any]:
    if payment is None:
        return {"paymentReference": None}
    return {
        "paymentReference": payment.reference,
        "amount": f"{payment.amount:.2f}",
        "lineId": payment.line.line_id,
    }
