"""The debtor's side: paying ECPay in full, in part or too much, bouncing, agreeing a plan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from services.sandbox.ecpay import settling
from services.sandbox.ecpay.claims import Claim
from services.sandbox.ecpay.closing import BY_MONEY, close_when_covered, refuse_closed, reopen
from services.sandbox.ecpay.cover import Parts, allocate, money
from services.sandbox.ecpay.creditor import AgencyPayment, Creditor
from services.sandbox.ecpay.direct import waive_in_time
from services.sandbox.ecpay.lifecycle import Status
from services.sandbox.ecpay.moving import change_status
from services.sandbox.ecpay.problems import Refusal
from shared.faults import Conflict
from shared.messages.money import ZERO


def pays(
    creditor: Creditor,
    claim: Claim,
    amount: Decimal | None,
    *,
    on: date,
    reference: str | None = None,
    order: tuple[str, ...] | None = None,
) -> AgencyPayment | None:
    """Let the debtor pay ECPay.

    Args:
        creditor: Whose claim it is.
        claim: The claim paid on.
        amount: How much, or everything owed on the day when None.
        on: Value date, not after today.
        reference: Bank reference, a new one when None.
        order: Cover order, that of the agreement when None.

    Returns:
        The payment, or None when all of it goes back to the debtor.
    """
    if on > creditor.office.today:
        raise Conflict(f"the value date {on} is after today")
    terms = creditor.terms
    waived_fee = _waived_when_in_time(creditor, claim, amount, on=on)
    owed = creditor.owed(claim, on) if claim.is_open else Parts()
    if amount is None:
        amount = owed.total
    allocation = allocate(amount, owed, order or terms.coverage_order)
    if not terms.forwards_overpayment:
        allocation = allocation.each(lambda name, part: ZERO if name == "overpayment" else part)
    if not allocation.total:
        return None
    payment = _booked(
        creditor, claim, allocation, on=on, reference=reference or _bank_reference(creditor)
    )
    payment.waived_fee = waived_fee
    creditor.agency_payments[payment.reference] = payment
    creditor.tell(
        "claim.payment_received",
        claim,
        amount=money(payment.amount),
        currency="NOK",
        paymentDate=on.isoformat(),
        paymentReference=payment.reference,
    )
    if claim.is_open and not close_when_covered(creditor, claim, "PAID"):
        creditor.changed(claim)
    return payment


def bounces(creditor: Creditor, reference: str, *, reason: str = "BOUNCED") -> AgencyPayment:
    """Take a payment to ECPay back: the bank did, or ECPay corrects itself."""
    payment = creditor.agency_payments.get(reference)
    if payment is None or payment.is_reversed:
        raise Refusal("ALREADY_REVERSED" if payment else "PAYMENT_NOT_FOUND")
    claim = payment.claim
    payment.is_reversed = True
    held = payment.allocation.each(lambda name, part: ZERO if name == "overpayment" else part)
    claim.unpay(held, payment.client_letters, payment.paid_on)
    claim.waive(Parts(collection_fee=-payment.waived_fee))
    creditor.unsettled.append(
        settling.reversal(
            payment.line,
            line_id=f"lin_{creditor.office.number('line'):010d}",
            booked=creditor.office.today,
            reason=reason,
            left=claim.principal.remaining,
        )
    )
    creditor.tell(
        "claim.payment_reversed",
        claim,
        amount=money(payment.amount),
        currency="NOK",
        paymentDate=payment.paid_on.isoformat(),
        paymentReference=reference,
        reason=reason,
    )
    if claim.close_code in BY_MONEY and held.total:
        reopen(creditor, claim)
    creditor.changed(claim)
    return payment


def agrees_plan(creditor: Creditor, claim: Claim, *, instalments: int, first_due: date) -> None:
    """Let the debtor agree to pay in instalments; the case waits meanwhile."""
    refuse_closed(claim)
    creditor.tell(
        "claim.plan_agreed", claim, instalments=instalments, firstDueDate=first_due.isoformat()
    )
    change_status(creditor, claim, Status.PAYMENT_PLAN, "PLAN_AGREED")


def objects(creditor: Creditor, claim: Claim, reason: str = "DEBTOR_OBJECTION") -> None:
    """Let the debtor object to the claim; costs and letters wait."""
    refuse_closed(claim)
    creditor.tell("claim.disputed", claim, reason=reason)
    change_status(creditor, claim, Status.DISPUTED, reason)


def _booked(
    creditor: Creditor, claim: Claim, allocation: Parts, *, on: date, reference: str
) -> AgencyPayment:
    held = allocation.each(lambda name, part: ZERO if name == "overpayment" else part)
    stage = claim.stage
    client_letters = claim.pay(held, on)
    kind = "COLLECTED" if held.total else "OVERPAYMENT"
    line = settling.line_on(
        claim,
        creditor.terms,
        line_id=f"lin_{creditor.office.number('line'):010d}",
        kind=kind,
        booked=creditor.office.today,
    )
    line = settling.collected(
        line,
        allocation,
        creditor.terms,
        client_letters=client_letters,
        stage=stage,
        paid_on=on,
        reference=reference,
    )
    creditor.unsettled.append(line)
    return AgencyPayment(reference, claim, allocation.total, on, allocation, line, client_letters)


def _bank_reference(creditor: Creditor) -> str:
    return f"bank:{creditor.office.number('bank'):010d}"


def _waived_when_in_time(
    creditor: Creditor, claim: Claim, amount: Decimal | None, *, on: date
) -> Decimal:
    """Waive the collection fee when everything else is paid within the notice deadline."""
    if not claim.is_open:
        return ZERO
    owed = creditor.owed(claim, on)
    if amount is not None and amount < owed.total - owed.collection_fee:
        return ZERO
    return waive_in_time(claim, on)
