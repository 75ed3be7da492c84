"""Plays the plan's days on both stand-ins: invoices go out, debtors pay, bookkeepers credit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from services.sandbox.demo.founding import Creditor
from services.sandbox.demo.plan import FIRST_DAY, Act, ActKind, PlannedInvoice
from services.sandbox.ecpay.world import EcpayWorld
from services.sandbox.tripletex.entities import Invoice
from services.sandbox.tripletex.orders import InvoiceOrder
from services.sandbox.tripletex.world import TripletexWorld
from shared.faults import Bug, Conflict
from shared.messages.ids import claim_reference
from shared.messages.money import ZERO

SETTLEMENT_VOUCHER = "ECPAY-"
"""How the external number of a settlement's voucher begins."""


@dataclass(slots=True)
class Running:
    """A planned invoice and what has become of it."""

    creditor: Creditor
    plan: PlannedInvoice
    invoice: Invoice | None = None
    last_payment: int | None = None


class Stage:
    """Where the plan is played; ``counts`` tells what happened so far."""

    def __init__(
        self, creditors: Iterable[Creditor], *, tripletex: TripletexWorld, ecpay: EcpayWorld
    ) -> None:
        self._tripletex = tripletex
        self._ecpay = ecpay
        self._running = [
            Running(creditor, planned)
            for creditor in creditors
            for planned in creditor.plan.invoices
        ]
        self.counts: Counter[ActKind] = Counter()

    @property
    def invoices(self) -> int:
        """Return how many invoices there are in all."""
        return len(self._running)

    @property
    def issued(self) -> int:
        """Return how many invoices went out so far."""
        return sum(running.invoice is not None for running in self._running)

    @property
    def vouchers(self) -> int:
        """Return how many settlement vouchers stand in Tripletex."""
        return sum(
            voucher.external_number.startswith(SETTLEMENT_VOUCHER)
            for company in self._tripletex.companies.values()
            for voucher in company.vouchers.values()
        )

    def audit(self) -> list[str]:
        """Return what does not add up in the stand-ins' own books; empty when all is well."""
        broken = self._tripletex.audit()
        try:
            self._ecpay.audit()
        except Bug as bug:
            return [*broken, bug.message]
        return broken

    def play(self, day: int) -> None:
        """Do everything that is planned for a day, before the broker looks."""
        today = FIRST_DAY + timedelta(days=day)
        for running in self._due_out(today):
            self._issue(running)
        for running, act in self._acts_of(day):
            if running.invoice is not None and self._do(running, running.invoice, act):
                self.counts[act.kind] += 1

    def _due_out(self, today: date) -> Iterator[Running]:
        return (
            running
            for running in self._running
            if running.invoice is None and running.plan.invoice_date <= today
        )

    def _acts_of(self, day: int) -> Iterator[tuple[Running, Act]]:
        return ((one, act) for one in self._running for act in one.plan.acts if act.day == day)

    def _issue(self, running: Running) -> None:
        customers = running.creditor.customer_ids
        running.invoice = self._tripletex.add_invoice(
            running.creditor.company.id,
            InvoiceOrder(
                customer_id=customers[running.plan.customer],
                amount=running.plan.amount,
                invoice_date=running.plan.invoice_date,
                due_date=running.plan.due_date,
            ),
        )

    def _do(self, running: Running, invoice: Invoice, act: Act) -> bool:
        match act.kind:
            case ActKind.PAYS_CREDITOR:
                return self._pay_creditor(running, invoice, act.amount)
            case ActKind.PAYS_AGENCY:
                return self._pay_agency(running, invoice, act.amount)
            case ActKind.CREDITS:
                return self._credit(running, invoice)
            case ActKind.TAKES_BACK:
                return self._take_back(running)

    def _pay_creditor(self, running: Running, invoice: Invoice, amount: Decimal | None) -> bool:
        outstanding = Decimal(invoice.outstanding) / 100  # the stand-in counts in øre
        if outstanding <= ZERO:
            return False
        paid = min(amount or outstanding, outstanding)
        voucher = self._tripletex.pay(running.creditor.company.id, invoice.id, paid)
        running.last_payment = voucher.id
        return True

    def _pay_agency(self, running: Running, invoice: Invoice, amount: Decimal | None) -> bool:
        reference = claim_reference(running.creditor.company.id, invoice.id)
        try:
            paid = self._ecpay.debtor_pays(
                reference,
                "full" if amount is None else amount,
                client_id=running.creditor.ecpay_client_id,
            )
        except Conflict:  # never handed over, so nobody asked the debtor to pay ECPay
            return False
        return paid is not None

    def _credit(self, running: Running, invoice: Invoice) -> bool:
        if invoice.outstanding != invoice.amount:
            return False
        self._tripletex.credit(running.creditor.company.id, invoice.id)
        return True

    def _take_back(self, running: Running) -> bool:
        if running.last_payment is None:
            return False
        self._tripletex.reverse(running.creditor.company.id, running.last_payment)
        running.last_payment = None
        return True
