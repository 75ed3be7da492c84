"""Many customers and invoices in one admin call, by a pattern.

The body of ``POST /admin/companies/{id}/invoices`` without ``invoices``:

``count`` invoices over ``customers`` new customers (default: one for twenty invoices), dated one
after another from ``first_date`` over ``days`` days (default 365), due after ``term_days``
(default 14), amounts running through ``amounts`` (default a few uneven ones). ``paid_percent``
of them, in tenths and spread evenly, are paid in full on their due date: with 99.5, 100,000
invoices leave 500 open posts.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from services.sandbox.admin import AdminRefused, Body, amount_of, day_of
from services.sandbox.tripletex.amounts import Ore, to_ore
from services.sandbox.tripletex.company import BANK, Company
from services.sandbox.tripletex.entities import Customer
from services.sandbox.tripletex.invoicing import NewInvoice, issue
from services.sandbox.tripletex.orders import CustomerOrder
from services.sandbox.tripletex.payments import OCR, register_payment
from services.sandbox.tripletex.world import TripletexWorld

AMOUNTS = ("1250.00", "8375.00", "437.50", "18735.00", "31437.50", "999.99")
INVOICES_PER_CUSTOMER = 20
LARGEST = 1_000_000
MANY = 10_000


@dataclass(frozen=True, slots=True)
class Pattern:
    """How invoices follow one another; see the module."""

    count: int
    first: date
    days: int
    term: timedelta
    amounts: tuple[Ore, ...]
    paid_thousandths: int

    def day(self, place: int) -> date:
        """Return the date of the invoice at a place."""
        return self.first + timedelta(days=place * self.days // self.count)

    def amount(self, place: int) -> Ore:
        """Return the amount of the invoice at a place."""
        return self.amounts[place % len(self.amounts)]

    def is_paid(self, place: int) -> bool:
        """Whether the invoice at a place is paid; the paid ones are spread evenly."""
        share = self.paid_thousandths
        return (place + 1) * share // 1000 > place * share // 1000


def make_invoices(world: TripletexWorld, company_id: int, body: Body) -> dict[str, Any]:
    """Make invoices by a pattern; see the module."""
    company = world.company(company_id)
    pattern = _pattern(world, body)
    wanted = _number(body, "customers", pattern.count // INVOICES_PER_CUSTOMER + 1)
    customers = _customers(world, company, wanted)
    with _uncollected(pattern.count):
        ids = [
            _make(company, customers[place % len(customers)], pattern, place)
            for place in range(pattern.count)
        ]
    return {"count": pattern.count, "first": ids[0], "last": ids[-1]}


def _pattern(world: TripletexWorld, body: Body) -> Pattern:
    return Pattern(
        count=_number(body, "count", 1),
        first=day_of(body, "first_date", world.day.today - timedelta(days=365)),
        days=_number(body, "days", 365),
        term=timedelta(days=_number(body, "term_days", 14)),
        amounts=tuple(to_ore(Decimal(str(one))) for one in body.get("amounts", AMOUNTS)),
        paid_thousandths=_thousandths(body),
    )


def _make(company: Company, customer: Customer, pattern: Pattern, place: int) -> int:
    day, amount = pattern.day(place), pattern.amount(place)
    invoice = issue(company, NewInvoice(customer, day, day + pattern.term, amount))
    if pattern.is_paid(place):
        bank = company.account(BANK)
        register_payment(company, invoice, invoice.due_date, amount, debit=bank, type_name=OCR)
    return invoice.id


@contextmanager
def _uncollected(count: int) -> Iterator[None]:
    # Nothing of what is made here is garbage. Looking through it again and again costs a third
    # of the making, and a pause of some 0.3 s in a later call for 100,000 invoices.
    if count < MANY:
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()


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
