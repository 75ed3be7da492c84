"""From an invoice as Tripletex sent it to the canonical Invoice. Pure.

Order lines and comments are left out on purpose: they may hold health data or other things a
collector must not see.
"""

from __future__ import annotations

import re
from datetime import datetime

from pydantic import ValidationError

from shared.faults import Invalid
from shared.messages.ids import InvoiceId, claim_reference, payment_reference
from shared.messages.invoices import (
    Address,
    Debtor,
    DebtorType,
    EarlierPayment,
    Invoice,
    Notice,
    NoticeType,
)
from shared.messages.money import ZERO
from shared.providers.tripletex import wire
from shared.receivables.eligibility import address_of, country_of, is_person, outstanding_of
from shared.receivables.organisation_numbers import digits_of

_KID = re.compile(r"[0-9]{2,24}[0-9-]")
_NOTICE_TYPES = {kind.value for kind in NoticeType}


def canonical(
    invoice: wire.Invoice, *, client_id: str, company_id: int, observed_at: datetime
) -> Invoice:
    """Return the canonical Invoice of an eligible one.

    Raises:
        Invalid: It lacks something, or holds something no message can carry; the fault names
            fields, never what stands in them.
    """
    try:
        return _canonical(
            invoice, client_id=client_id, company_id=company_id, observed_at=observed_at
        )
    except ValidationError as error:
        told = error.errors(include_url=False, include_context=False, include_input=False)
        fields = [".".join(str(part) for part in one["loc"]) for one in told]
        msg = f"invoice {invoice.id} cannot be handed over as it is: {', '.join(fields)}"
        raise Invalid(msg, code="UNUSABLE_INVOICE", field=fields[0]) from error


def _canonical(
    invoice: wire.Invoice, *, client_id: str, company_id: int, observed_at: datetime
) -> Invoice:
    customer = invoice.customer
    if customer is None or invoice.invoice_date is None or invoice.invoice_due_date is None:
        msg = f"invoice {invoice.id} has no customer or no dates and cannot be handed over"
        raise Invalid(msg, code="INCOMPLETE_INVOICE", dependency="tripletex")
    return Invoice(
        client_id=client_id,
        invoice_id=InvoiceId(invoice.id),
        claim_reference=claim_reference(company_id, invoice.id),
        invoice_number=str(invoice.invoice_number),
        invoice_date=invoice.invoice_date,
        due_date=invoice.invoice_due_date,
        delivery_date=invoice.delivery_date,
        kid=_kid(invoice.kid),
        currency="NOK",
        original_amount=invoice.amount,
        outstanding=outstanding_of(invoice),
        debtor=_debtor(customer),
        notices=notices_of(invoice),
        payments_before=payments_before(invoice, company_id),
        description=f"Faktura {invoice.invoice_number} av {invoice.invoice_date:%d.%m.%Y}",
        observed_at=observed_at,
        document_reference=str(invoice.document_id) if invoice.document_id else None,
    )


def notices_of(invoice: wire.Invoice) -> tuple[Notice, ...]:
    """Return the letters already sent, oldest first; their sums are outside the principal."""
    letters = [
        Notice(
            type=NoticeType(letter.type),
            sent_date=letter.reminder_date,
            deadline=letter.term_of_payment,
            fee=letter.charge,
            interest=letter.interests,
        )
        for letter in invoice.reminders
        if letter.type in _NOTICE_TYPES and letter.reminder_date is not None
    ]
    return tuple(sorted(letters, key=lambda letter: letter.sent_date))


def payments_before(invoice: wire.Invoice, company_id: int) -> tuple[EarlierPayment, ...]:
    """Return the part payments made so far, without those that were taken back.

    They never add up to more than what is no longer outstanding: a thread that does not add up
    is left out rather than told wrongly.
    """
    rows = [one for one in invoice.postings if not is_own_posting(one, invoice)]
    returned = [one.amount for one in rows if one.amount > 0]
    kept: list[EarlierPayment] = []
    for row in sorted((one for one in rows if one.amount < 0), key=lambda one: one.id):
        if -row.amount in returned:
            returned.remove(-row.amount)
        elif row.date is not None and not is_invoice_posting(row):
            kept.append(
                EarlierPayment(
                    payment_reference=payment_reference(company_id, row.id),
                    payment_date=row.date,
                    amount=abs(row.amount),
                )
            )
    if sum((one.amount for one in kept), ZERO) > invoice.amount - outstanding_of(invoice):
        return ()
    return tuple(kept)


def is_own_posting(posting: wire.Posting, invoice: wire.Invoice) -> bool:
    """Tell whether a posting is the invoice's own debt and not what happened to it later."""
    same_voucher = (
        posting.voucher is not None
        and invoice.voucher is not None
        and posting.voucher.id == invoice.voucher.id
    )
    debt = (posting.amount > 0) == (invoice.amount > 0)
    nameless = posting.voucher is None and (
        is_invoice_posting(posting) or posting.amount == invoice.amount
    )
    return debt and (same_voucher or nameless)


def is_invoice_posting(posting: wire.Posting) -> bool:
    """Tell whether a posting comes from an outgoing invoice or credit note."""
    return posting.type == "OUTGOING_INVOICE_CUSTOMER_POSTING"


def _kid(text: str) -> str | None:
    """Return a payment reference, None when the company uses none (an empty text)."""
    digits = text.replace(" ", "")
    return digits if _KID.fullmatch(digits) else None


def _debtor(customer: wire.Customer) -> Debtor:
    address = address_of(customer)
    if address is None:
        msg = f"customer {customer.id} has no complete address"
        raise Invalid(msg, code="INCOMPLETE_CUSTOMER", dependency="tripletex")
    person = is_person(customer)
    return Debtor(
        type=DebtorType.PERSON if person else DebtorType.COMPANY,
        name=customer.name.strip()[:200],
        customer_number=str(customer.customer_number or customer.id),
        organisation_number=None if person else digits_of(customer.organization_number) or None,
        address=_address(address),
        email=_first(customer.email, customer.overdue_notice_email, customer.invoice_email),
        phone=_first(customer.phone_number_mobile, customer.phone_number),
        language=customer.language.lower()[:5] or None,
    )


def _address(address: wire.Address) -> Address:
    return Address(
        line1=address.address_line1.strip()[:100],
        line2=address.address_line2.strip()[:100] or None,
        postal_code=address.postal_code.strip()[:16],
        city=address.city.strip()[:60],
        country=country_of(address),
    )


def _first(*texts: str) -> str | None:
    """Return the first text there is; an address field may hold several, parted by ``;``."""
    found = (text.replace(",", ";").split(";")[0].strip() for text in texts)
    return next((text[:40] if "@" not in text else text[:200] for text in found if text), None)
