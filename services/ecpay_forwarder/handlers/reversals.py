"""Take reported payments back: bounced, moved or mistyped; each payment once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import structlog

from services.ecpay_forwarder.handlers.desk import (
    Desk,
    again_on,
    before_its_claim,
    detail_of,
    done_with,
    task,
)
from services.ecpay_forwarder.mapping import reversal_create
from services.ecpay_forwarder.tasks import (
    PARTIAL_REVERSAL,
    REVERSED_BEFORE,
    Advice,
    TaskKind,
    advice_on,
)
from shared.faults import Invalid, NotYet
from shared.messages.payments import Payment, ReceivedBy
from shared.pipeline.outcomes import Done, Incoming
from shared.providers.ecpay.keys import idempotency_key
from shared.store.claims import ClaimState, HandedOver, find_claims
from shared.store.reported import (
    PaymentState,
    ReportedPayment,
    find_payments,
    reverse_payment,
)
from shared.store.write import Write

log = structlog.get_logger()

_NOT_KNOWN_THERE = frozenset({PaymentState.NOT_REPORTED, PaymentState.REFUSED})
_NEVER_A_CLAIM = frozenset({ClaimState.REJECTED, ClaimState.NOT_NEEDED})


@dataclass(frozen=True, slots=True)
class Reversal:
    """A reversal and the payment it takes back."""

    incoming: Incoming
    reversal: Payment
    paid: ReportedPayment


async def reverse(desk: Desk, incoming: Incoming) -> Done:
    """Take one reported payment back.

    Raises:
        NotYet: The payment itself has not been reported yet.
        Invalid: The message names no payment.
    """
    reversal: Payment = incoming.message.data
    if reversal.reverses is None:
        msg = f"reversal {reversal.payment_reference} does not say which payment it takes back"
        raise Invalid(msg, code="NO_ORIGINAL", field="reverses")
    if reversal.received_by is ReceivedBy.AGENCY:
        log.warning("reversal of the collector's money kept back", payment=reversal.reverses)
        return Done()
    found = await find_payments(desk.store, reversal.client_id, {reversal.reverses})
    paid = found.get(reversal.reverses)
    if paid is None or paid.state is PaymentState.WAITING:
        return await _without_payment(desk, incoming)
    if paid.state is PaymentState.REVERSED or paid.state in _NOT_KNOWN_THERE:
        return Done()
    return await _known(desk, Reversal(incoming, reversal, paid))


async def _without_payment(desk: Desk, incoming: Incoming) -> Done:
    reversal: Payment = incoming.message.data
    claims = await find_claims(desk.store, reversal.client_id, {reversal.claim_reference})
    claim: HandedOver | None = claims.get(reversal.claim_reference)
    if claim is not None and claim.state in _NEVER_A_CLAIM:
        return Done()
    if claim is None:
        client = await desk.client(reversal.client_id)
        today, now = desk.clock.today(), desk.clock.now()
        what = reversal.payment_reference
        return before_its_claim(incoming, client, what, today=today, now=now)
    if claim.state is ClaimState.WAITING:
        tomorrow = desk.clock.today() + timedelta(days=1)
        return done_with(again_on(incoming.message, tomorrow, now=desk.clock.now()))
    msg = f"reversal {reversal.payment_reference} waits: its payment has not been reported yet"
    raise NotYet(msg, code="NO_PAYMENT_YET")


async def _known(desk: Desk, one: Reversal) -> Done:
    if one.paid.state is PaymentState.BEFORE:
        return _asked(desk, one, REVERSED_BEFORE, code="REVERSED_BEFORE")
    if one.reversal.amount != one.paid.amount:
        return _asked(desk, one, PARTIAL_REVERSAL, code="PARTIAL_REVERSAL")
    request = reversal_create(one.reversal, one.paid.payment_date)
    today = desk.clock.today()
    if request.date > today:
        return done_with(again_on(one.incoming.message, request.date, now=desk.clock.now()))
    client = await desk.client(one.reversal.client_id)
    reference = one.paid.payment_reference
    # A refusal is remembered under its key; the day in it lets tomorrow's try be heard.
    key = idempotency_key(f"reversal {reference} {today}", [request])
    try:
        await desk.creditor(client).reverse_payment(reference, request, key=key)
    except Invalid as refusal:
        return _refused(desk, one, refusal, request.date)
    log.info("payment taken back", payment=reference)
    return done_with(_taken_back(desk, one, request.date))


def _refused(desk: Desk, one: Reversal, refusal: Invalid, on: date) -> Done:
    if refusal.code == "ALREADY_REVERSED":
        return done_with(_taken_back(desk, one, on))
    if refusal.code == "DATE_IN_FUTURE":
        tomorrow = desk.clock.today() + timedelta(days=1)
        return done_with(again_on(one.incoming.message, tomorrow, now=desk.clock.now()))
    log.info("reversal refused", payment=one.paid.payment_reference, code=refusal.code)
    return _asked(desk, one, advice_on(refusal.code), code=refusal.code)


def _taken_back(desk: Desk, one: Reversal, on: date) -> Write:
    reference = one.paid.payment_reference
    return reverse_payment(one.paid.client_id, reference, on=on, now=desk.clock.now())


def _asked(desk: Desk, one: Reversal, advice: Advice, *, code: str) -> Done:
    return done_with(
        task(
            one.incoming,
            TaskKind.REVERSAL_REFUSED,
            one.reversal.payment_reference,
            f"Reversal on {one.reversal.claim_reference} was not reported",
            advice=advice,
            now=desk.clock.now(),
            amount=one.reversal.amount,
            detail=detail_of(code),
        )
    )
