"""The settling half of the flow on SQLite, against a Tripletex and an ECPay in process.

``run`` hands messages to payment-reconciler and booking-writer until nothing is left, as the
pipeline would: writes committed, effects delivered, retries after a step of the clock. A call
that changes something can be told to die before or after it happens, as a killed process would.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr

from services.booking_writer.handlers import BookingWriter
from services.booking_writer.late_statements import ask_again
from services.booking_writer.turns import in_turns
from services.payment_reconciler.bootstrap import feed_request
from services.payment_reconciler.feeds import FeedReader
from services.payment_reconciler.handlers import Reconciler
from services.payment_reconciler.judging import SettlementJudge
from services.sandbox.day import Day
from services.sandbox.tripletex.app import tripletex_app
from services.sandbox.tripletex.company import Company
from services.sandbox.tripletex.entities import Customer, Invoice, Voucher
from services.sandbox.tripletex.orders import CustomerOrder, InvoiceOrder
from services.sandbox.tripletex.tokens import CONSUMER_TOKEN
from services.sandbox.tripletex.world import TripletexWorld
from shared.clock import SteppedClock, oslo_morning
from shared.faults import Fault
from shared.http.door import HttpDoor
from shared.messages.catalog import SETTLEMENT_RECONCILED, AnyEvent, decode, kind_of
from shared.messages.ids import claim_reference
from shared.messages.settlements import Settlement, SettlementLine
from shared.operations.acts import Act
from shared.operations.settlements import release_settlement
from shared.pipeline.outcomes import Dead, Done, Handler, Incoming, Retry
from shared.providers.ecpay.access import Credentials
from shared.providers.ecpay.client import Ecpay
from shared.providers.tripletex.client import Company as CompanyBooks
from shared.providers.tripletex.client import Tripletex
from shared.store import claims, clients, outbox, reported, tasks
from shared.store.claims import ClaimState, HandedOver
from shared.store.clients import Client, ClientState
from shared.store.engine import Store
from shared.store.outbox import OUTBOX
from shared.store.reported import PaymentState, ReportedPayment
from shared.store.seal import Sealer
from shared.store.tasks import Task
from tests.harness.mortality import KilledError, Killer, Mortal
from tests.harness.settlement_makers import CLIENT, kroner, settlement
from tests.harness.settling_ecpay import SettlingEcpay

TODAY = date(2026, 9, 30)
ECPAY_ID = "4711-ecpay"
PDF = b"%PDF-1.7 statement"
TRIES = 30


@dataclass
class SettlingDesk:
    """One client with its Tripletex and its ECPay."""

    store: Store
    clock: SteppedClock
    world: TripletexWorld
    company: Company
    debtor: Customer
    ecpay_fake: SettlingEcpay
    tripletex: Tripletex
    ecpay: Ecpay
    client: Client
    killer: Killer
    told: list[AnyEvent] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    _handled: set[tuple[str, UUID]] = field(default_factory=set)

    async def claim(self, amount: str = "10000", **more: Any) -> Invoice:
        """Make an overdue invoice that was handed over."""
        day = date(2026, 8, 3)
        order = InvoiceOrder(self.debtor.id, Decimal(amount), day, day, **more)
        invoice = self.world.add_invoice(self.company.id, order)
        await self.hand_over(invoice)
        return invoice

    async def hand_over(self, invoice: Invoice) -> None:
        """Keep a claim on an invoice."""
        await self.store.commit([claims.save_claim(self._handed_over(invoice))])

    async def pay_on_clearing(self, invoice: Invoice, amount: str, day: date) -> None:
        """Have somebody else register money of the collector on an invoice."""
        kinds = self.company.payment_types.values()
        clearing = next(kind.id for kind in kinds if kind.debit_account.number == 1579)
        await self.books().register_payment(
            invoice.id, date=day, payment_type_id=clearing, amount=Decimal(amount)
        )

    def _handed_over(self, invoice: Invoice) -> HandedOver:
        return HandedOver(
            client_id=CLIENT,
            invoice_id=invoice.id,
            claim_reference=claim_reference(self.company.id, invoice.id),
            state=ClaimState.REGISTERED,
            invoice_number=str(invoice.number),
            original_amount=kroner(invoice.amount) / 100,
            outstanding_handed_over=kroner(invoice.amount) / 100,
            currency="NOK",
            invoice_date=invoice.invoice_date,
            due_date=invoice.due_date,
            updated_at=self.clock.now(),
        )

    def of(self, invoice: Invoice, line: SettlementLine, **given: Any) -> SettlementLine:
        """Return a line on the claim of an invoice."""
        reference = claim_reference(self.company.id, invoice.id)
        named = {"claim_reference": reference, "invoice_number": str(invoice.number)}
        return line.model_copy(update={**named, **given})

    def issue(self, *lines: SettlementLine, number: int = 1, **given: Any) -> Settlement:
        """Have ECPay issue a settlement."""
        named = {"settlement_id": f"stl_{number}", "settlement_number": number}
        made = settlement(*lines, **{**named, **given})
        self.ecpay_fake.issue(made)
        return made

    async def set_client(self, **changes: Any) -> None:
        self.client = replace(self.client, **changes)
        await self.store.commit([clients.save(self.client)])

    def books(self) -> CompanyBooks:
        """Return the client's books as a person with the token sees them."""
        token = Sealer("test").open(self.client.employee_token)
        return self.tripletex.company(self.client, token)

    def writer(self) -> BookingWriter:
        """Return a booking writer as a new process has it."""
        return BookingWriter(
            self.store,
            self.clock,
            sealer=Sealer("test"),
            tripletex=self.tripletex,
            ecpay=self.ecpay,
            random=Random(self.clock.now().timestamp()),  # noqa: S311  # names a lease
        )

    def _handlers(self) -> dict[str, Handler]:
        reconciler = Reconciler(
            self.store,
            self.clock,
            read_feeds=FeedReader(self.store, self.ecpay, self.clock),
            judge_settlement=SettlementJudge(self.store, self.clock),
        )
        return {
            "payment-reconciler": reconciler,
            "booking-writer": in_turns(self.writer(), clients=1),
        }

    async def round(self) -> None:
        """Read the feeds and handle everything that follows."""
        self.clock.advance(timedelta(minutes=15))
        await self.run(feed_request(CLIENT, self.clock.now()))

    def forget(self) -> None:
        """Forget what was handled, as if the inbox were lost."""
        self._handled.clear()

    async def reconcile(self, *messages: AnyEvent) -> list[Done]:
        """Return what the payment-reconciler makes of one batch."""
        now = self.clock.now()
        batch = [Incoming(one, "payment-reconciler", 1, now) for one in messages]
        outcomes = await self._handlers()["payment-reconciler"](batch)
        return [one for one in outcomes if isinstance(one, Done)]

    async def report(self, invoice: Invoice, amount: str) -> None:
        """Have a direct payment on an invoice reported and applied."""
        payment = ReportedPayment(
            client_id=CLIENT,
            payment_reference=f"p:{invoice.id}",
            claim_reference=claim_reference(self.company.id, invoice.id),
            state=PaymentState.REPORTED,
            amount=kroner(amount),
            currency="NOK",
            payment_date=TODAY,
            updated_at=self.clock.now(),
            applied=kroner(amount),
        )
        await self.store.commit([reported.save_payment(payment)])

    async def release(self, settlement_id: str, booking_date: date | None = None) -> None:
        """Send a settlement on, as 'restanse settlement release' does."""
        by = Act("kari", self.clock.now(), "seen")
        await release_settlement(
            self.store, settlement_id, client_id=CLIENT, booking_date=booking_date, by=by
        )
        await self._run_outbox()

    async def ask_for_statements(self) -> None:
        """Send the bookings without a statement through once more."""
        self.clock.advance(timedelta(minutes=30))
        await ask_again(self.store, moment=self.clock.now(), now=self.clock.now())
        await self._run_outbox()

    async def _run_outbox(self) -> None:
        rows = await self.store.rows(OUTBOX.select())
        await outbox.remove(self.store, [row.id for row in rows])
        await self.run(*[decode(row.body) for row in rows])

    async def again(self) -> None:
        """Handle everything that was told so far again, as after a crash or a replay."""
        self.forget()
        self.clock.advance(timedelta(minutes=2))
        await self.run(*[one for one in self.told if _queue(one)])

    async def run(self, *messages: AnyEvent) -> None:
        """Handle messages and everything that follows; a Bug or a kill is raised."""
        handlers = self._handlers()
        waiting = [Incoming(one, _queue(one), 1, self.clock.now()) for one in messages]
        while waiting:
            incoming = waiting.pop(0)
            if (incoming.queue, incoming.message.id) in self._handled:
                continue
            (outcome,) = await handlers[incoming.queue]([incoming])
            await self.store.commit(outcome.writes)
            match outcome:
                case Done():
                    self._handled.add((incoming.queue, incoming.message.id))
                    self.told += outcome.messages
                    effects = [one for one in outcome.messages if _queue(one) in handlers]
                    waiting += [Incoming(x, _queue(x), 1, self.clock.now()) for x in effects]
                case Retry() if incoming.attempt < TRIES:
                    self.clock.advance(timedelta(minutes=2))
                    waiting.append(replace(incoming, attempt=incoming.attempt + 1))
                case Retry() | Dead():
                    if isinstance(outcome.fault.__cause__, KilledError):
                        raise outcome.fault.__cause__
                    self.faults.append(outcome.fault)

    def names(self) -> list[str]:
        """Return exchange and event of everything told so far."""
        return [f"{kind_of(one).exchange}.{kind_of(one).event}" for one in self.told]

    async def open_tasks(self) -> Sequence[Task]:
        return await tasks.list_tasks(self.store)

    async def tasks(self) -> list[str]:
        """Return the kinds of the open tasks."""
        return [task.kind for task in await self.open_tasks()]

    def vouchers(self) -> list[Voucher]:
        """Return the vouchers that are not invoices, in the order in which they were made."""
        sales = set(self.company.invoices_by_voucher)
        return [one for one in self.company.vouchers.values() if one.id not in sales]

    def balance(self, account: int) -> Decimal:
        """Return the balance of an account, by gross of rows that have a VAT code."""
        return Decimal(self.company.account(account).balance) / 100

    def outstanding(self, invoice: Invoice) -> Decimal:
        return Decimal(self.company.invoices[invoice.id].outstanding) / 100


