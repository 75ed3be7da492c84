"""What arrives on the queue of the payment-reconciler, and who handles it.

Payments of one batch are decided on together, in one transaction; settlements and feed requests
are handled one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import structlog

from services.payment_reconciler.origins import decide_payment, decide_reversal
from shared.clock import Clock
from shared.faults import Bug, Fault, Retryable
from shared.messages.catalog import (
    PAYMENT_DIRECT,
    PAYMENT_DIRECT_REVERSED,
    PAYMENT_RECEIVED,
    PAYMENT_REVERSED,
    POLL_FEED,
    SETTLEMENT_ISSUED,
    AnyEvent,
    event,
)
from shared.messages.payments import Payment
from shared.pipeline.outcomes import Dead, Done, HandleOne, Handler, Incoming, Outcome, Retry
from shared.pipeline.single import one_by_one
from shared.store import payments
from shared.store.engine import Store
from shared.store.payments import DecidedPayment, Decision

log = structlog.get_logger()

CONCURRENCY = 8


class Reconciler:
    """Handles every kind of message on the queue; safe to share between batches."""

    def __init__(
        self, store: Store, clock: Clock, *, read_feeds: HandleOne, judge_settlement: HandleOne
    ) -> None:
        self._store = store
        self._clock = clock
        self._by_type: Mapping[str, Handler] = {
            PAYMENT_RECEIVED.name: self._payments,
            PAYMENT_REVERSED.name: self._payments,
            POLL_FEED.name: one_by_one(read_feeds, concurrency=CONCURRENCY),
            SETTLEMENT_ISSUED.name: one_by_one(judge_settlement, concurrency=CONCURRENCY),
        }

    async def __call__(self, batch: Sequence[Incoming]) -> Sequence[Outcome]:
        """Handle a batch, the messages of one kind together."""
        groups: dict[Handler | None, list[int]] = {}
        for place, incoming in enumerate(batch):
            handler = self._by_type.get(incoming.message.type)
            groups.setdefault(handler, []).append(place)
        outcomes: dict[int, Outcome] = {}
        for handler, places in groups.items():
            group = [batch[place] for place in places]
            made = [_misrouted(one) for one in group] if handler is None else await handler(group)
            outcomes.update(zip(places, made, strict=True))
        return [outcomes[place] for place in range(len(batch))]

    async def _payments(self, batch: Sequence[Incoming]) -> Sequence[Outcome]:
        now = self._clock.now()
        reversals = {
            one.message.data.payment_reference
            for one in batch
            if one.message.type == PAYMENT_REVERSED.name
        }

        def choose(payment: Payment, known: Sequence[DecidedPayment]) -> DecidedPayment | Fault:
            is_reversal = payment.payment_reference in reversals
            return (decide_reversal if is_reversal else decide_payment)(payment, known, now=now)

        # Payments first, so that a reversal in the same batch finds what it takes back.
        order = sorted(range(len(batch)), key=partial(_reversals_last, batch))
        found = await payments.decide(
            self._store, [batch[place].message.data for place in order], choose, now=now
        )
        outcomes = {
            place: _outcome(batch[place].message, decided)
            for place, decided in zip(order, found, strict=True)
        }
        return [outcomes[place] for place in range(len(batch))]


def _reversals_last(batch: Sequence[Incoming], place: int) -> tuple[bool, int]:
    return batch[place].message.type == PAYMENT_REVERSED.name, place


def _misrouted(incoming: Incoming) -> Outcome:
    told = f"{incoming.message.type} does not belong on queue {incoming.queue}"
    return Dead(Bug(told, code="MISROUTED"))


def _outcome(message: AnyEvent, decided: DecidedPayment | Fault) -> Outcome:
    if isinstance(decided, Fault):
        return Retry(decided) if isinstance(decided, Retryable) else Dead(decided)
    log.info(
        "payment origin decided",
        client_id=decided.client_id,
        payment_reference=decided.payment_reference,
        claim_reference=decided.claim_reference,
        decision=decided.decision.value,
        reported_as=decided.reported_as,
        amount=str(decided.amount),
    )
    if decided.decision is not Decision.FORWARDED:
        return Done()
    return Done(messages=(_forwarded(message, decided),))


def _forwarded(message: AnyEvent, decided: DecidedPayment) -> AnyEvent:
    is_reversal = message.type == PAYMENT_REVERSED.name
    body: Payment = message.data
    if is_reversal:
        body = body.model_copy(update={"reverses": decided.reported_as})
    return event(
        PAYMENT_DIRECT_REVERSED if is_reversal else PAYMENT_DIRECT,
        body,
        subject=message.subject,
        system="restanse",
        time=message.time,
        key=body.payment_reference,
    )
