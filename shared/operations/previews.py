"""What would be handed over now, read live; nothing is sent or kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.messages.money import ZERO, Money
from shared.operations.desk import Desk
from shared.providers.tripletex.wire import Invoice
from shared.receivables.candidates import preview
from shared.receivables.eligibility import Reason, Standing
from shared.store.clients import client
from shared.store.lookups import with_standing
from shared.store.watched import WatchedInvoice


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One overdue invoice; customers are named by number only.

    Attributes:
        reasons: Why it would not be handed over, in plain words; empty when it would.
    """

    invoice_id: int
    invoice_number: str
    customer_number: str
    due_date: date | None
    days_overdue: int
    outstanding: Money
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClientPreview:
    """What a first run would do for a client.

    Attributes:
        oldest: Earliest due date among what would be handed over.
        sent: What would be handed over.
        kept: What is overdue and would not.
    """

    client_id: str
    today: date
    count: int
    total: Money
    oldest: date | None
    sent: tuple[PreviewRow, ...]
    kept: tuple[PreviewRow, ...]


async def preview_client(desk: Desk, client_id: str) -> ClientPreview:
    """Read a client's overdue invoices and judge each."""
    wanted = await client(desk.store, client_id)
    today = desk.clock.today()
    company = desk.tripletex.company(wanted, desk.sealer.open(wanted.employee_token))
    known = {
        each.invoice_id: standing_of(each) for each in await with_standing(desk.store, client_id)
    }
    seen = await preview(company, wanted, today, standings=known)
    sent = tuple(_row(invoice, (), today) for invoice in seen.eligible)
    return ClientPreview(
        client_id=client_id,
        today=today,
        count=len(sent),
        total=Money(amount=sum((row.outstanding.amount for row in sent), ZERO)),
        oldest=min((row.due_date for row in sent if row.due_date), default=None),
        sent=sent,
        kept=tuple(_row(invoice, reasons, today) for invoice, reasons in seen.held),
    )


def standing_of(known: WatchedInvoice) -> Standing:
    """Return what we know of an invoice that Tripletex does not."""
    return Standing(
        handed_over=known.handed_over_at is not None,
        held=known.held,
        held_until=known.held_until,
        excluded=known.excluded,
    )


def _row(invoice: Invoice, reasons: tuple[Reason, ...], today: date) -> PreviewRow:
    due = invoice.invoice_due_date
    return PreviewRow(
        invoice_id=invoice.id,
        invoice_number=str(invoice.invoice_number),
        customer_number=str(invoice.customer.customer_number) if invoice.customer else "",
        due_date=due,
        days_overdue=(today - due).days if due else 0,
        outstanding=Money(amount=invoice.amount_outstanding),
        reasons=tuple(reason.text for reason in reasons),
    )
