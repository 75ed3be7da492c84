"""Invoices: where each one stands, and holding one back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from shared.clock import oslo_date
from shared.faults import Conflict, Invalid
from shared.messages.ids import claim_reference
from shared.messages.money import Money
from shared.operations.acts import Act
from shared.operations.desk import Desk
from shared.operations.explanations import NEXT_STEPS, RECEIVED, reasons_of
from shared.providers.tripletex.wire import Invoice
from shared.receivables.candidates import terms_of
from shared.receivables.eligibility import Standing, judge
from shared.store.claims import HandedOver, find_claims
from shared.store.clients import Client, client
from shared.store.engine import Store
from shared.store.feeds import CaseNews, cases
from shared.store.lookups import by_number
from shared.store.reported import ReportedCredit, ReportedPayment, credits_on, payments_on
from shared.store.watched import (
    InvoiceState,
    WatchedInvoice,
    hold,
    list_watched,
    observed,
    release,
    watched,
)
from shared.store.write import Write

_AT_ONCE = 500
"""Invoices whose claims and cases are asked for together."""


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One invoice in a list.

    Attributes:
        next_step: What ECPay does next by its calendar, while the case is not closed.
        next_step_after: Deadline of the last letter; nothing more happens before it.
    """

    client_id: str
    invoice_id: int
    invoice_number: str
    due_date: date | None
    outstanding: Money
    state: InvoiceState
    case_number: str | None
    stage: str | None
    case_status: str | None
    close_code: str | None
    next_step: str | None
    next_step_after: date | None
    reasons: tuple[str, ...]
    observed_at: datetime

    @property
    def next_in_words(self) -> str:
        """Return what ECPay does next and when, ``-`` when nothing is known."""
        after = f", after {self.next_step_after}" if self.next_step_after else ""
        return f"{self.next_step}{after}" if self.next_step else "-"


@dataclass(frozen=True, slots=True)
class InvoiceFile:
    """Everything our books hold on one invoice."""

    client: Client
    known: WatchedInvoice
    claim: HandedOver | None
    case: CaseNews | None
    payments: tuple[ReportedPayment, ...]
    credits: tuple[ReportedCredit, ...]


async def list_invoices(
    store: Store, client_id: str, *, state: InvoiceState | None = None, limit: int = 200
) -> tuple[InvoiceRow, ...]:
    """Return a client's invoices, the oldest due date first.

    Raises:
        Invalid: There is no such client.
    """
    await client(store, client_id)
    rows: list[InvoiceRow] = []
    known = await list_watched(store, client_id, state=state, limit=limit)
    for start in range(0, len(known), _AT_ONCE):
        part = known[start : start + _AT_ONCE]
        references = [each.claim_reference for each in part]
        handed = await find_claims(store, client_id, references)
        mirrored = await cases(store, client_id, references)
        rows += (
            _row(each, handed.get(each.claim_reference), mirrored.get(each.claim_reference))
            for each in part
        )
    return tuple(rows)


async def find_file(store: Store, client_id: str, wanted: str) -> InvoiceFile | None:
    """Return what our books hold on an invoice, None if they do not know it.

    Args:
        store: The database.
        client_id: Whose invoice.
        wanted: Its number, or its id in Tripletex.

    Raises:
        Invalid: There is no such client.
        Conflict: The number fits several invoices.
    """
    owner = await client(store, client_id)
    known = await _known(store, client_id, wanted)
    if known is None:
        return None
    reference = known.claim_reference
    return InvoiceFile(
        client=owner,
        known=known,
        claim=(await find_claims(store, client_id, [reference])).get(reference),
        case=(await cases(store, client_id, [reference])).get(reference),
        payments=await payments_on(store, client_id, [reference]),
        credits=await credits_on(store, client_id, [reference]),
    )


async def read_file(desk: Desk, client_id: str, wanted: str) -> InvoiceFile:
    """Read an invoice that our books do not know in Tripletex, and judge it.

    Raises:
        Invalid: Tripletex has no such invoice either, or it is not a number.
    """
    owner = await client(desk.store, client_id)
    if not wanted.isdecimal():
        raise Invalid(f"{wanted!r} is neither an invoice number nor an id", field="invoice")
    company = desk.tripletex.company(owner, desk.sealer.open(owner.employee_token))
    found = await company.invoices_numbered(int(wanted)) or await company.invoices(
        ids=[int(wanted)]
    )
    real = [invoice for invoice in found if not invoice.is_credit_note] or found
    if not real:
        raise Invalid(
            f"neither our books nor Tripletex have an invoice {wanted} of client {client_id}",
            code="UNKNOWN_INVOICE",
        )
    return InvoiceFile(
        client=owner,
        known=_observation(desk, owner, real[0]),
        claim=None,
        case=None,
        payments=(),
        credits=(),
    )


