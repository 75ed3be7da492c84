"""A second look at an invoice in Tripletex, just before it is handed over; pure.

An Invoice message may be old: a retry, a replayed dead letter, a long queue. The invoice is then
taken as it stands now, with its letters, its debtor and every payment made so far, so that the
same money is not reported again when the poller finds it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.faults import Invalid
from shared.messages.ids import invoice_of
from shared.messages.invoices import Invoice
from shared.messages.money import ZERO
from shared.providers.tripletex import wire
from shared.receivables.eligibility import outstanding_of
from shared.receivables.mapping import canonical, payments_before

OLDEST = timedelta(minutes=60)
"""An invoice observed longer ago than this is read again."""
KRONER = "NOK"


def is_stale(invoice: Invoice, now: datetime) -> bool:
    """Tell whether an invoice must be read again; one of another system cannot be."""
    is_ours = invoice_of(invoice.claim_reference) is not None
    return is_ours and now - invoice.observed_at > OLDEST


def as_of_now(
    invoice: Invoice, fresh: wire.Invoice, *, company_id: int, now: datetime
) -> Invoice | None:
    """Return the invoice as it stands now, or None when nothing is to be collected any more."""
    is_kroner = invoice.currency == KRONER
    outstanding = outstanding_of(fresh) if is_kroner else fresh.amount_currency_outstanding
    if fresh.is_credited or fresh.is_credit_note or outstanding <= ZERO:
        return None
    if not is_kroner:
        return invoice.model_copy(update={"outstanding": outstanding})
    try:
        return canonical(
            fresh, client_id=invoice.client_id, company_id=company_id, observed_at=now
        )
    except Invalid:
        # Something was removed since, an address perhaps; what was complete then still holds.
        paid = payments_before(fresh, company_id)
        return invoice.model_copy(update={"outstanding": outstanding, "payments_before": paid})
