"""The admin side of the Tripletex stand-in: JSON over HTTP under ``/admin``.

| call | body | answer |
|---|---|---|
| ``GET /day`` | | ``{today}`` |
| ``POST /day`` | ``{date}`` | ``{today}``; both stand-ins live through each day passed |
| ``GET /companies`` | | every company with its token, payment types and customers |
| ``POST /companies`` | ``{name, organization_number?, vat_registered?, clearing?, module?, language?}`` | the company |
| ``POST /offices`` | ``{name, clients: [company]}`` | the office with its token |
| ``POST /companies/{id}/clearing`` | ``{description?}`` | ``{payment_type}`` debiting 1579 |
| ``POST /companies/{id}/module`` | ``{on}`` | ``{}`` |
| ``POST /companies/{id}/debt-collection`` | ``{on}`` | ``{}``; opens ``POST /voucherStatus`` |
| ``POST /companies/{id}/token`` | ``{revoked}`` | ``{}`` |
| ``POST /companies/{id}/accounts`` | ``{number, removed?, inactive?, requires_department?, requires_project?}`` | ``{}`` |
| ``POST /companies/{id}/customers`` | fields of ``CustomerOrder`` | ``{id, number}`` |
| ``POST /companies/{id}/customers/{customer}`` | the same | ``{id, number}`` |
| ``POST /companies/{id}/invoices`` | ``{invoices: [InvoiceOrder]}`` or a pattern, see ``bulk`` | ``{ids}`` or ``{first, last, count}`` |
| ``POST /companies/{id}/drafts`` | fields of ``InvoiceOrder`` | ``{id}`` |
| ``POST /companies/{id}/payments`` | ``{invoice, amount, date?, channel?: kid, manual, bank}`` | ``{voucher, outstanding}`` |
| ``POST /companies/{id}/refunds`` | ``{invoice, amount, date?}`` | ``{voucher, outstanding}`` |
| ``POST /companies/{id}/reversals`` | ``{voucher, date?}`` | ``{voucher}`` |
| ``POST /companies/{id}/credits`` | ``{invoice, date?, amount?, match?}``; an amount makes it partial | ``{invoice, number}`` |
| ``POST /companies/{id}/write-offs`` | ``{invoice, date?}`` | ``{voucher}`` |
| ``POST /companies/{id}/reminders`` | ``{invoice, kind?, date?, charge?}`` | ``{reminder}`` |
| ``POST /companies/{id}/remarks`` | ``{invoice, until}`` | ``{}`` |
| ``POST /companies/{id}/payouts`` | ``{amount, date?, text?}`` | ``{voucher}`` |
| ``POST /companies/{id}/periods`` | ``{closed_until}``, or ``{}`` to reopen | ``{}`` |
| ``POST /companies/{id}/locks`` | ``{vat_before?, reconciled_before?}`` | ``{}`` |
| ``POST /faults`` | fields of ``Disturbance`` | ``{}`` |
| ``DELETE /faults`` | | ``{met}``: how many calls met a fault |
| ``GET /counters/{id}``, ``DELETE /counters/{id}`` | | calls by path; the second starts anew |
| ``GET /books/{id}`` | | balances, open invoices, vouchers |
| ``GET /audit`` | | ``{problems}``: every broken invariant |
"""  # noqa: E501 - a table row is one line

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields as fields_of
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.routing import Route

from services.sandbox.admin import AdminRefused, Body, admin_endpoint, amount_of, day_of
from services.sandbox.tripletex.amounts import as_kroner
from services.sandbox.tripletex.books import books, calls
from services.sandbox.tripletex.bulk import make_invoices
from services.sandbox.tripletex.company import Company
from services.sandbox.tripletex.disturbances import Disturbance, Kind
from services.sandbox.tripletex.entities import Voucher
from services.sandbox.tripletex.orders import CustomerOrder, InvoiceOrder
from services.sandbox.tripletex.world import TripletexWorld

Act = Callable[[TripletexWorld, int, Body], Any]
Order = TypeVar("Order", CustomerOrder, InvoiceOrder, Disturbance)


def admin_routes(world: TripletexWorld) -> list[Route]:
    """Return the routes of the admin side of one world."""
    routes = [
        _route("GET", "/day", lambda _, __: {"today": str(world.day.today)}),
        _route("POST", "/day", lambda _, body: _advance(world, body)),
        _route("GET", "/companies", lambda _, __: _companies(world)),
        _route("POST", "/companies", lambda _, body: _found(world, body)),
        _route("POST", "/offices", lambda _, body: _office(world, body)),
        _route(
            "POST",
            "/companies/{id:int}/customers/{customer:int}",
            lambda request, body: _edit(world, request, body),
        ),
        _route("POST", "/faults", lambda _, body: _disturb(world, body)),
        _route("DELETE", "/faults", lambda _, __: _calm(world)),
        _route("GET", "/audit", lambda _, __: {"problems": world.audit()}),
        _route("GET", "/counters/{id:int}", lambda r, _: calls(world.company(_id(r)))),
        _route("DELETE", "/counters/{id:int}", lambda r, _: _reset(world, _id(r))),
        _route("GET", "/books/{id:int}", lambda r, _: books(world.company(_id(r)))),
    ]
    return routes + [_company_route(world, name, act) for name, act in COMPANY_ACTS.items()]


