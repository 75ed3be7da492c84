"""One invoice that was handed over, and what may happen to it on either side."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from services.sandbox.tripletex.entities import Invoice
from shared.messages.ids import claim_reference
from shared.operations.reconciliation import reconcile
from shared.operations.reconciliation_report import Difference, Report
from shared.providers.ecpay.client import Creditor
from shared.providers.ecpay.requests import (
    AcknowledgementCreate,
    CreditCreate,
    PaymentCreate,
)
from shared.providers.ecpay.settlements import Settlement
from shared.providers.tripletex.client import Company
from shared.providers.tripletex.wire import Id, NewPosting, NewVoucher
from shared.store.clients import client as stored_client
from shared.store.reported import PaymentState, ReportedPayment, save_payment
from tests.harness.office import CLIENT_ID, ECPAY_ID, TODAY, Office


@dataclass(frozen=True, slots=True)
class Flow:
    """A client with one invoice of 10,000 that was handed over."""

    office: Office
    company: Company
    creditor: Creditor
    invoice: Invoice

    @property
    def reference(self) -> str:
        return claim_reference(self.office.company.id, self.invoice.id)

    async def report(self) -> Report:
        desk = self.office.desk
        known = await stored_client(desk.store, CLIENT_ID)
        return await reconcile(desk, [known])

    async def difference(self) -> Difference:
        (found,) = (await self.report()).differences
        return found

    async def settle(self) -> Settlement:
        issued = self.office.sandbox.ecpay.settle(ECPAY_ID)
        assert issued is not None
        return await self.creditor.settlement(issued.settlement_id)

    async def pay_invoice(self, amount: str) -> None:
        desk = self.office.desk
        known = await stored_client(desk.store, CLIENT_ID)
        assert known.clearing_payment_type_id is not None
        await self.company.register_payment(
            self.invoice.id,
            date=TODAY,
            payment_type_id=known.clearing_payment_type_id,
            amount=Decimal(amount),
        )

    async def post_residual(self, amount: Decimal) -> None:
        """Move the clearing account by an amount, under the number of settlement 1."""
        accounts = {each.number: each.id for each in await self.company.accounts([1579, 3900])}
        rows = ((1, accounts[1579], amount), (2, accounts[3900], -amount))
        postings = tuple(
            NewPosting(
                row=row,
                date=TODAY,
                account=Id(id=account),
                amount_gross=gross,
                amount_gross_currency=gross,
                vat_type=Id(id=0),
                description="Oppgjør 1",
            )
            for row, account, gross in rows
        )
        voucher = NewVoucher(
            date=TODAY,
            description="Oppgjør 1",
            external_voucher_number="ECPAY-1",
            postings=postings,
        )
        await self.company.post_voucher(voucher, send_to_ledger=True)

    async def acknowledge(self, settlement: Settlement) -> None:
        await self.creditor.acknowledge(
            settlement.settlement_id,
            AcknowledgementCreate(
                status="BOOKED",
                external_voucher_reference="ECPAY-1",
                booked_at=self.office.desk.clock.now(),
            ),
        )

    async def book(self, settlement: Settlement) -> None:
        (line,) = settlement.lines
        await self.pay_invoice(f"{line.allocation.principal}")
        await self.post_residual(line.net_to_client - line.allocation.principal)
        await self.acknowledge(settlement)

    async def receive(self, amount: str, *, told: bool) -> None:
        """Let the debtor pay the creditor, and tell ECPay of it or not."""
        world = self.office.sandbox.tripletex
        world.pay(self.office.company.id, self.invoice.id, Decimal(amount))
        if not told:
            return
        item = PaymentCreate(
            payment_reference="tt:1:posting:1",
            claim_reference=self.reference,
            amount=Decimal(amount),
            currency="NOK",
            payment_date=TODAY,
        )
        (answer,) = await self.creditor.report_payments([item], key="payment-1")
        assert answer.payment is not None
        await self.office.desk.store.commit(
            [
                save_payment(
                    ReportedPayment(
                        client_id=CLIENT_ID,
                        payment_reference="tt:1:posting:1",
                        claim_reference=self.reference,
                        state=PaymentState.REPORTED,
                        amount=Decimal(amount),
                        currency="NOK",
                        payment_date=TODAY,
                        updated_at=self.office.desk.clock.now(),
                        applied=answer.payment.applied_to_principal,
                        unapplied=answer.payment.unapplied,
                    )
                )
            ]
        )

    async def credit(self, remaining: str) -> None:
        """Credit the invoice, and tell ECPay of it."""
        world = self.office.sandbox.tripletex
        note = world.credit(self.office.company.id, self.invoice.id)
        item = CreditCreate(
            credit_reference=f"tt:1:credit:{note.id}",
            claim_reference=self.reference,
            credit_note_number=str(note.number),
            date=TODAY,
            amount=Decimal(remaining),
            currency="NOK",
        )
        await self.creditor.credit(item, key="credit-1")
