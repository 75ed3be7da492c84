"""The steps of one booking, each written down before it is taken.

    check everything first: accounts, payment type, period, what each invoice can take
    one payment per line with principal  ->  one voucher for the rest
    ->  the statement attached  ->  the settlement acknowledged

A step that is DONE is skipped. A step that was intended and not completed may have happened: it
is looked up, and repeated only when it is not there. Nothing else is trusted after a crash.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

import structlog

from services.booking_writer import holds
from services.booking_writer.books import Books, new_voucher
from services.booking_writer.journal import Journal
from services.booking_writer.vouchers import InvoicePayment, Ledger, Plan
from shared.faults import Invalid, Transient
from shared.messages.ids import InvoiceId
from shared.messages.money import ZERO
from shared.providers.ecpay.client import Creditor
from shared.providers.ecpay.requests import AcknowledgementCreate
from shared.providers.tripletex.faults import TRIPLETEX, UNCERTAIN
from shared.providers.tripletex.wire import Invoice, Posting, Voucher
from shared.store.bookings import LONGEST_CALL, Step, StepKind, StepState

log = structlog.get_logger()

T = TypeVar("T")

CONFLICT = "ACKNOWLEDGEMENT_CONFLICT"


class Saga:
    """Books one plan; made anew for every attempt."""

    def __init__(self, plan: Plan, books: Books, creditor: Creditor, journal: Journal) -> None:
        self._plan = plan
        self._books = books
        self._creditor = creditor
        self._journal = journal
        self._invoices: dict[int, Invoice] = {}
        self._seen: dict[int, set[int]] = {}
        self._present: Voucher | None = None

    async def book(self) -> None:
        """Take every step into the ledger that is not taken yet.

        Raises:
            Hold: A person must act first; nothing was booked unless steps were done before.
            Transient: An answer was lost; the next attempt looks.
        """
        await self._prepare()
        for payment in self._plan.payments:
            await self._pay(payment)
        if self._plan.rows:
            await self._post()

    async def _prepare(self) -> None:
        """Find every reason not to begin before anything is booked."""
        waiting = [one for one in self._plan.payments if not self._is_done(one)]
        posted = self._journal.is_done(StepKind.RESIDUAL_VOUCHER, self._plan.external_number)
        drafted = {row.invoice_id: row for row in self._plan.rows if row.invoice_id is not None}
        if not waiting and (posted or not self._plan.rows):
            return
        await self._books.account_ids(self._plan)
        if waiting:
            await self._books.payment_type_id()
        await self._books.check_open(self._plan.booking_date)
        ids = [one.invoice_id for one in waiting] + ([] if posted else [*drafted])
        self._invoices = await self._books.invoices(ids)
        for invoice_id, row in drafted.items():
            if invoice_id not in self._invoices and not posted:
                raise holds.invoice_missing(row.invoice_number, -row.gross)
        self._seen = {
            invoice.id: {posting.id for posting in invoice.postings}
            for invoice in self._invoices.values()
        }
        if self._plan.rows and not posted:
            self._present = await self._present_voucher()
        await self._settle_open_intents(waiting)
        self._check_room()

    async def _settle_open_intents(self, waiting: list[InvoicePayment]) -> None:
        for payment in waiting:
            self._invoice(payment)
            step = self._journal.step(StepKind.INVOICE_PAYMENT, payment.line_id)
            if step is not None:
                await self._look_up_payment(payment, step)

    def _check_room(self) -> None:
        """Check that every invoice can take what is still to be paid on it."""
        room = {one.id: one.amount_outstanding for one in self._invoices.values()}
        for payment in self._plan.payments:
            if self._is_done(payment):
                continue
            left = room[payment.invoice_id] - payment.amount
            if payment.amount > 0 and left < 0:
                raise holds.invoice_settled(payment, room[payment.invoice_id])
            room[payment.invoice_id] = left

    def _is_done(self, payment: InvoicePayment) -> bool:
        return self._journal.is_done(StepKind.INVOICE_PAYMENT, payment.line_id)

    def _invoice(self, payment: InvoicePayment) -> Invoice:
        invoice = self._invoices.get(payment.invoice_id)
        if invoice is None:
            raise holds.invoice_missing(payment.invoice_number, payment.amount)
        code = invoice.currency.code if invoice.currency else ""
        if code not in {"", "NOK"}:
            raise holds.foreign_invoice(payment, code)
        return invoice

    async def _pay(self, payment: InvoicePayment) -> None:
        if self._is_done(payment):
            return
        invoice = self._invoice(payment)
        seen = self._seen[invoice.id]
        payment_type_id = await self._books.payment_type_id()
        intent = await self._journal.intend(
            StepKind.INVOICE_PAYMENT,
            payment.line_id,
            invoice_id=invoice.id,
            amount=payment.amount,
            booking_date=self._plan.booking_date,
            seen={"postings": sorted(seen)},
        )
        try:
            answer = await _in_time(
                self._books.company.register_payment(
                    invoice.id,
                    date=self._plan.booking_date,
                    payment_type_id=payment_type_id,
                    amount=payment.amount,
                )
            )
        except Invalid as fault:
            raise await self._refused(
                f"a payment on invoice {payment.invoice_number}", fault
            ) from fault
        added = {posting.id for posting in answer.postings} - seen
        seen |= added
        await self._journal.complete(intent, {"postings": sorted(added)})

    async def _look_up_payment(self, payment: InvoicePayment, step: Step) -> None:
        """Complete a payment that was intended, if it is there."""
        invoice = self._invoice(payment)
        taken = await self._journal.postings_of_payments(invoice.id)
        found = [
            posting
            for posting in invoice.postings
            if _may_be(posting, step, taken) and await self._is_ours(posting)
        ]
        if len(found) > 1:
            what = f"the payment of line {payment.line_id}"
            raise holds.unclear(what, [posting.id for posting in found])
        if found:
            ids = {"postings": [found[0].id], "vouchers": [_voucher_id(found[0])]}
            await self._journal.complete(step, ids)

    async def _is_ours(self, posting: Posting) -> bool:
        if posting.voucher is None or posting.date is None:
            raise holds.untold("a payment", posting.id)
        return await self._books.moves_clearing(posting.voucher.id, posting.date)

    async def _post(self) -> None:
        number = self._plan.external_number
        if self._journal.is_done(StepKind.RESIDUAL_VOUCHER, number):
            return
        intent = await self._journal.intend(
            StepKind.RESIDUAL_VOUCHER,
            number,
            booking_date=self._plan.booking_date,
            seen={"draft": self._plan.is_draft},
        )
        voucher = self._present or await self._post_new()
        await self._journal.complete(intent, {"voucher": voucher.id})

    async def _present_voucher(self) -> Voucher | None:
        """Return the voucher with our number, if an earlier attempt has made it."""
        number = self._plan.external_number
        found = await self._books.company.find_vouchers(number)
        if len(found) > 1:
            raise holds.unclear(f"voucher {number}", [one.id for one in found])
        if found:
            self._check_same(found[0])
        return found[0] if found else None

    async def _post_new(self) -> Voucher:
        voucher = new_voucher(
            self._plan,
            self._books.client,
            account_ids=await self._books.account_ids(self._plan),
            customers=self._customers(),
        )
        company, is_final = self._books.company, not self._plan.is_draft
        try:
            return await _in_time(company.post_voucher(voucher, send_to_ledger=is_final))
        except Invalid as fault:
            raise await self._refused(f"voucher {self._plan.external_number}", fault) from fault

    def _customers(self) -> Mapping[InvoiceId, int]:
        return {
            InvoiceId(one.id): one.customer.id
            for one in self._invoices.values()
            if one.customer is not None
        }

    def _check_same(self, voucher: Voucher) -> None:
        """Check that a voucher with our number moves the clearing account as ours would.

        Without the right to see accounts, its rows must come to the same amounts.
        """
        rows = [one for one in voucher.postings if not one.system_generated]
        if any(one.account and one.account.number for one in rows):
            clearing = self._books.client.accounts.clearing
            found = [
                one.amount_gross for one in rows if one.account and one.account.number == clearing
            ]
            ours = [row.gross for row in self._plan.rows if row.ledger is Ledger.CLEARING]
            is_same = sum(found, ZERO) == sum(ours, ZERO)
        else:
            amounts = sorted(row.gross for row in self._plan.rows)
            is_same = sorted(one.amount_gross for one in rows) == amounts
        if not is_same:
            raise holds.number_taken(self._plan.external_number, voucher.id)

    async def _refused(self, what: str, fault: Invalid) -> holds.Hold:
        day = self._plan.booking_date
        await self._books.check_open(day)
        next_open = await self._books.next_open(day)
        return holds.refused(what, day, why=fault.message, next_open=next_open)

    async def attach(self) -> bool:
        """Attach ECPay's statement to the voucher, once; False when it could not be done.

        A second upload would append the pages again, so a voucher that has an attachment is
        left alone.
        """
        number, company = self._plan.external_number, self._books.company
        voucher_id = await self._documented_voucher()
        if voucher_id is None or self._journal.is_done(StepKind.ATTACHMENT, number):
            return True
        step = self._journal.step(StepKind.ATTACHMENT, number)
        if step is not None:
            voucher = await company.voucher(voucher_id)
            if voucher.attachment is not None:
                await self._journal.complete(step, {"voucher": voucher_id})
                return True
        statement = await self._creditor.statement(self._journal.settlement_id)
        if statement is None:
            return False
        intent = await self._journal.intend(StepKind.ATTACHMENT, number)
        try:
            attaching = company.attach(voucher_id, name=f"{number}.pdf", content=statement)
            await _in_time(attaching)
        except Invalid as fault:
            log.warning("statement refused", voucher_id=voucher_id, reason=fault.message)
            return False
        await self._journal.complete(intent, {"voucher": voucher_id})
        return True

    async def _documented_voucher(self) -> int | None:
        """Return the voucher the statement belongs to: the residual one, else a payment's."""
        number = self._plan.external_number
        residual = self._journal.step(StepKind.RESIDUAL_VOUCHER, number)
        if residual is not None and residual.state is StepState.DONE:
            return int(residual.found["voucher"])
        for payment in self._plan.payments[:1]:
            step = self._journal.step(StepKind.INVOICE_PAYMENT, payment.line_id)
            invoice = (await self._books.invoices([payment.invoice_id])).get(payment.invoice_id)
            if step is None or invoice is None:
                return None
            for posting in invoice.postings:
                if posting.id in step.found.get("postings", ()) and posting.voucher is not None:
                    return posting.voucher.id
        return None

    async def acknowledge(self, now: datetime) -> None:
        """Tell ECPay; the time of booking is that of the first attempt, whatever happens.

        Raises:
            Hold: ECPay holds another reference.
        """
        number = self._plan.external_number
        step = self._journal.step(StepKind.ACKNOWLEDGEMENT, number)
        if step is not None and step.state is StepState.DONE:
            return
        intent = step or await self._journal.intend(
            StepKind.ACKNOWLEDGEMENT, number, seen={"booked_at": now.isoformat()}
        )
        try:
            held = await self._creditor.acknowledge(
                self._journal.settlement_id,
                AcknowledgementCreate(
                    status="BOOKED",
                    external_voucher_reference=number,
                    booked_at=datetime.fromisoformat(intent.seen["booked_at"]),
                ),
            )
        except Invalid as fault:
            if fault.code == CONFLICT:
                raise holds.acknowledged_otherwise(number) from fault
            raise
        found = {"acknowledged_at": held.acknowledged_at.isoformat()}
        await self._journal.complete(intent, found)


async def _in_time(call: Coroutine[Any, Any, T]) -> T:
    """Make a changing call that ends before the lease does, or counts as uncertain."""
    try:
        async with asyncio.timeout(LONGEST_CALL.total_seconds()):
            return await call
    except TimeoutError as error:
        told = "Tripletex took too long over a booking; it is looked up before it is repeated"
        raise Transient(told, code=UNCERTAIN, dependency=TRIPLETEX) from error


def _may_be(posting: Posting, step: Step, taken: frozenset[int]) -> bool:
    """Tell whether a posting could be what an intended payment has made."""
    amount: Decimal = step.amount or ZERO
    return (
        posting.id not in step.seen.get("postings", ())
        and posting.id not in taken
        and posting.amount == -amount
        and posting.date == step.booking_date
    )


def _voucher_id(posting: Posting) -> int | None:
    return posting.voucher.id if posting.voucher else None
