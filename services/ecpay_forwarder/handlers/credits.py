"""Report full credits, one by one; anything but a full credit never leaves the house."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import structlog

from services.ecpay_forwarder.handlers.desk import (
    Desk,
    again_on,
    before_its_claim,
    detail_of,
    done_with,
    task,
)
from services.ecpay_forwarder.mapping import credit_create
from services.ecpay_forwarder.tasks import NOT_FULL, Advice, TaskKind, advice_on
from shared.faults import Invalid
from shared.messages.credit_notes import CreditNote, CreditScope
from shared.messages.money import ZERO
from shared.pipeline.outcomes import Done, Incoming
from shared.providers.ecpay.keys import idempotency_key
from shared.store.claims import ClaimState, HandedOver, find_claims
from shared.store.reported import CreditState, ReportedCredit, find_credits, save_credit
from shared.store.write import Write

log = structlog.get_logger()

_AMOUNT_REFUSED = frozenset({"PARTIAL_CREDIT_NOT_SUPPORTED", "CREDIT_EXCEEDS_PRINCIPAL"})
_DAYS_TO_AGREE = 3
"""Days a refused amount is tried again: payments that are still on their way may settle it."""


@dataclass(frozen=True, slots=True)
class Crediting:
    """A credit on its way and what became of an earlier try."""

    incoming: Incoming
    credit: CreditNote
    earlier: ReportedCredit | None

    @property
    def refusals(self) -> int:
        """Return how often ECPay has refused it and remembers."""
        return self.earlier.refusals if self.earlier else 0


async def report_credit(desk: Desk, incoming: Incoming) -> Done:
    """Report one full credit.

    Raises:
        NotYet: The claim has not been handed over yet.
    """
    credit: CreditNote = incoming.message.data
    known = await find_credits(desk.store, credit.client_id, {credit.credit_reference})
    one = Crediting(incoming, credit, known.get(credit.credit_reference))
    if one.earlier and one.earlier.state is CreditState.REPORTED:
        return Done()
    if credit.scope is not CreditScope.FULL:
        return _refused(desk, one, code="NOT_FULL", advice=NOT_FULL)
    claims = await find_claims(desk.store, credit.client_id, {credit.claim_reference})
    claim = claims.get(credit.claim_reference)
    if claim is None:
        client = await desk.client(credit.client_id)
        today, now = desk.clock.today(), desk.clock.now()
        return before_its_claim(incoming, client, credit.credit_reference, today=today, now=now)
    return await _on_claim(desk, one, claim)


async def _on_claim(desk: Desk, one: Crediting, claim: HandedOver) -> Done:
    today, now = desk.clock.today(), desk.clock.now()
    if claim.state is ClaimState.WAITING:
        return done_with(again_on(one.incoming.message, today + timedelta(days=1), now=now))
    if claim.state is not ClaimState.REGISTERED:
        return done_with(_row(desk, one, CreditState.NOT_REPORTED, code="NO_CLAIM"))
    if one.credit.credit_date > today:
        return done_with(again_on(one.incoming.message, one.credit.credit_date, now=now))
    request = credit_create(one.credit)
    client = await desk.client(one.credit.client_id)
    key = idempotency_key("credit", [request], refusals=one.refusals)
    try:
        answer = await desk.creditor(client).credit(request, key=key)
    except Invalid as refusal:
        return _refusal(desk, one, refusal)
    log.info(
        "credit reported",
        credit=one.credit.credit_reference,
        claim_reference=one.credit.claim_reference,
    )
    return done_with(
        _row(
            desk,
            one,
            CreditState.REPORTED,
            credited=answer.credited_principal,
            charged=answer.charged_to_client,
        )
    )


def _refusal(desk: Desk, one: Crediting, refusal: Invalid) -> Done:
    today, now = desk.clock.today(), desk.clock.now()
    may_pass = refusal.code in _AMOUNT_REFUSED and one.refusals < _DAYS_TO_AGREE
    if refusal.code == "DATE_IN_FUTURE" or may_pass:
        row = _row(desk, one, CreditState.WAITING, code=refusal.code, refusals=one.refusals + 1)
        return done_with(row, again_on(one.incoming.message, today + timedelta(days=1), now=now))
    return _refused(desk, one, code=refusal.code, advice=advice_on(refusal.code))


def _refused(desk: Desk, one: Crediting, *, code: str, advice: Advice) -> Done:
    log.info("credit refused", credit=one.credit.credit_reference, code=code)
    asked = task(
        one.incoming,
        TaskKind.CREDIT_REFUSED,
        one.credit.credit_reference,
        f"Credit note {one.credit.number} was not reported",
        advice=advice,
        now=desk.clock.now(),
        amount=one.credit.amount,
        detail=detail_of(code),
    )
    row = _row(desk, one, CreditState.REFUSED, code=code, refusals=one.refusals + 1)
    return done_with(row, asked)


def _row(
    desk: Desk,
    one: Crediting,
    state: CreditState,
    *,
    code: str | None = None,
    refusals: int | None = None,
    credited: Decimal = ZERO,
    charged: Decimal = ZERO,
) -> Write:
    return save_credit(
        ReportedCredit(
            client_id=one.credit.client_id,
            credit_reference=one.credit.credit_reference,
            claim_reference=one.credit.claim_reference,
            state=state,
            amount=one.credit.amount,
            currency=one.credit.currency,
            credit_date=one.credit.credit_date,
            updated_at=desk.clock.now(),
            credited_principal=credited,
            charged_to_client=charged,
            code=code[:60] if code else None,
            refusals=one.refusals if refusals is None else refusals,
        )
    )
