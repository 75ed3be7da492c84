"""Whose money was it, and must ECPay be told?

Pure. The collector's payout looks like any customer payment in the ledger. Told to the
collector, it would be subtracted a second time, so only what the creditor received goes on.
Money that another system told us of before the bank posting showed it is the same money: same
claim, same amount, at most three days apart, and one of the two from outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.faults import Fault, Invalid, NotYet
from shared.messages.payments import Payment, PaymentOrigin, ReceivedBy
from shared.store.payments import DecidedPayment, Decision

SAME_MONEY = timedelta(days=3)


def decide_payment(
    payment: Payment, known: Sequence[DecidedPayment], *, now: datetime
) -> DecidedPayment:
    """Decide on money that came in, given every decision on its claim so far."""
    if payment.received_by is ReceivedBy.AGENCY:
        return _decided(payment, Decision.AGENCY, reported_as=None, now=now)
    twin = _twin(payment, known)
    if twin is not None:
        return _decided(payment, Decision.KNOWN, reported_as=twin.reported_as, now=now)
    return _decided(payment, Decision.FORWARDED, reported_as=payment.payment_reference, now=now)


def decide_reversal(
    reversal: Payment, known: Sequence[DecidedPayment], *, now: datetime
) -> DecidedPayment | Fault:
    """Decide on money that went back.

    Returns:
        The decision; a ``NotYet`` while the payment it takes back was not decided on.
    """
    if reversal.received_by is ReceivedBy.AGENCY:
        return _decided(reversal, Decision.AGENCY, reported_as=None, now=now)
    if reversal.reverses is None:
        told = f"reversal {reversal.payment_reference} names no payment that it takes back"
        return Invalid(told, code="REVERSES_NOTHING", field="data.reverses")
    original = _by_reference(known, reversal.reverses)
    if original is None:
        told = f"reversal {reversal.payment_reference} waits for payment {reversal.reverses}"
        return NotYet(told, code="PAYMENT_NOT_SEEN")
    reported = original.reported_as
    if reported is None or _taken_back(known, reported):
        return _decided(reversal, Decision.RECORDED, reported_as=reported, now=now)
    return _decided(reversal, Decision.FORWARDED, reported_as=reported, now=now)


def _twin(payment: Payment, known: Sequence[DecidedPayment]) -> DecidedPayment | None:
    taken = {one.reported_as for one in known if one.decision is Decision.KNOWN}
    for one in known:
        is_told = one.decision is Decision.FORWARDED and one.reverses is None
        if is_told and one.payment_reference not in taken and _same_money(payment, one):
            return one
    return None


def _same_money(payment: Payment, other: DecidedPayment) -> bool:
    origins = {payment.origin.value, other.origin}
    one_is_external = PaymentOrigin.EXTERNAL.value in origins and len(origins) == 2  # noqa: PLR2004  # one of each
    apart = abs(payment.payment_date - other.payment_date)
    return one_is_external and payment.amount == other.amount and apart <= SAME_MONEY


def _by_reference(known: Sequence[DecidedPayment], reference: str) -> DecidedPayment | None:
    return next((one for one in known if one.payment_reference == reference), None)


def _taken_back(known: Sequence[DecidedPayment], reported: str) -> bool:
    return any(
        one.reverses is not None
        and one.decision is Decision.FORWARDED
        and one.reported_as == reported
        for one in known
    )


def _decided(
    payment: Payment, decision: Decision, *, reported_as: str | None, now: datetime
) -> DecidedPayment:
    return DecidedPayment(
        client_id=payment.client_id,
        payment_reference=payment.payment_reference,
        claim_reference=payment.claim_reference,
        invoice_id=payment.invoice_id,
        amount=payment.amount,
        payment_date=payment.payment_date,
        received_by=payment.received_by.value,
        origin=payment.origin.value,
        reverses=payment.reverses,
        decision=decision,
        reported_as=reported_as,
        observed_at=payment.observed_at,
        decided_at=now,
    )