async def hold_invoice(
    store: Store, file: InvoiceFile, *, until: date | None, exclude: bool, today: date, by: Act
) -> None:
    """Keep an invoice back until it is released, until a day, or for good.

    Raises:
        Conflict: It was handed over before.
    """
    known = file.known
    if known.handed_over_at is not None:
        raise Conflict(
            f"invoice {known.invoice_number} was handed over on "
            f"{oslo_date(known.handed_over_at)}; pause or withdraw the case at ECPay instead",
            code="HANDED_OVER",
        )
    key = (known.client_id, known.invoice_id)
    await store.commit(
        [
            observed(known),
            hold(*key, reason=by.reason, today=today, until=until, excluded=exclude),
            _audited(by, "invoice hold", known),
        ]
    )


async def release_invoice(store: Store, file: InvoiceFile, *, today: date, by: Act) -> None:
    """Let an invoice go that was held back or excluded; the next poll judges it again.

    Raises:
        Conflict: Nobody held it.
    """
    known = file.known
    if not (known.held or known.excluded):
        raise Conflict(f"invoice {known.invoice_number} is not held", code="NOT_HELD")
    await store.commit(
        [
            release(known.client_id, known.invoice_id, today=today),
            _audited(by, "invoice release", known),
        ]
    )


def row_of(file: InvoiceFile) -> InvoiceRow:
    """Return the line a list would show."""
    return _row(file.known, file.claim, file.case)


async def _known(store: Store, client_id: str, wanted: str) -> WatchedInvoice | None:
    numbered = await by_number(store, client_id, wanted)
    if len(numbered) > 1:
        ids = ", ".join(str(each.invoice_id) for each in numbered)
        raise Conflict(f"the number {wanted} fits several invoices; give the id: {ids}")
    if numbered or not wanted.isdecimal():
        return numbered[0] if numbered else None
    return (await watched(store, client_id, [int(wanted)])).get(int(wanted))


def _observation(desk: Desk, owner: Client, invoice: Invoice) -> WatchedInvoice:
    """Return a reading as our books would keep it."""
    today = desk.clock.today()
    judgement = judge(invoice, terms_of(owner), Standing(), today)
    return WatchedInvoice(
        client_id=owner.client_id,
        invoice_id=invoice.id,
        claim_reference=claim_reference(owner.company_id, invoice.id),
        invoice_number=str(invoice.invoice_number),
        voucher_id=invoice.voucher.id if invoice.voucher else None,
        customer_id=invoice.customer.id if invoice.customer else None,
        due_date=invoice.invoice_due_date,
        original=invoice.amount,
        outstanding=invoice.amount_outstanding,
        is_credited=invoice.is_credited,
        reasons=[reason.document() for reason in judgement.reasons],
        look_again_on=judgement.look_again_on(today),
        observed_at=desk.clock.now(),
    )


def _row(known: WatchedInvoice, claim: HandedOver | None, case: CaseNews | None) -> InvoiceRow:
    closed = case.close_code if case else None
    stage = case.stage if case else None
    registered = claim is not None and claim.claim_id is not None
    if registered and stage is None:
        stage = RECEIVED
    return InvoiceRow(
        client_id=known.client_id,
        invoice_id=known.invoice_id,
        invoice_number=known.invoice_number,
        due_date=known.due_date,
        outstanding=Money(amount=known.outstanding),
        state=known.state,
        case_number=(claim.case_number if claim else None) or (case.case_number if case else None),
        stage=stage,
        case_status=case.status if case else None,
        close_code=closed,
        next_step=None if closed or stage is None else NEXT_STEPS.get(stage),
        next_step_after=case.deadline if case and not closed else None,
        reasons=tuple(reason.text for reason in reasons_of(known)),
        observed_at=known.observed_at,
    )


def _audited(by: Act, action: str, known: WatchedInvoice) -> Write:
    return by.written(action, client_id=known.client_id, subjects=(known.claim_reference,))
