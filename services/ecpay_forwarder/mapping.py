"""From canonical messages to ECPay's requests; pure.

What ECPay would refuse for its form alone and may be left out is left out (a KID with a wrong
check digit, an e-mail that is none); what decides about the claim is never bent.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from pydantic import ValidationError

from services.ecpay_forwarder.kid import is_valid_kid
from shared.faults import Invalid
from shared.messages.credit_notes import CreditNote
from shared.messages.invoices import Debtor, EarlierPayment, Invoice, Notice, NoticeType
from shared.messages.money import ZERO
from shared.messages.payments import Payment
from shared.providers.ecpay import requests
from shared.providers.ecpay.notation import Request
from shared.providers.ecpay.requests import (
    ClaimCreate,
    CreditCreate,
    EntryStage,
    FeeAlreadyClaimed,
    InterestAlreadyClaimed,
    NoticeSent,
    PaymentBefore,
    PaymentCreate,
    PaymentReversalCreate,
    ReversalReason,
)

NOTICE_DAYS = timedelta(days=14)
"""Shortest deadline of a notice of debt collection (inkassoloven § 9)."""
MOST_PAYMENTS_BEFORE = 100
MOST_FEES = 10
MOST_NOTICES = 20
LONGEST_NAME = 160

LATE_INTEREST: tuple[tuple[date, date, Decimal], ...] = (
    (date(2024, 1, 1), date(2024, 12, 31), Decimal("12.50")),
    (date(2025, 1, 1), date(2025, 6, 30), Decimal("12.50")),
    (date(2025, 7, 1), date(2025, 12, 31), Decimal("12.25")),
    (date(2026, 1, 1), date(2026, 6, 30), Decimal("12.00")),
    (date(2026, 7, 1), date(2026, 12, 31), Decimal("12.25")),
)
"""Late interest per year, first and last day; FOR-2023-12-14-2043 to FOR-2026-06-25-1372."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_PHONE = re.compile(r"\+?[0-9 ]{4,32}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_FEE_LETTER = {
    NoticeType.SOFT_REMINDER: "REMINDER",
    NoticeType.REMINDER: "REMINDER",
    NoticeType.NOTICE_OF_DEBT_COLLECTION: "NOTICE",
}

R = TypeVar("R", bound=Request)


def claim_create(invoice: Invoice, entry_stages: Collection[str], today: date) -> ClaimCreate:
    """Return the hand-over of an invoice.

    Args:
        invoice: What is owed.
        entry_stages: Stages the agreement offers.
        today: The civil date in Europe/Oslo.

    Raises:
        Invalid: The invoice cannot be said in ECPay's terms; names the field.
    """
    return _built(
        ClaimCreate,
        claim_reference=invoice.claim_reference,
        invoice_number=invoice.invoice_number,
        invoice_date=invoice.invoice_date,
        due_date=invoice.due_date,
        delivery_date=invoice.delivery_date,
        description=invoice.description,
        kid=invoice.kid if invoice.kid and is_valid_kid(invoice.kid) else None,
        original_amount=invoice.original_amount,
        outstanding_principal=invoice.outstanding,
        currency=invoice.currency,
        payments_before=_payments_before(invoice.payments_before),
        fees_already_claimed=_fees(invoice.notices),
        interest_already_claimed=_interest(invoice.notices, invoice.due_date),
        notice_history=_notice_history(invoice.notices),
        entry_stage=entry_stage(invoice.notices, entry_stages, today),
        debtor=_debtor(invoice.debtor),
    )


def entry_stage(
    notices: Sequence[Notice], entry_stages: Collection[str], today: date
) -> EntryStage:
    """Return where ECPay begins: with the notice, unless a valid one has run out already."""
    offered = EntryStage.PAYMENT_DEMAND in entry_stages
    if offered and any(_has_run_out(notice, today) for notice in notices):
        return EntryStage.PAYMENT_DEMAND
    return EntryStage.NOTICE


def payment_create(payment: Payment, invoice_date: date) -> PaymentCreate:
    """Return the report of a payment the creditor received.

    ECPay takes no value date before the invoice date; a prepayment that was matched late is
    reported on the invoice date, because a debtor who has paid must not be chased.

    Raises:
        Invalid: The payment cannot be said in ECPay's terms; names the field.
    """
    early = payment.payment_date < invoice_date
    return _built(
        PaymentCreate,
        payment_reference=payment.payment_reference,
        claim_reference=payment.claim_reference,
        amount=payment.amount,
        currency=payment.currency,
        payment_date=max(payment.payment_date, invoice_date),
        note="paid before the invoice date" if early else None,
    )


