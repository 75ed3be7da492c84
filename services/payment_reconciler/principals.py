"""What we know of the principal of a claim before a settlement is checked. Pure.

Principal leaves a claim by lines of settlements, and without a line when the creditor was paid
directly or credited the invoice. What we told ECPay bounds the second kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.payment_reconciler.checks import Movement, Principal, after
from shared.messages.money import ZERO
from shared.store.payments import DecidedPayment
from shared.store.reported import CreditState, PaymentState, ReportedCredit, ReportedPayment
from shared.store.settlements import EarlierLine

_AT_ECPAY = frozenset({PaymentState.REPORTED, PaymentState.REVERSED})


@dataclass(frozen=True, slots=True)
class Told:
    """What ECPay was told, or is about to be, on any number of claims.

    Attributes:
        reported: Payments with ECPay's answer.
        credited: Full credits with ECPay's answer.
        forwarded: Payments and reversals on their way to ECPay or answered.
    """

    reported: Sequence[ReportedPayment] = ()
    credited: Sequence[ReportedCredit] = ()
    forwarded: Sequence[DecidedPayment] = ()


def principal(
    reference: str, handed_over: Decimal, told: Told, lines: Iterable[EarlierLine]
) -> Principal:
    """Return what is known of a claim's principal after the settlements before.

    A payment whose answer we have not kept yet counts in full: ECPay may have applied it.
    """
    known = Principal(
        remaining=handed_over,
        unlisted=_applied(reference, told) + _credited(reference, told),
        restored=_restored(reference, told),
    )
    for line in lines:
        if line.claim_reference == reference:
            movement = Movement(line.received_by, line.principal, line.remaining_principal)
            known = after(movement, known)
    return known


def _applied(reference: str, told: Told) -> Decimal:
    at_ecpay = [
        one for one in told.reported if one.claim_reference == reference and one.state in _AT_ECPAY
    ]
    answered = {one.payment_reference for one in at_ecpay}
    on_their_way = [
        one.amount
        for one in told.forwarded
        if one.claim_reference == reference
        and one.reverses is None
        and one.payment_reference not in answered
    ]
    return sum((one.applied for one in at_ecpay), ZERO) + sum(on_their_way, ZERO)


def _credited(reference: str, told: Told) -> Decimal:
    answered = (
        one.credited_principal
        for one in told.credited
        if one.claim_reference == reference and one.state is CreditState.REPORTED
    )
    return sum(answered, ZERO)


def _restored(reference: str, told: Told) -> Decimal:
    reversals = (
        one.amount
        for one in told.forwarded
        if one.claim_reference == reference and one.reverses is not None
    )
    return sum(reversals, ZERO)
