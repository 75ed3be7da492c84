"""Many customers and invoices in one admin call, by a pattern.

The body of ``POST /admin/companies/{id}/invoices`` without ``invoices``:

``count`` invoices over ``customers`` new customers (default: one for twenty invoices), dated one
after another from ``first_date`` over ``days`` days (default 365), due after ``term_days``
(default 14), amounts running through ``amounts`` (default a few uneven ones). ``paid_percent``
of them, in tenths and spread evenly, are paid in full on their due date: with 99.5, 100,000
invoices leave 500 open posts.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from services.sandbox.admin import AdminRefused, Body, amount_of, day_of
from services.sandbox.tripletex.amounts import to_ore
from services.sandbox.tripletex.company import BANK, Company
from services.sandbox.tripletex.entities import Customer
from services.sandbox.tripletex.invoicing import NewInvoice, issue
from services.sandbox.tripletex.orders import CustomerOrder
from services.sandbox.tripletex.payments import OCR, register_payment
from services.sandbox.tripletex.world import TripletexWorld

AMOUNTS = ("1250.00", "8375.00", "437.50", "18735.00", "31437.50", "999.99")
INVOICES_PER_CUSTOMER = 20
LARGEST = 1_000_000


def make_invoices(world: TripletexWorld, company_id: int, body: Body) -> dict[str, Any]:
    """Make invoices by a pattern; see the module."""
    company = world.company(company_id)
    count = _number(body, "count", 1)
    customers = _customers(
        world, company, _number(body, "customers", count // INVOICES_PER_CUSTOMER + 1)
    )
    first = day_of(body, "first_date", world.day.today - timedelta(days=365))
    days, term = _number(body, "days", 365), timedelta(days=_number(body, "term_days", 14))
    amounts = [to_ore(Decimal(str(one))) for one in body.get("amounts", AMOUNTS)]
    paid = _thousandths(body)
    bank = company.account(BANK)
    ids: list[int] = []
    for place in range(count):
        day = first + timedelta(days=place * days // count)
        amount = amounts[place % len(amounts)]
        customer = customers[place % len(customers)]
        invoice = issue(company, NewInvoice(customer, day, day + term, amount))
        if (place + 1) * paid // 1000 > place * paid // 1000:
            register_payment(company, invoice, invoice.due_date, amount, debit=bank, type_name=OCR)
        ids.append(invoice.id)
    return {"count": count, "first": ids[0], "last": ids[-1]}


def _customers(world: TripletexWorld, company: Company, count: int) -> list[Customer]:
    return [
        world.add_customer(company.id, CustomerOrder(f"Kunde {number} AS"))
        for number in range(1, max(count, 1) + 1)
    ]


def _thousandths(body: Body) -> int:
    share = amount_of({"paid_percent": body.get("paid_percent", 0)}, "paid_percent")
    if not 0 <= share <= 100:  # noqa: PLR2004 - per cent
        raise AdminRefused("paid_percent: between 0 and 100")
    return int(share * 10)


def _number(body: Body, name: str, default: int) -> int:
    given = body.get(name, default)
    if not isinstance(given, int) or not 0 <= given <= LARGEST or (name == "count" and not given):
        raise AdminRefused(f"{name}: a whole number up to {LARGEST} is needed")
    return given
