"""A running Tripletex stand-in with one company, one customer and a session."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from services.sandbox.bootstrap import Sandbox
from services.sandbox.tripletex.company import Company
from services.sandbox.tripletex.entities import Customer, Invoice
from services.sandbox.tripletex.orders import CustomerOrder, InvoiceOrder
from services.sandbox.tripletex.tokens import CONSUMER_TOKEN

TODAY = date(2026, 11, 2)


class TripletexApi:
    """Calls a stand-in as an integration does; ``world`` arranges and looks behind it."""

    def __init__(self, sandbox: Sandbox, http: httpx.AsyncClient) -> None:
        self.sandbox = sandbox
        self.world = sandbox.tripletex
        self.http = http
        self.company: Company = self.world.add_company("Fjord Bygg AS")
        self.customer: Customer = self.world.add_customer(
            self.company.id, CustomerOrder("Ola Nordmann")
        )
        self.username = "0"
        self.session = ""

    async def log_in(self, company_id: int | None = None, until: str = "2026-11-03") -> None:
        token = self.world.employee_token(company_id or self.company.id).token
        body = {
            "consumerToken": CONSUMER_TOKEN,
            "employeeToken": token,
            "expirationDate": until,
        }
        answer = await self.http.post("/token/session/:create", json=body)
        self.session = answer.json()["value"]["token"]

    async def send(self, method: str, path: str, **how: Any) -> httpx.Response:
        auth = (self.username, self.session)
        return await self.http.request(method, path, auth=auth, **how)

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.send("GET", path, params=query)

    async def put(self, path: str, **query: Any) -> httpx.Response:
        return await self.send("PUT", path, params=query)

    async def values(self, path: str, **query: Any) -> list[dict[str, Any]]:
        answer = await self.get(path, **query)
        return list(answer.json()["values"])

    async def admin(self, method: str, path: str, body: Any = None) -> httpx.Response:
        url = self.sandbox.tripletex_url.removesuffix("/v2") + "/admin" + path
        return await self.http.request(method, url, json=body)

    def invoice(self, amount: str = "10000", day: date = date(2026, 8, 3), **more: Any) -> Invoice:
        order = InvoiceOrder(self.customer.id, Decimal(amount), day, day, **more)
        return self.world.add_invoice(self.company.id, order)

    def account_id(self, number: int) -> int:
        return self.company.account(number).id

    def payment_type_id(self, account: int = 1579) -> int:
        kinds = self.company.payment_types.values()
        return next(kind.id for kind in kinds if kind.debit_account.number == account)

    async def pay(self, invoice: Invoice, amount: str, day: str = "2026-10-01") -> httpx.Response:
        return await self.put(
            f"/invoice/{invoice.id}/:payment",
            paymentDate=day,
            paymentTypeId=self.payment_type_id(),
            paidAmount=amount,
        )

    def row(self, row: int, account: int, gross: float, **more: Any) -> dict[str, Any]:
        return {
            "row": row,
            "account": {"id": self.account_id(account)},
            "amountGross": gross,
            "amountGrossCurrency": gross,
            "vatType": {"id": 0},
            **more,
        }

    async def post_voucher(self, *rows: dict[str, Any], **more: Any) -> httpx.Response:
        booked = more.pop("sendToLedger", "true")
        body = {"date": "2026-10-01", "description": "Oppgjør", "postings": list(rows), **more}
        params = {"sendToLedger": booked}
        return await self.send("POST", "/ledger/voucher", json=body, params=params)


def complaints(answer: httpx.Response) -> list[tuple[str | None, str]]:
    """Return field and message of each validation message of an error."""
    return [(c["field"], c["message"]) for c in answer.json()["validationMessages"]]


@pytest.fixture
async def api() -> AsyncIterator[TripletexApi]:
    """A stand-in over real HTTP; its books are audited when the test is over."""
    async with Sandbox(TODAY) as sandbox:
        async with httpx.AsyncClient(base_url=sandbox.tripletex_url) as http:
            made = TripletexApi(sandbox, http)
            await made.log_in()
            yield made
        assert made.world.audit() == []