def _route(method: str, path: str, act: Callable[[Request, Body], Any]) -> Route:
    return Route(path, admin_endpoint(act), methods=[method])


def _company_route(world: TripletexWorld, name: str, act: Act) -> Route:
    return _route(
        "POST",
        f"/companies/{{id:int}}/{name}",
        lambda request, body: act(world, _id(request), body),
    )


def _id(request: Request) -> int:
    return int(request.path_params["id"])


def _advance(world: TripletexWorld, body: Body) -> Any:
    world.day.advance_to(day_of(body, "date"))
    return {"today": str(world.day.today)}


def _companies(world: TripletexWorld) -> Any:
    return {"companies": [_company(world, company) for company in world.companies.values()]}


def _found(world: TripletexWorld, body: Body) -> Any:
    company = world.add_company(
        str(body.get("name") or "Firma"),
        organization_number=str(body.get("organization_number") or "999999999"),
        vat_registered=bool(body.get("vat_registered", True)),
        clearing=bool(body.get("clearing", True)),
        module=bool(body.get("module", True)),
        language=str(body.get("language") or "no"),
    )
    return _company(world, company)


def _office(world: TripletexWorld, body: Body) -> Any:
    clients = [int(ident) for ident in body.get("clients", [])]
    return _company(world, world.add_office(str(body.get("name") or "Kontor"), clients))


def _company(world: TripletexWorld, company: Company) -> dict[str, Any]:
    return {
        "id": company.id,
        "name": company.name,
        "employee_token": world.employee_token(company.id).token,
        "payment_types": {
            kind.description: {"id": kind.id, "account": kind.debit_account.number}
            for kind in company.payment_types.values()
        },
        "customers": len(company.customers),
        "invoices": len(company.invoices),
    }


def _edit(world: TripletexWorld, request: Request, body: Body) -> Any:
    order = order_of(CustomerOrder, body)
    customer = world.edit_customer(_id(request), int(request.path_params["customer"]), order)
    return {"id": customer.id, "number": customer.number}


def _disturb(world: TripletexWorld, body: Body) -> Any:
    try:
        kind = Kind(str(body.get("kind")))
    except ValueError as error:
        raise AdminRefused(f"kind: one of {[str(one) for one in Kind]}") from error
    world.disturb(order_of(Disturbance, {**body, "kind": kind}))
    return {}


def _calm(world: TripletexWorld) -> Any:
    world.disturbances.clear()
    return {"met": world.disturbances.met}


def _reset(world: TripletexWorld, company_id: int) -> Any:
    company = world.company(company_id)
    before = calls(company)
    company.calls.clear()
    return before


def order_of(kind: type[Order], body: Body) -> Order:
    """Return a body as an order; names it does not have are refused."""
    known = {field.name for field in fields_of(kind)}
    unknown = sorted(set(body) - known)
    if unknown:
        raise AdminRefused(f"unknown names {unknown}; there are {sorted(known)}")
    try:
        return kind(**body)
    except TypeError as error:
        raise AdminRefused(str(error)) from error


def invoice_order(body: Body) -> InvoiceOrder:
    """Return a body as an invoice to be."""
    given = dict(body)
    for name in ("invoice_date", "due_date"):
        given[name] = day_of(body, name)
    for name in ("amount", *(["amount_currency"] if body.get("amount_currency") else [])):
        given[name] = amount_of(body, name)
    return order_of(InvoiceOrder, given)


def _customer(world: TripletexWorld, company_id: int, body: Body) -> Any:
    customer = world.add_customer(company_id, order_of(CustomerOrder, body))
    return {"id": customer.id, "number": customer.number}


def _invoices(world: TripletexWorld, company_id: int, body: Body) -> Any:
    if "invoices" not in body:
        return make_invoices(world, company_id, body)
    orders = [invoice_order(one) for one in body["invoices"]]
    return {"ids": [world.add_invoice(company_id, order).id for order in orders]}


def _draft(world: TripletexWorld, company_id: int, body: Body) -> Any:
    return {"id": world.add_draft(company_id, invoice_order(body)).id}


def _payment(world: TripletexWorld, company_id: int, body: Body) -> Any:
    voucher = world.pay(
        company_id,
        _invoice_id(body),
        amount_of(body, "amount"),
        on=day_of(body, "date", world.day.today),
        channel=str(body.get("channel", "kid")),
    )
    return _paid(world, company_id, body, voucher)


