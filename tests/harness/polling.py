"""A poller on SQLite that reads a Tripletex stand-in over in-process HTTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
from pydantic import SecretStr

from services.sandbox.day import Day
from services.sandbox.tripletex.app import tripletex_app
from services.sandbox.tripletex.company import Company as SandboxCompany
from services.sandbox.tripletex.entities import Customer, Invoice
from services.sandbox.tripletex.orders import CustomerOrder, InvoiceOrder
from services.sandbox.tripletex.tokens import CONSUMER_TOKEN
from services.sandbox.tripletex.world import TripletexWorld
from services.tripletex_poller.handlers import Poller
from services.tripletex_poller.mapping import poll_request, read_requests
from services.tripletex_poller.reader import InvoiceReader
from shared.clock import Clock, SteppedClock, oslo_morning
from shared.http.door import Ask, HttpDoor
from shared.messages.catalog import AnyEvent, kind_of
from shared.messages.credit_notes import CreditNote
from shared.messages.payments import Payment
from shared.messages.polls import PollRequest
from shared.pipeline.outcomes import Done, Incoming
from shared.providers.tripletex.client import Company, Tripletex
from shared.providers.tripletex.wire import Voucher
from shared.store.clients import Client, ClientState, save
from shared.store.engine import Store

FIRST_DAY = date(2026, 9, 1)
DUE = FIRST_DAY - timedelta(days=15)
"""Due date of an invoice that is handed over on the first day."""


class CountingTransport(httpx.ASGITransport):
    """Serves a world in process and counts the calls by method and path."""

    def __init__(self, world: TripletexWorld) -> None:
        super().__init__(tripletex_app(world))
        self.calls: Counter[str] = Counter()
        self._refused: set[str] = set()
        self.lost = ""
        """End of the paths whose answers are lost after the call has been carried out."""

    def refuse(self, path: str) -> None:
        """Answer a path as Tripletex does when an entitlement is missing."""
        self._refused.add(path)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.calls[f"{request.method} {request.url.path.removeprefix('/v2')}"] += 1
        if request.url.path in self._refused:
            return httpx.Response(403, json={"status": 403, "code": 9000, "message": "No."})
        answer = await super().handle_async_request(request)
        if self.lost and request.url.path.endswith(self.lost):
            raise httpx.ReadTimeout("the answer is lost", request=request)
        return answer


@dataclass
class PollDesk:
    """One client whose Tripletex is a stand-in; ``poll`` is one whole round."""

    store: Store
    world: TripletexWorld
    transport: CountingTransport
    clock: SteppedClock
    tripletex: Tripletex
    company: SandboxCompany
    debtor: Customer
    client: Client
    told: list[AnyEvent] = field(default_factory=list)

    def invoice(self, amount: str = "10000", due: date = DUE, **more: int) -> Invoice:
        order = InvoiceOrder(
            more.get("customer", self.debtor.id),
            Decimal(amount),
            due - timedelta(days=14),
            due,
        )
        return self.world.add_invoice(self.company.id, order)

    def pay(self, invoice: Invoice, amount: str, day: date | None = None) -> int:
        on = day or self.world.day.today
        return self.world.pay(self.company.id, invoice.id, Decimal(amount), on=on).id

    def next_day(self) -> None:
        self.world.day.advance_to(self.world.day.today + timedelta(days=1))
        self.clock.advance_to(oslo_morning(self.world.day.today))

    async def set_client(self, client: Client) -> None:
        self.client = client
        await self.store.commit([save(client)])

    def restart(self) -> None:
        """Forget every session, as a new process does."""
        self.tripletex = open_tripletex_at(self.transport, self.clock)

    def books(self, client: Client) -> Company:
        token = SecretStr(self.world.employee_token(self.company.id).token)
        return self.tripletex.company(client, token)

    def books_with(self, client: Client, token: str) -> Company:
        """Open a client's books with another token."""
        return self.tripletex.company(client, SecretStr(token))

    @property
    def poller(self) -> Poller:
        return Poller(self.store, self.clock, self.books, InvoiceReader(self.store, self.clock))

    async def poll(self, *, full: bool = False) -> list[AnyEvent]:
        """Handle one request to look and every request to read that follows."""
        told: list[AnyEvent] = []
        for message in await self.requests(full=full):
            told += await self.commit(await self.answer_of(message))
        self.told += told
        return told

    async def requests(self, *, full: bool = False) -> tuple[AnyEvent, ...]:
        """Handle one request to look and return the requests to read that follow."""
        self.clock.advance(timedelta(seconds=1))
        request = poll_request(
            self.client.client_id, now=self.clock.now(), today=self.clock.today(), full=full
        )
        return await self.commit(await self.answer_of(request))

    async def answer(self, message: AnyEvent) -> tuple[AnyEvent, ...]:
        """Handle a message without committing, as a replica that is about to lose a race."""
        return (await self.answer_of(message)).messages

    async def answer_of(self, message: AnyEvent) -> Done:
        return await self.poller(Incoming(message, "tripletex-poller", 1, self.clock.now()))

    async def commit(self, done: Done) -> tuple[AnyEvent, ...]:
        await self.store.commit(done.writes)
        return done.messages

    async def settle(self, invoice_id: int, amount: str) -> None:
        """Register money of the collector on an invoice, as the booking writer does."""
        kinds = self.company.payment_types.values()
        clearing = next(kind.id for kind in kinds if kind.debit_account.number == 1579)
        await self.books(self.client).register_payment(
            invoice_id,
            date=self.world.day.today,
            payment_type_id=clearing,
            amount=Decimal(amount),
        )

    async def manual_debt(self, amount: str, due: date) -> None:
        """Book a debt by hand, as an opening balance does: an open post and no invoice."""
        books = self.books(self.client)
        ids = {one.number: one.id for one in await books.accounts([1500, 3900])}
        shared = {"date": due.isoformat(), "vatType": {"id": 0}, "description": "Saldo"}
        rows = [
            {"row": 1, "account": {"id": ids[1500]}, "customer": {"id": self.debtor.id}}
            | {"termOfPayment": due.isoformat(), "invoiceNumber": "77"}
            | gross(amount),
            {"row": 2, "account": {"id": ids[3900]}} | gross(f"-{amount}"),
        ]
        body = {
            "date": due.isoformat(),
            "description": "Saldo",
            "postings": [row | shared for row in rows],
        }
        await books._calls.write(Ask("POST", "/ledger/voucher", document=body), Voucher)

    async def watch(self, invoice_id: int) -> None:
        """Have an invoice read closely before it is due for hand-over."""
        request = PollRequest(
            client_id=self.client.client_id,
            requested_at=self.clock.now(),
            today=self.clock.today(),
        )
        for message in read_requests(request, invoice_ids=[invoice_id], voucher_ids=[]):
            await self.commit(await self.answer_of(message))


