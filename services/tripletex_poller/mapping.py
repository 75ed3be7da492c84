"""From what was found in Tripletex to messages and tasks. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from services.tripletex_poller.changes import (
    Changes,
    CreditFound,
    Doubt,
    PaymentFound,
    Question,
    ReversalFound,
)
from shared.clock import oslo_date
from shared.messages import catalog
from shared.messages.catalog import AnyEvent, EventType, event
from shared.messages.credit_notes import PAUSED_FOR, CreditNote, CreditScope
from shared.messages.ids import InvoiceId, credit_reference, payment_reference
from shared.messages.invoices import Invoice
from shared.messages.money import ZERO
from shared.messages.payments import Payment, PaymentOrigin, ReceivedBy
from shared.messages.polls import PollRequest, ReadInvoices
from shared.providers.tripletex import wire
from shared.store.clients import Client
from shared.store.watched import PostingKind, WatchedInvoice

AT_ONCE = 100
"""Most ids in one ReadInvoices."""

_TITLES: dict[Doubt, str] = {
    Doubt.PARTIAL_CREDIT: "Invoice {number} was partly credited",
    Doubt.WRITE_OFF: "Invoice {number} was written off",
    Doubt.SET_OFF: "Invoice {number} was set off against another posting",
    Doubt.UNPAIRED_REVERSAL: "Money on invoice {number} was paid back or moved",
    Doubt.EARLY_PAYMENT_TAKEN_BACK: "A payment on invoice {number} was taken back",
    Doubt.UNEXPLAINED_BALANCE: "The balance of invoice {number} fell without a payment",
}
_WHAT_TO_DO: dict[Doubt, str] = {
    Doubt.PARTIAL_CREDIT: (
        f"ECPay takes full credits only, so the case is paused there for {PAUSED_FOR.days} days. "
        "Credit the whole invoice in Tripletex and issue a new one, or ask ECPay in InfoCenter "
        "to reduce the claim by hand and to resume the case."
    ),
    Doubt.WRITE_OFF: (
        "A write-off is not told to ECPay. If collection shall end, withdraw the case in "
        "InfoCenter; if not, nothing is to be done."
    ),
    Doubt.SET_OFF: (
        "Tell ECPay in InfoCenter if this settles the debt; it is not a payment Restanse can "
        "report by itself."
    ),
    Doubt.UNPAIRED_REVERSAL: (
        "No payment of the same amount is known that it takes back. If the debtor owes more "
        "again, tell ECPay in InfoCenter; the refund of an overpayment needs nothing."
    ),
    Doubt.EARLY_PAYMENT_TAKEN_BACK: (
        "The payment was made before the hand-over, so ECPay collects the lower amount. Ask "
        "ECPay in InfoCenter to raise the claim, or collect the rest yourself."
    ),
    Doubt.UNEXPLAINED_BALANCE: (
        "Look at the invoice's postings in Tripletex: it was matched with something that is no "
        "payment, or the employee token may not read vouchers. Tell ECPay what it was."
    ),
}


@dataclass(frozen=True, slots=True)
class TaskWords:
    """A question in the words a person reads."""

    kind: str
    key: str
    title: str
    what_to_do: str
    amount: Decimal


def handed_over(invoice: Invoice) -> AnyEvent:
    """Return the message that hands an invoice over."""
    return event(
        catalog.INVOICE_OVERDUE,
        invoice,
        subject=invoice.claim_reference,
        system="tripletex",
        time=invoice.observed_at,
    )


def messages(
    found: Changes, invoice: WatchedInvoice, client: Client, now: datetime
) -> list[AnyEvent]:
    """Return the messages that tell what happened to an invoice."""
    told = [_payment(one, invoice, client, now) for one in found.payments]
    told += [_reversal(one, invoice, client, now) for one in found.reversals]
    return told + [_credit(one, invoice, client, now) for one in found.credits]


def task_words(question: Question, invoice: WatchedInvoice) -> TaskWords:
    """Return what a person is asked about an invoice."""
    return TaskWords(
        kind=question.doubt.value,
        key=question.key,
        title=_TITLES[question.doubt].format(number=invoice.invoice_number),
        what_to_do=_WHAT_TO_DO[question.doubt],
        amount=question.amount,
    )


def unlinked_credit_words(credit: wire.Invoice, invoices: Iterable[WatchedInvoice]) -> TaskWords:
    """Return what a person is asked about a negative invoice that names no original."""
    numbers = sorted(one.invoice_number for one in invoices)
    # With several it is not known which one to pause.
    paused = f" The case is paused for {PAUSED_FOR.days} days." if len(numbers) == 1 else ""
    return TaskWords(
        kind="unlinked-credit",
        key=str(credit.id),
        title=f"Invoice {credit.invoice_number} is negative and names no original",
        what_to_do=(
            f"The customer has invoices at ECPay: {', '.join(numbers)}. If this credits one of "
            "them in part, ask ECPay in InfoCenter to reduce the claim; a full credit is made "
            f"from the invoice itself in Tripletex.{paused}"
        ),
        amount=abs(credit.amount),
    )


def unlinked_credit(
    credit: wire.Invoice, invoice: WatchedInvoice, client: Client, now: datetime
) -> AnyEvent:
    """Return the message that a negative invoice may be about the only case of its customer."""
    amount = abs(credit.amount)
    found = CreditFound(
        CreditScope.UNLINKED,
        credit.id,
        str(credit.invoice_number),
        credit.invoice_date or oslo_date(now),
        amount,
        max(invoice.outstanding - amount, ZERO),
    )
    return _credit(found, invoice, client, now)


def poll_request(client_id: str, *, now: datetime, today: date, full: bool) -> AnyEvent:
    """Return a request to look at a client; no two are the same message."""
    return event(
        catalog.POLL_REQUESTED,
        PollRequest(client_id=client_id, requested_at=now, today=today, full=full),
        subject=client_id,
        system="restanse",
        time=now,
        key=f"{now.isoformat()}:{'full' if full else 'open'}",
    )


def read_requests(
    request: PollRequest, *, invoice_ids: Iterable[int], voucher_ids: Iterable[int]
) -> list[AnyEvent]:
    """Return the requests to read invoices, a hundred at a time, named by their poll."""
    by_id = _chunks(invoice_ids)
    by_voucher = _chunks(voucher_ids)
    bodies = [
        _read(request, invoice_ids=tuple(InvoiceId(one) for one in chunk)) for chunk in by_id
    ] + [_read(request, voucher_ids=tuple(chunk)) for chunk in by_voucher]
    return [
        event(
            catalog.POLL_READ,
            body,
            subject=request.client_id,
            system="restanse",
            time=request.requested_at,
            key=f"{request.requested_at.isoformat()}:{_named(body)}",
        )
        for body in bodies
    ]


def _read(
    request: PollRequest,
    *,
    invoice_ids: tuple[InvoiceId, ...] = (),
    voucher_ids: tuple[int, ...] = (),
) -> ReadInvoices:
    return ReadInvoices(
        client_id=request.client_id,
        requested_at=request.requested_at,
        today=request.today,
        invoice_ids=invoice_ids,
        voucher_ids=voucher_ids,
    )


def _named(body: ReadInvoices) -> str:
    return f"{','.join(map(str, body.invoice_ids))}:{','.join(map(str, body.voucher_ids))}"


def _chunks(ids: Iterable[int]) -> list[list[int]]:
    ordered = sorted(set(ids))
    return [ordered[start : start + AT_ONCE] for start in range(0, len(ordered), AT_ONCE)]


def _payment(
    found: PaymentFound, invoice: WatchedInvoice, client: Client, now: datetime
) -> AnyEvent:
    agency = found.kind is PostingKind.AGENCY
    body = _money(found.posting, invoice, client, now=now, agency=agency)
    return _told(catalog.PAYMENT_RECEIVED, body, body.payment_reference, now)


def _reversal(
    found: ReversalFound, invoice: WatchedInvoice, client: Client, now: datetime
) -> AnyEvent:
    agency = found.of.kind is PostingKind.AGENCY
    body = _money(found.posting, invoice, client, now=now, agency=agency).model_copy(
        update={"reverses": payment_reference(client.company_id, found.of.posting_id)}
    )
    return _told(catalog.PAYMENT_REVERSED, body, body.payment_reference, now)


def _credit(
    found: CreditFound, invoice: WatchedInvoice, client: Client, now: datetime
) -> AnyEvent:
    body = CreditNote(
        client_id=client.client_id,
        claim_reference=invoice.claim_reference,
        invoice_id=InvoiceId(invoice.invoice_id),
        credit_note_id=InvoiceId(found.credit_note_id),
        credit_reference=credit_reference(client.company_id, found.credit_note_id),
        number=found.number,
        credit_date=found.credit_date,
        amount=found.amount,
        currency="NOK",
        scope=found.scope,
        remaining_after=found.remaining_after,
        observed_at=now,
    )
    full = found.scope is CreditScope.FULL
    kind = catalog.CREDIT_NOTE_ISSUED if full else catalog.CREDIT_NOTE_UNSUPPORTED
    return _told(kind, body, body.credit_reference, now)


def _money(
    posting: wire.Posting,
    invoice: WatchedInvoice,
    client: Client,
    *,
    now: datetime,
    agency: bool,
) -> Payment:
    return Payment(
        client_id=client.client_id,
        claim_reference=invoice.claim_reference,
        invoice_id=InvoiceId(invoice.invoice_id),
        payment_reference=payment_reference(client.company_id, posting.id),
        amount=abs(posting.amount),
        currency="NOK",
        payment_date=posting.date or oslo_date(now),
        received_by=ReceivedBy.AGENCY if agency else ReceivedBy.CREDITOR,
        origin=PaymentOrigin.TRIPLETEX,
        observed_at=now,
    )


def _told(kind: EventType, body: Payment | CreditNote, key: str, now: datetime) -> AnyEvent:
    return event(kind, body, subject=body.claim_reference, system="tripletex", time=now, key=key)