def _queue(message: AnyEvent) -> str:
    if message.type == SETTLEMENT_RECONCILED.name:
        return "booking-writer"
    kind = kind_of(message)
    is_ours = kind.queue == "payment-reconciler" or kind.event in {
        "issued",
        "received",
        "reversed",
    }
    return "payment-reconciler" if is_ours and kind.exchange != "credit-notes" else ""


@pytest.fixture
async def settling(sqlite_store: Store) -> AsyncIterator[SettlingDesk]:
    """A client registered for VAT, with a clearing payment type."""
    world = TripletexWorld(Day(TODAY))
    company = world.add_company("Nordfjord Rør AS")
    clock, killer, fake = SteppedClock(oslo_morning(TODAY)), Killer(), SettlingEcpay()
    mortal = Mortal(httpx.ASGITransport(tripletex_app(world)), killer)
    books = HttpDoor("http://tripletex.test/v2", dependency="tripletex", transport=mortal)
    office = HttpDoor("http://ecpay.test", dependency="ecpay", transport=Mortal(fake, killer))
    token = world.employee_token(company.id).token
    desk = SettlingDesk(
        store=sqlite_store,
        clock=clock,
        world=world,
        company=company,
        debtor=world.add_customer(company.id, CustomerOrder("Skyldner")),
        ecpay_fake=fake,
        tripletex=Tripletex(books, consumer_token=SecretStr(CONSUMER_TOKEN), clock=clock),
        ecpay=Ecpay(office, Credentials("id", SecretStr("secret")), clock=clock),
        client=Client(
            client_id=CLIENT,
            name="Nordfjord Rør AS",
            company_id=company.id,
            employee_token=Sealer("test").seal(token),
            ecpay_client_id=ECPAY_ID,
            start_date=date(2026, 1, 1),
            created_at=clock.now(),
            state=ClientState.ACTIVE,
        ),
        killer=killer,
    )
    await desk.set_client()
    yield desk
    await books.close()
    await office.close()
    assert world.audit() == []
