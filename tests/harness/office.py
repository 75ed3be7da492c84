"""An operator's desk: a database, and both stand-ins behind real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pytest
from pydantic import SecretStr

from services.sandbox.bootstrap import Sandbox
from services.sandbox.ecpay.terms import Terms
from services.sandbox.ecpay.world import DEFAULT_CLIENT
from services.sandbox.tripletex.company import Company
from services.sandbox.tripletex.entities import Invoice
from services.sandbox.tripletex.orders import CustomerOrder, InvoiceOrder
from services.sandbox.tripletex.tokens import CONSUMER_TOKEN
from shared.clock import SteppedClock, oslo_morning
from shared.operations.clients import Answers
from shared.operations.desk import Desk
from shared.providers.ecpay.client import open_ecpay
from shared.providers.tripletex.client import open_tripletex
from shared.store.engine import Store
from shared.store.seal import Sealer

TODAY = date(2026, 8, 18)
ECPAY_ID = "4711-ecpay"
CLIENT_ID = "nordfjord"


@dataclass(frozen=True, slots=True)
class Office:
    """A desk and the worlds behind it.

    Attributes:
        company: The client's company in Tripletex.
    """

    desk: Desk
    sandbox: Sandbox
    company: Company

    @property
    def token(self) -> SecretStr:
        return SecretStr(self.sandbox.tripletex.employee_token(self.company.id).token)

    def answers(self, **changed: object) -> Answers:
        """Return the answers of a set-up that is right, with some changed."""
        answers = Answers(
            client_id=CLIENT_ID,
            name="Nordfjord Rør AS",
            company_id=self.company.id,
            employee_token=self.token,
            ecpay_client_id=ECPAY_ID,
            start_date=date(2026, 1, 1),
        )
        return replace(answers, **changed)  # type: ignore[arg-type]  # named as the fields are

    def owe(self, amount: str, due: date) -> Invoice:
        """Make an invoice to a company."""
        world = self.sandbox.tripletex
        order = CustomerOrder("Bygg AS", organization_number="310000035")
        customer = world.add_customer(self.company.id, order)
        return world.add_invoice(
            self.company.id, InvoiceOrder(customer.id, Decimal(amount), due, due)
        )


@pytest.fixture
async def office(sqlite_store: Store) -> AsyncIterator[Office]:
    """A desk with one company in Tripletex and one agreement at ECPay; no client yet."""
    clock = SteppedClock(oslo_morning(TODAY))
    async with Sandbox(TODAY) as sandbox:
        company = sandbox.tripletex.add_company("Nordfjord Rør AS")
        sandbox.ecpay.make_creditor(Terms(ECPAY_ID))
        tripletex = open_tripletex(
            sandbox.tripletex_url, consumer_token=SecretStr(CONSUMER_TOKEN), clock=clock
        )
        ecpay = open_ecpay(
            sandbox.ecpay_url,
            client_id=DEFAULT_CLIENT.client_id,
            client_secret=SecretStr(DEFAULT_CLIENT.secret),
            clock=clock,
        )
        desk = Desk(clock, sqlite_store, Sealer("key"), tripletex, ecpay, actor="kari")
        yield Office(desk, sandbox, company)
        await tripletex.close()
        await ecpay.close()