def open_tripletex_at(transport: httpx.AsyncBaseTransport, clock: Clock) -> Tripletex:
    """Open a client on a transport."""
    door = HttpDoor("http://tripletex.test/v2", dependency="tripletex", transport=transport)
    return Tripletex(door, consumer_token=SecretStr(CONSUMER_TOKEN), clock=clock)


def gross(amount: str) -> dict[str, object]:
    """Return the amounts of a new posting in kroner."""
    return {"amountGross": Decimal(amount), "amountGrossCurrency": Decimal(amount)}


def names(messages: list[AnyEvent]) -> list[str]:
    """Return exchange and event of messages."""
    return [f"{kind_of(one).exchange}.{kind_of(one).event}" for one in messages]


def payment_of(message: AnyEvent) -> Payment:
    """Return the payment a message tells of."""
    assert isinstance(message.data, Payment)
    return message.data


def credit_of(message: AnyEvent) -> CreditNote:
    """Return the credit note a message tells of."""
    assert isinstance(message.data, CreditNote)
    return message.data


@pytest.fixture
async def polling(sqlite_store: Store) -> AsyncIterator[PollDesk]:
    """One active client with one Norwegian company as its customer."""
    world = TripletexWorld(Day(FIRST_DAY))
    company = world.add_company("Fjord Bygg AS")
    transport = CountingTransport(world)
    clock = SteppedClock(oslo_morning(FIRST_DAY))
    tripletex = open_tripletex_at(transport, clock)
    debtor = world.add_customer(
        company.id, CustomerOrder("Skyldner AS", organization_number="974760673")
    )
    client = Client(
        client_id="fjord",
        name="Fjord Bygg AS",
        company_id=company.id,
        employee_token=b"sealed",
        ecpay_client_id="ec-fjord",
        start_date=date(2026, 6, 1),
        created_at=datetime(2026, 8, 1, tzinfo=UTC),
        state=ClientState.ACTIVE,
    )
    desk = PollDesk(
        store=sqlite_store,
        world=world,
        transport=transport,
        clock=clock,
        tripletex=tripletex,
        company=company,
        debtor=debtor,
        client=client,
    )
    await desk.set_client(client)
    yield desk
    await desk.tripletex.close()
    assert world.audit() == []
