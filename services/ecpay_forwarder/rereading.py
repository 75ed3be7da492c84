"""A second look at an invoice in Tripletex, just before it is handed over; pure.

An Invoice message may be old: a retry, a replayed dead letter, a long queue. What was paid since
it was observed is taken off, and named payment by payment, so that the same money is not
reported again when the poller finds it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from shared.messages.ids import payment_reference
from shared.messages.invoices import EarlierPayment, Invoice
from shared.messages.money import ZERO
from shared.providers.tripletex import wire

OLDEST = timedelta(minutes=60)
"""An invoice observed longer ago than this is read again."""
COMPANY_CURRENCY = "NOK"


def is_stale(invoice: Invoice, now: datetime) -> bool:
    """Tell whether an invoice must be read again before it is handed over."""
    return now - invoice.observed_at > OLDEST


def as_of_now(invoice: Invoice, fresh: wire.Invoice, company_id: int) -> Invoice | None:
    """Return the invoice as it stands now, or None when nothing is to be collected any more."""
    outstanding = _outstanding(invoice, fresh)
    if fresh.is_credited or fresh.is_credit_note or outstanding <= ZERO:
        return None
    changed: dict[str, object] = {"outstanding": outstanding}
    if fresh.invoice_due_date is not None:
        changed["due_date"] = fresh.invoice_due_date
    if outstanding < invoice.outstanding:
        since = _payments_since(invoice, fresh, company_id)
        paid = sum((one.amount for one in (*invoice.payments_before, *since)), ZERO)
        if paid <= invoice.original_amount - outstanding:
            changed["payments_before"] = (*invoice.payments_before, *since)
    return invoice.model_copy(update=changed)


def _outstanding(invoice: Invoice, fresh: wire.Invoice) -> Decimal:
    if invoice.currency == COMPANY_CURRENCY:
        return fresh.amount_outstanding
    return fresh.amount_currency_outstanding


def _payments_since(
    invoice: Invoice, fresh: wire.Invoice, company_id: int
) -> Sequence[EarlierPayment]:
    """Return the payments that stand on the invoice and were not known when it was observed."""
    own_voucher = fresh.voucher.id if fresh.voucher else None
    others = [one for one in fresh.postings if not one.voucher or one.voucher.id != own_voucher]
    taken_back = Counter(_amount(invoice, one) for one in others if _amount(invoice, one) > ZERO)
    known = {one.payment_reference for one in invoice.payments_before}
    found: list[EarlierPayment] = []
    for posting in sorted(others, key=lambda one: one.id):
        amount = -_amount(invoice, posting)
        reference = payment_reference(company_id, posting.id)
        if amount <= ZERO:
            continue
        if taken_back[amount] > 0:
            taken_back[amount] -= 1
        elif reference not in known and posting.date is not None:
            found.append(
                EarlierPayment(
                    payment_reference=reference, payment_date=posting.date, amount=amount
                )
            )
    return found


def _amount(invoice: Invoice, posting: wire.Posting) -> Decimal:
    return posting.amount if invoice.currency == COMPANY_CURRENCY else posting.amount_currency
