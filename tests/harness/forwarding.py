"""The forwarder between a fake ECPay, a fake Tripletex and a database, for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from services.ecpay_forwarder.handlers.desk import Desk
from services.ecpay_forwarder.handlers.dispatch import Forwarder
from shared.clock import SteppedClock
from shared.http.door import HttpDoor
from shared.messages.catalog import (
    CREDIT_NOTE_ISSUED,
    CREDIT_NOTE_UNSUPPORTED,
    INVOICE_OVERDUE,
    PAYMENT_DIRECT,
    PAYMENT_DIRECT_REVERSED,
    AnyEvent,
    EventType,
    decode,
    event,
)
from shared.messages.credit_notes import CreditNote, CreditScope
from shared.messages.envelope import Body
from shared.messages.ids import InvoiceId
from shared.messages.invoices import Address, Debtor, DebtorType, Invoice
from shared.messages.payments import Payment, PaymentOrigin, ReceivedBy
from shared.pipeline.outcomes import Dead, Done, Incoming, Outcome
from shared.providers.tripletex.client import Tripletex
from shared.store.clients import Client, ClientState, save
from shared.store.engine import Store
from shared.store.outbox import take_due
from shared.store.seal import Sealer
from shared.store.tasks import Task, list_tasks
from tests.harness.ecpay_office import MORNING, EcpayOffice

COMPANY = 4711
OWED = Decimal("10000.00")
QUEUE = "ecpay-forwarder"
ISSUED = {"id": 50, "date": "2026-07-20", "amount": 10000, "voucher": {"id": 100}}
CUSTOMER = {
    "id": 3,
    "name": "Kari Nordmann",
    "customerNumber": 20077,
    "isPrivateIndividual": True,
    "postalAddress": {
        "id": 4,
        "addressLine1": "Nygata 2",
        "postalCode": "0155",
        "city": "Oslo",
        "country": {"id": 161, "isoAlpha2Code": "NO"},
    },
}


def invoice(number: int = 1, **changes: Any) -> Invoice:
    """Return an invoice that is overdue for fifteen days."""
    facts: dict[str, Any] = {
        "client_id": "acme",
        "invoice_id": InvoiceId(number),
        "claim_reference": f"tt:{COMPANY}:inv:{number}",
        "invoice_number": str(10000 + number),
        "invoice_date": date(2026, 7, 20),
        "due_date": date(2026, 8, 3),
        "kid": "10042200773",
        "currency": "NOK",
        "original_amount": OWED,
        "outstanding": OWED,
        "debtor": Debtor(
            type=DebtorType.PERSON,
            name="Kari Nordmann",
            customer_number="20077",
            address=Address(line1="Storgata 1", postal_code="0155", city="Oslo", country="NO"),
        ),
        "description": "Rørleggerarbeid",
        "observed_at": MORNING,
    }
    return Invoice(**facts | changes)


def payment(number: int = 7, **changes: Any) -> Payment:
    """Return a payment that the creditor received on invoice 1."""
    facts: dict[str, Any] = {
        "client_id": "acme",
        "claim_reference": f"tt:{COMPANY}:inv:1",
        "invoice_id": InvoiceId(1),
        "payment_reference": f"tt:{COMPANY}:posting:{number}",
        "amount": Decimal("4000.00"),
        "currency": "NOK",
        "payment_date": date(2026, 8, 17),
        "received_by": ReceivedBy.CREDITOR,
        "origin": PaymentOrigin.TRIPLETEX,
        "observed_at": MORNING,
    }
    return Payment(**facts | changes)


def reversal(number: int = 8, of: int = 7, **changes: Any) -> Payment:
    """Return what takes a payment back."""
    facts = {"reverses": f"tt:{COMPANY}:posting:{of}", "payment_date": date(2026, 8, 18)}
    return payment(number, **facts | changes)


def credit(number: int = 9, **changes: Any) -> CreditNote:
    """Return a full credit of invoice 1."""
    facts: dict[str, Any] = {
        "client_id": "acme",
        "claim_reference": f"tt:{COMPANY}:inv:1",
        "invoice_id": InvoiceId(1),
        "credit_note_id": InvoiceId(number),
        "credit_reference": f"tt:{COMPANY}:credit:{number}",
        "number": "10107",
        "credit_date": date(2026, 8, 18),
        "amount": OWED,
        "currency": "NOK",
        "scope": CreditScope.FULL,
        "remaining_after": Decimal("0.00"),
        "observed_at": MORNING,
    }
    return CreditNote(**facts | changes)


def _message(kind: EventType, body: Body, subject: str) -> AnyEvent:
    return event(kind, body, subject=subject, system="tripletex", time=MORNING)


def overdue(number: int = 1, **changes: Any) -> AnyEvent:
    """Return the message that an invoice is overdue."""
    body = invoice(number, **changes)
    return _message(INVOICE_OVERDUE, body, body.claim_reference)


def direct(number: int = 7, **changes: Any) -> AnyEvent:
    """Return the message that a payment is to be reported."""
    body = payment(number, **changes)
    return _message(PAYMENT_DIRECT, body, body.payment_reference)


def direct_reversed(number: int = 8, of: int = 7, **changes: Any) -> AnyEvent:
    """Return the message that a payment is to be taken back."""
    body = reversal(number, of, **changes)
    return _message(PAYMENT_DIRECT_REVERSED, body, body.payment_reference)


def credited(number: int = 9, **changes: Any) -> AnyEvent:
    """Return the message that an invoice was credited."""
    body = credit(number, **changes)
    return _message(CREDIT_NOTE_ISSUED, body, body.credit_reference)


def unsupported(number: int = 9, **changes: Any) -> AnyEvent:
    """Return the message that an invoice was credited in a way ECPay does not take."""
    facts = {"amount": Decimal("1000.00"), "scope": CreditScope.PARTIAL, "remaining_after": OWED}
    body = credit(number, **facts | changes)
    return _message(CREDIT_NOTE_UNSUPPORTED, body, body.credit_reference)


class BooksFake(httpx.AsyncBaseTransport):
    """A Tripletex that knows invoices by id and counts how often it was asked for them."""

    def __init__(self) -> None:
        self.invoices: dict[int, dict[str, Any]] = {}
        self.reads = 0

    def now_owes(self, number: int, outstanding: str, **more: Any) -> None:
        """Let an invoice stand with so much outstanding."""
        amounts = {"amount": 10000.0, "amountOutstanding": float(outstanding)}
        due = {"invoiceDueDate": "2026-08-03", "voucher": {"id": 100}}
        self.invoices[number] = {"id": number, **amounts, **due, **more}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        made = httpx.Response(200, json=self._answer(request))
        stream = httpx.ByteStream(made.content)
        return httpx.Response(200, headers=made.headers, stream=stream)

    def _answer(self, request: httpx.Request) -> Any:
        if request.url.path.endswith(":create"):
            return {"value": {"token": "s", "expirationDate": "2026-08-20"}}
        if request.url.path.endswith(("whoAmI", "%3EwhoAmI")):
            return {"value": {"companyId": COMPANY, "employeeId": 1}}
        self.reads += 1
        wanted = [int(one) for one in request.url.params["id"].split(",")]
        return {"values": [self.invoices[one] for one in wanted if one in self.invoices]}


@dataclass
class Forwarding:
    """Everything around the forwarder."""

    store: Store
    office: EcpayOffice
    books: BooksFake
    desk: Desk
    seen: set[str] = field(default_factory=set)

    @property
    def clock(self) -> SteppedClock:
        """Return the clock of all parts."""
        return self.office.clock

    async def handle(self, *messages: AnyEvent) -> Sequence[Outcome]:
        """Let the forwarder handle messages, and commit nothing."""
        now = self.clock.now()
        batch = [Incoming(one, QUEUE, attempt=1, first_seen=now) for one in messages]
        return await Forwarder(self.desk).handle(batch)

    async def settle(self, *messages: AnyEvent) -> Sequence[Outcome]:
        """Let the forwarder handle messages and commit what it changes."""
        outcomes = await self.handle(*messages)
        await self.store.commit([write for outcome in outcomes for write in outcome.writes])
        return outcomes

    async def tasks(self) -> Sequence[Task]:
        """Return the open tasks."""
        return await list_tasks(self.store)

    async def due(self) -> Sequence[AnyEvent]:
        """Return the messages that are due by now."""
        lease = self.clock.now() - datetime(2026, 1, 1, tzinfo=MORNING.tzinfo)
        rows = await take_due(self.store, now=self.clock.now(), lease=lease, limit=1000)
        return [decode(row.body) for row in rows]


def done(outcome: Outcome) -> Done:
    """Return an outcome that must be Done."""
    assert isinstance(outcome, Done), outcome
    return outcome


def dead(outcome: Outcome) -> Dead:
    """Return an outcome that must be Dead."""
    assert isinstance(outcome, Dead), outcome
    return outcome


@pytest.fixture
async def forwarding(sqlite_store: Store, ecpay_office: EcpayOffice) -> AsyncIterator[Forwarding]:
    """Set the forwarder up for one active client."""
    books, sealer = BooksFake(), Sealer("a key for tests")
    door = HttpDoor("http://tripletex.test/v2", dependency="tripletex", transport=books)
    tripletex = Tripletex(door, consumer_token=SecretStr("c"), clock=ecpay_office.clock)
    desk = Desk(sqlite_store, ecpay_office.clock, ecpay_office.client, tripletex, sealer)
    client = Client(
        client_id="acme",
        name="Acme AS",
        company_id=COMPANY,
        employee_token=sealer.seal("employee"),
        ecpay_client_id="4711-ecpay",
        start_date=date(2026, 1, 1),
        created_at=MORNING,
        state=ClientState.ACTIVE,
    )
    await sqlite_store.commit([save(client)])
    yield Forwarding(sqlite_store, ecpay_office, books, desk)
    await tripletex.close()
