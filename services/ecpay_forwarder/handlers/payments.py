"""Report payments the creditor received, in batches, each payment once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.ecpay_forwarder.handlers.desk import (
    Desk,
    again_on,
    before_its_claim,
    detail_of,
    done_with,
    task,
)
from services.ecpay_forwarder.mapping import payment_create
from services.ecpay_forwarder.tasks import SURPLUS, TaskKind, advice_on
from shared.faults import Fault, Invalid, NotYet, Transient
from shared.messages.money import ZERO
from shared.messages.payments import Payment, ReceivedBy
from shared.pipeline.outcomes import Dead, Done, Incoming, Outcome, Retry
from shared.providers.ecpay.keys import idempotency_key
from shared.providers.ecpay.problems import DEPENDENCY, Call, Fate, fate_of, fault_of
from shared.providers.ecpay.requests import PaymentCreate
from shared.providers.ecpay.wire import Payment as Registered
from shared.providers.ecpay.wire import PaymentResult, Problem
from shared.store.claims import ClaimState, HandedOver, find_claims
from shared.store.clients import Client
from shared.store.reported import PaymentState, ReportedPayment, find_payments, save_payment
from shared.store.write import Write

log = structlog.get_logger()

AGENCY_MONEY = "AGENCY_MONEY"
NO_CLAIM = "NO_CLAIM"
_KNOWN_THERE = frozenset({PaymentState.BEFORE, PaymentState.REPORTED, PaymentState.REVERSED})
_NEVER_A_CLAIM = frozenset({ClaimState.REJECTED, ClaimState.NOT_NEEDED})


@dataclass(frozen=True, slots=True)
class Report:
    """A payment that ECPay is to be told of.

    Attributes:
        refusals: How often ECPay has refused it and remembers.
    """

    incoming: Incoming
    payment: Payment
    request: PaymentCreate
    refusals: int


async def report(desk: Desk, batch: Sequence[Incoming]) -> Sequence[Outcome]:
    """Report up to 200 payments of one client; returns one outcome per message, in order."""
    client = await desk.client(batch[0].message.data.client_id)
    return await Reporting(desk, client).run(batch)


class Reporting:
    """The report of one batch of one client."""

    def __init__(self, desk: Desk, client: Client) -> None:
        self._desk = desk
        self._client = client
        self._now = desk.clock.now()
        self._today = desk.clock.today()

    async def run(self, batch: Sequence[Incoming]) -> Sequence[Outcome]:
        """Report a batch; returns one outcome per message, in order."""
        payments: list[Payment] = [incoming.message.data for incoming in batch]
        store, client_id = self._desk.store, self._client.client_id
        claims = await find_claims(store, client_id, {one.claim_reference for one in payments})
        earlier = await find_payments(
            store, client_id, {one.payment_reference for one in payments}
        )
        outcomes: dict[int, Outcome] = {}
        reports: dict[int, Report] = {}
        for place, (incoming, payment) in enumerate(zip(batch, payments, strict=True)):
            claim = claims.get(payment.claim_reference)
            decided = self._decide(incoming, claim, earlier.get(payment.payment_reference))
            if isinstance(decided, Report):
                reports[place] = decided
            else:
                outcomes[place] = decided
        outcomes |= await self._send(reports)
        return [outcomes[place] for place in range(len(batch))]

    def _decide(
        self, incoming: Incoming, claim: HandedOver | None, earlier: ReportedPayment | None
    ) -> Report | Outcome:
        payment: Payment = incoming.message.data
        if earlier and earlier.state in _KNOWN_THERE:
            return Done()
        if payment.received_by is ReceivedBy.AGENCY:
            log.warning("money of the collector kept back", payment=payment.payment_reference)
            return self._not_reported(payment, AGENCY_MONEY)
        if claim is None or claim.state is ClaimState.WAITING:
            return self._wait_for_claim(incoming, claim)
        if claim.state in _NEVER_A_CLAIM:
            return self._not_reported(payment, NO_CLAIM)
        return self._on_claim(incoming, claim, earlier.refusals if earlier else 0)

    def _on_claim(self, incoming: Incoming, claim: HandedOver, refusals: int) -> Report | Outcome:
        payment: Payment = incoming.message.data
        if payment.payment_date > self._today:
            return done_with(again_on(incoming.message, payment.payment_date, now=self._now))
        try:
            request = payment_create(payment, claim.invoice_date)
        except Invalid as fault:
            return Dead(fault)
        return Report(incoming, payment, request, refusals)

    def _wait_for_claim(self, incoming: Incoming, claim: HandedOver | None) -> Outcome:
        payment: Payment = incoming.message.data
        if claim is not None:
            tomorrow = self._today + timedelta(days=1)
            return done_with(again_on(incoming.message, tomorrow, now=self._now))
        what = payment.payment_reference
        try:
            return before_its_claim(incoming, self._client, what, today=self._today, now=self._now)
        except NotYet as fault:
            return Retry(fault)

    def _not_reported(self, payment: Payment, code: str) -> Outcome:
        row = self._row(payment, PaymentState.NOT_REPORTED, code=code)
        return done_with(save_payment(row))

    async def _send(self, reports: Mapping[int, Report]) -> Mapping[int, Outcome]:
        if not reports:
            return {}
        requests = [one.request for one in reports.values()]
        refusals = sum(one.refusals for one in reports.values())
        answers = await self._desk.creditor(self._client).report_payments(
            requests, key=idempotency_key("payments", requests, refusals=refusals)
        )
        return {
            place: self._outcome(one, answer)
            for (place, one), answer in zip(reports.items(), answers, strict=True)
        }

    def _outcome(self, one: Report, answer: PaymentResult) -> Outcome:
        if answer.payment is not None:
            return self._registered(one, answer.payment)
        problem = answer.problem
        if problem is None:
            return Retry(_unclear(one.payment.payment_reference))
        if fate_of(answer.status, problem.code) is not Fate.REFUSED:
            call = Call(f"report {one.payment.payment_reference}", self._client.client_id)
            return Retry(fault_of(call, answer.status, problem))
        if problem.code == "DATE_IN_FUTURE":
            return self._put_off(one, problem)
        return self._refused(one, problem)

    def _registered(self, one: Report, answer: Registered) -> Outcome:
        payment = one.payment
        row = self._row(
            payment,
            PaymentState.REPORTED,
            applied=answer.applied_to_principal,
            unapplied=answer.unapplied,
        )
        log.info(
            "payment reported",
            payment=payment.payment_reference,
            claim_reference=payment.claim_reference,
            unapplied=str(answer.unapplied),
        )
        if answer.unapplied <= ZERO:
            return done_with(save_payment(row))
        asked = task(
            one.incoming,
            TaskKind.PAYMENT_SURPLUS,
            payment.payment_reference,
            f"Payment on {payment.claim_reference}",
            advice=SURPLUS,
            now=self._now,
            amount=answer.unapplied,
        )
        return done_with(save_payment(row), asked)

    def _put_off(self, one: Report, problem: Problem) -> Outcome:
        """Try again on the day of the payment, at the earliest tomorrow."""
        day = max(one.payment.payment_date, self._today + timedelta(days=1))
        row = self._refused_row(one, PaymentState.WAITING, problem)
        return done_with(save_payment(row), again_on(one.incoming.message, day, now=self._now))

    def _refused(self, one: Report, problem: Problem) -> Outcome:
        payment = one.payment
        log.info("payment refused", payment=payment.payment_reference, code=problem.code)
        asked: Write = task(
            one.incoming,
            TaskKind.PAYMENT_REFUSED,
            payment.payment_reference,
            f"Payment on {payment.claim_reference} was not taken",
            advice=advice_on(problem.code),
            now=self._now,
            amount=payment.amount,
            detail=detail_of(problem.code, problem),
        )
        return done_with(
            save_payment(self._refused_row(one, PaymentState.REFUSED, problem)), asked
        )

    def _refused_row(self, one: Report, state: PaymentState, problem: Problem) -> ReportedPayment:
        return self._row(one.payment, state, code=problem.code[:60], refusals=one.refusals + 1)

    def _row(self, payment: Payment, state: PaymentState, **more: object) -> ReportedPayment:
        return ReportedPayment(
            client_id=payment.client_id,
            payment_reference=payment.payment_reference,
            claim_reference=payment.claim_reference,
            state=state,
            amount=payment.amount,
            currency=payment.currency,
            payment_date=payment.payment_date,
            updated_at=self._now,
            **more,  # type: ignore[arg-type]  # the other columns, by name
        )


def _unclear(reference: str) -> Fault:
    msg = f"ECPay did not say what became of payment {reference}"
    return Transient(msg, code="UNCLEAR", dependency=DEPENDENCY)
