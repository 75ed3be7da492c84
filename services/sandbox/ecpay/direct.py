"""Payments that the creditor itself received: reported, and taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from services.sandbox.ecpay import settling
from services.sandbox.ecpay.claims import Claim
from services.sandbox.ecpay.closing import (
    BY_MONEY,
    close,
    close_when_covered,
    refuse_closed,
    reopen,
)
from services.sandbox.ecpay.cover import Parts, money
from services.sandbox.ecpay.creditor import Creditor, DirectPayment
from services.sandbox.ecpay.idempotency import content_digest
from services.sandbox.ecpay.problems import FieldError, Refusal, refused_fields, validation_failed
from services.sandbox.ecpay.validation import (
    AMOUNT_ABOVE_ZERO,
    CURRENCY,
    REFERENCE,
    Choice,
    CivilDay,
    Text,
    Thing,
    refuse_faults,
)
from shared.messages.money import ZERO, to_ore

NOTE = Text(longest=200, shortest=1)
PAYMENT = Thing(
    {
        "paymentReference": REFERENCE,
        "claimReference": REFERENCE,
        "amount": AMOUNT_ABOVE_ZERO,
        "currency": CURRENCY,
        "paymentDate": CivilDay(),
        "receivedBy": Choice(("CLIENT",)),
        "method": Choice(("BANK", "CARD", "CASH", "SET_OFF", "OTHER")),
        "note": NOTE,
    },
    required=(
        "paymentReference",
        "claimReference",
        "amount",
        "currency",
        "paymentDate",
        "receivedBy",
    ),
)
REVERSAL = Thing(
    {
        "date": CivilDay(),
        "reason": Choice(("BOUNCED", "MOVED", "MISTAKE", "OTHER")),
        "note": NOTE,
    },
    required=("date", "reason"),
)


def report(creditor: Creditor, body: Any) -> tuple[DirectPayment, bool]:
    """Register a direct payment, or find the one that is there with the same content.

    Returns:
        The payment, and whether it is new.

    Raises:
        Refusal: Badly formed, in conflict, or against the rules.
    """
    refuse_faults(PAYMENT, body)
    digest, reference = content_digest(body), body["paymentReference"]
    there = creditor.payments.get(reference)
    if there is not None:
        if there.digest != digest:
            raise Refusal("DUPLICATE_PAYMENT_REFERENCE")
        if there.reversal is not None:
            raise Refusal("ALREADY_REVERSED")
        return there, False
    if reference in creditor.payments_before:
        raise Refusal("DUPLICATE_PAYMENT_REFERENCE")
    claim = _claim_paid(creditor, body)
    refuse_closed(claim)
    payment = _registered(creditor, claim, body, digest=digest)
    creditor.payments[reference] = payment
    return payment, True


def reverse(creditor: Creditor, reference: str, body: Any) -> tuple[dict[str, Any], bool]:
    """Take a reported payment back, once.

    Returns:
        The reversal, and whether it is new.

    Raises:
        Refusal: Unknown payment, badly formed, reversed before, or the claim is closed.
    """
    payment = creditor.payments.get(reference)
    if payment is None:
        raise Refusal("PAYMENT_NOT_FOUND")
    refuse_faults(REVERSAL, body)
    digest = content_digest(body)
    if payment.reversal is not None:
        if payment.reversal_digest != digest:
            raise Refusal("ALREADY_REVERSED")
        return payment.reversal, False
    _check_reversal_date(creditor, payment, body)
    claim = payment.claim
    if not claim.is_open and claim.close_code not in BY_MONEY:
        refuse_closed(claim)
    _take_back(creditor, payment, body)
    payment.reversal, payment.reversal_digest = _reversal_view(creditor, payment, body), digest
    payment.view = {**payment.view, "status": "REVERSED"}
    return payment.reversal, True


def _claim_paid(creditor: Creditor, body: dict[str, Any]) -> Claim:
    claim = creditor.by_reference.get(body["claimReference"])
    paid_on = date.fromisoformat(body["paymentDate"])
    errors = []
    if Decimal(body["amount"]) <= 0:
        errors.append(FieldError("/amount", "AMOUNT_NOT_POSITIVE", "must be above zero"))
    if claim is None:
        errors.append(
            FieldError("/claimReference", "UNKNOWN_CLAIM_REFERENCE", "there is no such claim")
        )
    elif body["currency"] != "NOK":
        errors.append(FieldError("/currency", "CURRENCY_MISMATCH", "is not the claim's"))
    if claim is not None and paid_on < claim.invoice_date:
        errors.append(
            FieldError("/paymentDate", "PAYMENT_BEFORE_CLAIM", "is before the invoice date")
        )
    if paid_on > creditor.office.today:
        errors.append(FieldError("/paymentDate", "DATE_IN_FUTURE", "may not be after today"))
    if errors or claim is None:
        raise refused_fields(errors)
    return claim


def _registered(
    creditor: Creditor, claim: Claim, body: dict[str, Any], *, digest: bytes
) -> DirectPayment:
    amount, paid_on = Decimal(body["amount"]), date.fromisoformat(body["paymentDate"])
    applied = min(amount, claim.principal.remaining)
    claim.pay(Parts(principal=applied), paid_on)
    payment = DirectPayment({}, digest, claim, applied, paid_on)
    payment.line = _listed(creditor, payment, body["paymentReference"])
    if applied and claim.principal.remaining == ZERO:
        payment.waived_fee = waive_in_time(claim, paid_on)
        _end_when_principal_is_paid(creditor, claim)
    if claim.is_open:
        creditor.changed(claim)
    payment.view = {
        **body,
        "claimId": claim.claim_id,
        "appliedToPrincipal": money(applied),
        "unapplied": money(amount - applied),
        "remainingPrincipal": money(claim.principal.remaining),
        "claimStatus": claim.status,
        "claimStage": claim.stage,
        "status": "REGISTERED",
        "registeredAt": creditor.office.stamp(),
    }
    return payment


def waive_in_time(claim: Claim, paid_on: date) -> Decimal:
    """Waive the collection fee when the principal was paid within the notice deadline."""
    deadline = claim.letters.notice_deadline
    if deadline is None or paid_on > deadline:
        return ZERO
    waived = claim.collection_fee.remaining
    claim.waive(Parts(collection_fee=waived))
    return waived


def _end_when_principal_is_paid(creditor: Creditor, claim: Claim) -> None:
    terms = creditor.terms
    if not claim.letters.any_sent:
        close(creditor, claim, "PAID_DIRECT")
    elif not close_when_covered(creditor, claim, "PAID_DIRECT") and terms.closes_on_direct_payment:
        fees = claim.letter_fee.remaining + claim.collection_fee.remaining
        close(creditor, claim, "PAID_DIRECT")
        charge(
            creditor, claim, fees, percent=terms.direct_payment_percent, reason="DIRECT_PAYMENT"
        )


def charge(
    creditor: Creditor, claim: Claim, fees: Decimal, *, percent: Decimal, reason: str
) -> Decimal:
    """Charge the client a share of fees that the debtor no longer owes; return the charge."""
    terms = creditor.terms
    without_vat = fees if terms.vat_registered else fees / (1 + terms.vat_rate_percent / 100)
    amount = to_ore(without_vat * percent / 100)
    if amount > ZERO:
        line = settling.line_on(
            claim,
            terms,
            line_id=f"lin_{creditor.office.number('line'):010d}",
            kind="AGENCY_CHARGE",
            booked=creditor.office.today,
        )
        creditor.unsettled.append(
            settling.charged(line, amount, terms, reason=reason, with_vat=True)
        )
    return amount


def _listed(creditor: Creditor, payment: DirectPayment, reference: str) -> settling.Line | None:
    if not creditor.terms.lists_direct_payments or not payment.applied:
        return None
    line = settling.line_on(
        payment.claim,
        creditor.terms,
        line_id=f"lin_{creditor.office.number('line'):010d}",
        kind="DIRECT_PAYMENT",
        booked=creditor.office.today,
    )
    line = settling.direct(line, payment.applied, reference=reference, paid_on=payment.paid_on)
    creditor.unsettled.append(line)
    return line


def _check_reversal_date(creditor: Creditor, payment: DirectPayment, body: dict[str, Any]) -> None:
    day = date.fromisoformat(body["date"])
    if day < payment.paid_on:
        fault = FieldError("/date", "OUT_OF_RANGE", "may not be before the payment date")
        raise validation_failed([fault])
    if day > creditor.office.today:
        raise refused_fields([FieldError("/date", "DATE_IN_FUTURE", "may not be after today")])


def _take_back(creditor: Creditor, payment: DirectPayment, body: dict[str, Any]) -> None:
    claim = payment.claim
    claim.unpay(Parts(principal=payment.applied), ZERO, payment.paid_on)
    if payment.waived_fee:
        claim.waive(Parts(collection_fee=-payment.waived_fee))
    if not claim.is_open:
        reopen(creditor, claim)
    creditor.changed(claim)
    if payment.line is not None:
        line = settling.reversal(
            payment.line,
            line_id=f"lin_{creditor.office.number('line'):010d}",
            booked=creditor.office.today,
            reason=body["reason"],
            left=claim.principal.remaining,
        )
        creditor.unsettled.append(replace(line, case_number=claim.case_number))


def _reversal_view(
    creditor: Creditor, payment: DirectPayment, body: dict[str, Any]
) -> dict[str, Any]:
    claim = payment.claim
    return {
        "paymentReference": payment.view["paymentReference"],
        "claimReference": claim.claim_reference,
        "claimId": claim.claim_id,
        "amount": payment.view["amount"],
        "currency": payment.view["currency"],
        "date": body["date"],
        "reason": body["reason"],
        "restoredPrincipal": money(payment.applied),
        "remainingPrincipal": money(claim.principal.remaining),
        "claimStatus": claim.status,
        "claimStage": claim.stage,
        "registeredAt": creditor.office.stamp(),
    }
