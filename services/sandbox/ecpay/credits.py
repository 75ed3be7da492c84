"""Full credits: the claim goes away, and so do its interest and costs towards the debtor."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from services.sandbox.ecpay.claims import Claim
from services.sandbox.ecpay.closing import close, refuse_closed
from services.sandbox.ecpay.cover import money
from services.sandbox.ecpay.creditor import Credit, Creditor
from services.sandbox.ecpay.direct import NOTE, charge
from services.sandbox.ecpay.idempotency import content_digest
from services.sandbox.ecpay.problems import FieldError, Refusal, refused_fields
from services.sandbox.ecpay.validation import (
    AMOUNT_ABOVE_ZERO,
    CURRENCY,
    REFERENCE,
    CivilDay,
    Text,
    Thing,
    refuse_faults,
)

CREDIT = Thing(
    {
        "creditReference": REFERENCE,
        "claimReference": REFERENCE,
        "creditNoteNumber": Text(longest=40, shortest=1),
        "date": CivilDay(),
        "amount": AMOUNT_ABOVE_ZERO,
        "currency": CURRENCY,
        "scope": Text(),  # anything but FULL is told by PARTIAL_CREDIT_NOT_SUPPORTED
        "note": NOTE,
    },
    required=(
        "creditReference",
        "claimReference",
        "creditNoteNumber",
        "date",
        "amount",
        "currency",
        "scope",
    ),
)


def credit(creditor: Creditor, body: Any) -> tuple[Credit, bool]:
    """Credit a whole claim, or find the credit that is there with the same content.

    Returns:
        The credit, and whether it is new.

    Raises:
        Refusal: Badly formed, in conflict, partial, too much, or the claim is closed.
    """
    refuse_faults(CREDIT, body)
    digest, reference = content_digest(body), body["creditReference"]
    there = creditor.credits.get(reference)
    if there is not None:
        if there.digest != digest:
            raise Refusal("DUPLICATE_CREDIT_REFERENCE")
        return there, False
    claim = _claim_credited(creditor, body)
    refuse_closed(claim)
    _check_amount(claim, body)
    done = Credit(_credited(creditor, claim, body), digest)
    creditor.credits[reference] = done
    return done, True


def _claim_credited(creditor: Creditor, body: dict[str, Any]) -> Claim:
    claim = creditor.by_reference.get(body["claimReference"])
    errors = []
    if body["scope"] != "FULL":
        errors.append(FieldError("/scope", "PARTIAL_CREDIT_NOT_SUPPORTED", "must be FULL"))
    if Decimal(body["amount"]) <= 0:
        errors.append(FieldError("/amount", "AMOUNT_NOT_POSITIVE", "must be above zero"))
    if claim is None:
        errors.append(
            FieldError("/claimReference", "UNKNOWN_CLAIM_REFERENCE", "there is no such claim")
        )
    elif body["currency"] != "NOK":
        errors.append(FieldError("/currency", "CURRENCY_MISMATCH", "is not the claim's"))
    if date.fromisoformat(body["date"]) > creditor.office.today:
        errors.append(FieldError("/date", "DATE_IN_FUTURE", "may not be after today"))
    if errors or claim is None:
        raise refused_fields(errors)
    return claim


def _check_amount(claim: Claim, body: dict[str, Any]) -> None:
    amount, left = Decimal(body["amount"]), claim.principal.remaining
    if amount in (left, claim.original_amount):
        return
    partial = amount < left
    code = "PARTIAL_CREDIT_NOT_SUPPORTED" if partial else "CREDIT_EXCEEDS_PRINCIPAL"
    message = "must be originalAmount or the remaining principal"
    raise Refusal(code, [FieldError("/amount", code, message)])


def _credited(creditor: Creditor, claim: Claim, body: dict[str, Any]) -> dict[str, Any]:
    fee = claim.collection_fee.remaining
    waived = close(creditor, claim, "CREDITED")
    charged = charge(
        creditor, claim, fee, percent=creditor.terms.credit_percent, reason="CREDITED"
    )
    return {
        **body,
        "claimId": claim.claim_id,
        "creditedPrincipal": money(waived.principal),
        "voidedInterest": money(waived.interest),
        "voidedFees": money(waived.reminder_fee + waived.collection_fee + waived.compensation),
        "chargedToClient": money(charged),
        "claimStatus": claim.status,
        "claimStage": claim.stage,
        "registeredAt": creditor.office.stamp(),
    }
