"""A Tripletex world without a network: one company, one customer, invoices on demand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.sandbox.day import Day
from services.sandbox.tripletex.company import Company
from services.sandbox.tripletex.entities import Customer, Invoice
from services.sandbox.tripletex.orders import CustomerOrder, InvoiceOrder
from services.sandbox.tripletex.world import TripletexWorld

DUE = date(2026, 8, 3)


class Books:
    """One company of a world, with short ways to arrange it."""

    def __init__(self) -> None:
        self.world = TripletexWorld(Day(date(2026, 11, 2)))
        self.company: Company = self.world.add_company("Fjord Bygg AS")
        self.id = self.company.id
        self.customer: Customer = self.world.add_customer(self.id, CustomerOrder("Ola Nordmann"))

    def invoice(self, amount: str = "10000", day: date = DUE, **more: Any) -> Invoice:
        order = InvoiceOrder(self.customer.id, Decimal(amount), day, day, **more)
        return self.world.add_invoice(self.id, order)

    def balance(self, number: int) -> int:
        return self.company.account(number).balance


@pytest.fixture
def books() -> Iterator[Books]:
    """Books that still balance when the test is over."""
    made = Books()
    yield made
    assert made.world.audit() == []
