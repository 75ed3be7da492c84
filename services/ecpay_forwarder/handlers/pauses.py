"""Pause a claim whose invoice was credited in a way that ECPay does not take.

ECPay takes full credits only, and a debtor must not be chased for what was taken back. The case
stands still while a person decides; the task about that is opened by who found the credit.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from services.ecpay_forwarder.handlers.desk import Desk, again_on, before_its_claim, done_with
from shared.faults import Invalid
from shared.messages.credit_notes import PAUSED_FOR, CreditNote
from shared.pipeline.outcomes import Done, Incoming
from shared.providers.ecpay.keys import idempotency_key
from shared.providers.ecpay.requests import ActionType, ClaimAction
from shared.store.claims import ClaimState, find_claims

log = structlog.get_logger()

_STANDS_STILL = frozenset({"ACTION_NOT_ALLOWED", "CLAIM_CLOSED"})
"""Refused because the case is paused, disputed or closed: it chases nobody as it is."""


async def pause(desk: Desk, incoming: Incoming) -> Done:
    """Pause the claim of a credit that is not a full one.

    Raises:
        NotYet: The claim has not been handed over yet.
    """
    credit: CreditNote = incoming.message.data
    claims = await find_claims(desk.store, credit.client_id, {credit.claim_reference})
    claim = claims.get(credit.claim_reference)
    client = await desk.client(credit.client_id)
    today, now = desk.clock.today(), desk.clock.now()
    if claim is None:
        return before_its_claim(incoming, client, credit.credit_reference, today=today, now=now)
    if claim.state is ClaimState.WAITING:
        return done_with(again_on(incoming.message, today + timedelta(days=1), now=now))
    if claim.state is not ClaimState.REGISTERED or claim.claim_id is None:
        return Done()
    action = ClaimAction(type=ActionType.PAUSE, until=today + PAUSED_FOR)
    key = idempotency_key(f"pause {claim.claim_id} {credit.credit_reference}", [action])
    try:
        await desk.creditor(client).act(claim.claim_id, action, key=key)
    except Invalid as refusal:
        if refusal.code not in _STANDS_STILL:
            raise
        log.info("claim stands still", claim_reference=claim.claim_reference, code=refusal.code)
    else:
        log.info("claim paused", claim_reference=claim.claim_reference, until=str(action.until))
    return Done()