def reversal_create(reversal: Payment, paid_on: date) -> PaymentReversalCreate:
    """Return what takes a payment back, on a day that is not before the payment's.

    Tripletex does not tell why a payment was taken back, so the reason is OTHER.
    """
    return PaymentReversalCreate(
        date=max(reversal.payment_date, paid_on), reason=ReversalReason.OTHER
    )


def credit_create(credit: CreditNote) -> CreditCreate:
    """Return the report of a full credit.

    Raises:
        Invalid: The credit cannot be said in ECPay's terms; names the field.
    """
    return _built(
        CreditCreate,
        credit_reference=credit.credit_reference,
        claim_reference=credit.claim_reference,
        credit_note_number=credit.number,
        date=credit.credit_date,
        amount=credit.amount,
        currency=credit.currency,
    )


def _built(kind: type[R], **fields: object) -> R:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        places = [".".join(str(part) for part in fault["loc"]) for fault in faults]
        msg = f"ECPay takes no such {kind.__name__}: {', '.join(places)} out of its limits"
        raise Invalid(msg, code="OUT_OF_LIMITS", field=places[0] if places else "") from error


def _has_run_out(notice: Notice, today: date) -> bool:
    if notice.type is not NoticeType.NOTICE_OF_DEBT_COLLECTION or notice.deadline is None:
        return False
    return notice.sent_date + NOTICE_DAYS <= notice.deadline < today


def _payments_before(payments: Sequence[EarlierPayment]) -> tuple[PaymentBefore, ...] | None:
    latest = sorted(payments, key=lambda payment: payment.payment_date)[-MOST_PAYMENTS_BEFORE:]
    return (
        tuple(
            _built(
                PaymentBefore,
                payment_reference=payment.payment_reference,
                date=payment.payment_date,
                amount=payment.amount,
            )
            for payment in latest
        )
        or None
    )


def _fees(notices: Sequence[Notice]) -> tuple[FeeAlreadyClaimed, ...] | None:
    """Return the fees of letters with a deadline; a fee without one cannot be claimed on."""
    fees = tuple(
        _built(
            FeeAlreadyClaimed,
            type=_FEE_LETTER[notice.type],
            amount=notice.fee,
            sent_date=notice.sent_date,
            deadline=notice.deadline,
        )
        for notice in notices
        if notice.fee > ZERO and notice.deadline is not None
    )
    return fees[-MOST_FEES:] or None


def _interest(notices: Sequence[Notice], due_date: date) -> InterestAlreadyClaimed | None:
    """Return the interest of the last letter that claimed any.

    Left out where the rate is not known: ECPay then counts from the due date itself, and
    nothing is lost.
    """
    claimed = [notice for notice in notices if notice.interest > ZERO]
    if not claimed:
        return None
    last = max(claimed, key=lambda notice: notice.sent_date)
    rate = next(
        (rate for first, end, rate in LATE_INTEREST if first <= last.sent_date <= end), None
    )
    if rate is None or last.sent_date <= due_date:
        return None
    return _built(
        InterestAlreadyClaimed, amount=last.interest, from_=due_date, to=last.sent_date, rate=rate
    )


def _notice_history(notices: Sequence[Notice]) -> tuple[NoticeSent, ...] | None:
    """Return the letters sent; ECPay takes no notice of debt collection without a deadline."""
    letters = tuple(
        _built(
            NoticeSent,
            type=notice.type.value,
            sent_date=notice.sent_date,
            deadline=notice.deadline,
        )
        for notice in notices
        if notice.deadline or notice.type is not NoticeType.NOTICE_OF_DEBT_COLLECTION
    )
    return letters[-MOST_NOTICES:] or None


def _debtor(debtor: Debtor) -> requests.Debtor:
    address = _built(
        requests.Address,
        line1=debtor.address.line1,
        line2=debtor.address.line2 or None,
        postal_code=debtor.address.postal_code,
        city=debtor.address.city,
        country=debtor.address.country,
    )
    return _built(
        requests.Debtor,
        type=debtor.type.value,
        name=debtor.name[:LONGEST_NAME],
        customer_number=debtor.customer_number,
        address=address,
        organisation_number=debtor.organisation_number,
        email=_fitting(_EMAIL, debtor.email),
        phone=_fitting(_PHONE, debtor.phone),
        language=_fitting(_LANGUAGE, (debtor.language or "").lower()),
    )


def _fitting(shape: re.Pattern[str], text: str | None) -> str | None:
    return text if text and shape.fullmatch(text) else None