def _refund(world: TripletexWorld, company_id: int, body: Body) -> Any:
    day = day_of(body, "date", world.day.today)
    voucher = world.refund(company_id, _invoice_id(body), amount_of(body, "amount"), on=day)
    return _paid(world, company_id, body, voucher)


def _paid(world: TripletexWorld, company_id: int, body: Body, voucher: Voucher) -> Any:
    invoice = world.invoice(company_id, _invoice_id(body))
    return {"voucher": voucher.id, "outstanding": str(as_kroner(invoice.outstanding))}


def _reversal(world: TripletexWorld, company_id: int, body: Body) -> Any:
    day = day_of(body, "date", world.day.today)
    return {"voucher": world.reverse(company_id, int(body.get("voucher") or 0), on=day).id}


def _credit(world: TripletexWorld, company_id: int, body: Body) -> Any:
    day, invoice_id = day_of(body, "date", world.day.today), _invoice_id(body)
    if "amount" in body:
        match, amount = bool(body.get("match")), amount_of(body, "amount")
        note = world.partial_credit(company_id, invoice_id, amount, on=day, match=match)
    else:
        note = world.credit(company_id, invoice_id, on=day)
    return {"invoice": note.id, "number": note.number}


def _write_off(world: TripletexWorld, company_id: int, body: Body) -> Any:
    day = day_of(body, "date", world.day.today)
    return {"voucher": world.write_off(company_id, _invoice_id(body), on=day).id}


def _reminder(world: TripletexWorld, company_id: int, body: Body) -> Any:
    reminder = world.remind(
        company_id,
        _invoice_id(body),
        kind=str(body.get("kind", "SOFT_REMINDER")),
        on=day_of(body, "date", world.day.today),
        charge=amount_of({"charge": body.get("charge", 0)}, "charge"),
    )
    return {"reminder": reminder.id}


def _remark(world: TripletexWorld, company_id: int, body: Body) -> Any:
    world.postpone_reminders(company_id, _invoice_id(body), day_of(body, "until"))
    return {}


def _payout(world: TripletexWorld, company_id: int, body: Body) -> Any:
    day, text = day_of(body, "date", world.day.today), str(body.get("text", ""))
    voucher = world.payout(company_id, amount_of(body, "amount"), on=day, text=text)
    return {"voucher": voucher.id}


def _periods(world: TripletexWorld, company_id: int, body: Body) -> Any:
    if "closed_until" in body:
        world.close_period(company_id, day_of(body, "closed_until"))
    else:
        world.open_periods(company_id)
    return {}


def _locks(world: TripletexWorld, company_id: int, body: Body) -> Any:
    company = world.company(company_id)
    company.vat_locked_before = day_of(body, "vat_before", company.vat_locked_before)
    company.reconciled_before = day_of(body, "reconciled_before", company.reconciled_before)
    return {}


def _clearing(world: TripletexWorld, company_id: int, body: Body) -> Any:
    description = str(body.get("description", "Oppgjør inkasso"))
    return {"payment_type": world.add_clearing(company_id, description)}


def _account(world: TripletexWorld, company_id: int, body: Body) -> Any:
    number = body.get("number")
    if not isinstance(number, int):
        raise AdminRefused("number: the number of an account is needed")
    if body.get("removed"):
        world.remove_account(company_id, number)
        return {}
    world.set_account(
        company_id,
        number,
        inactive=bool(body.get("inactive")),
        requires_department=bool(body.get("requires_department")),
        requires_project=bool(body.get("requires_project")),
    )
    return {}


def _module(world: TripletexWorld, company_id: int, body: Body) -> Any:
    world.set_module(company_id, on=bool(body.get("on", True)))
    return {}


def _debt_collection(world: TripletexWorld, company_id: int, body: Body) -> Any:
    world.company(company_id).is_debt_collection_on = bool(body.get("on", True))
    return {}


def _token(world: TripletexWorld, company_id: int, body: Body) -> Any:
    world.revoke_token(company_id, revoked=bool(body.get("revoked", True)))
    return {}


def _invoice_id(body: Body) -> int:
    given = body.get("invoice")
    if not isinstance(given, int):
        raise AdminRefused("invoice: the id of an invoice is needed")
    return given


COMPANY_ACTS: dict[str, Act] = {
    "accounts": _account,
    "clearing": _clearing,
    "module": _module,
    "debt-collection": _debt_collection,
    "token": _token,
    "customers": _customer,
    "invoices": _invoices,
    "drafts": _draft,
    "payments": _payment,
    "refunds": _refund,
    "reversals": _reversal,
    "credits": _credit,
    "write-offs": _write_off,
    "reminders": _reminder,
    "remarks": _remark,
    "payouts": _payout,
    "periods": _periods,
    "locks": _locks,
}
