"""Hand invoices over: one claim per client and invoice, ever."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from services.ecpay_forwarder.handlers.desk import Desk, again_on, detail_of, done_with, task
from services.ecpay_forwarder.mapping import claim_create
from services.ecpay_forwarder.rereading import as_of_now, is_stale
from services.ecpay_forwarder.tasks import NOT_IN_TRIPLETEX, Advice, TaskKind, advice_on
from shared.faults import Fault, Invalid, Outage, Transient
from shared.messages.catalog import INVOICE_REGISTERED, INVOICE_REJECTED, event
from shared.messages.invoices import ClaimRegistered, ClaimRejected, Invoice
from shared.pipeline.outcomes import Dead, Done, Incoming, Outcome, Retry
from shared.providers.ecpay.keys import idempotency_key
from shared.providers.ecpay.problems import DEPENDENCY, Call, Fate, fate_of, fault_of
from shared.providers.ecpay.requests import ClaimCreate
from shared.providers.ecpay.wire import Claim, ClaimResult, Problem
from shared.store.claims import ClaimState, HandedOver, find_claims, save_claim
from shared.store.clients import Client, ClientState
from shared.store.reported import PaymentState, ReportedPayment, save_payment
from shared.store.write import Write

log = structlog.get_logger()

NOT_FOUND = "NOT_IN_TRIPLETEX"
NOTHING_OWED = "NOTHING_OWED"
PAUSE = timedelta(minutes=15)
_UNTIL_A_DAY = frozenset({"NOT_OVERDUE_ENOUGH", "AGREEMENT_INACTIVE"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """An invoice on its way, as it stands now.

    Attributes:
        known: What became of an earlier try.
    """

    incoming: Incoming
    invoice: Invoice
    known: HandedOver | None

    @property
    def refusals(self) -> int:
        """Return how often ECPay has refused it and remembers."""
        return self.known.refusals if self.known else 0


async def register(desk: Desk, batch: Sequence[Incoming]) -> Sequence[Outcome]:
    """Hand over up to 200 invoices of one client; returns one outcome per message, in order."""
    client = await desk.client(batch[0].message.data.client_id)
    if client.state is not ClientState.ACTIVE:
        return [Retry(_paused(client), after=PAUSE)] * len(batch)
    return await Registration(desk, client).run(batch)


class Registration:
    """The hand-over of one batch of one client."""

    def __init__(self, desk: Desk, client: Client) -> None:
        self._desk = desk
        self._client = client
        self._creditor = desk.creditor(client)
        self._now = desk.clock.now()
        self._today = desk.clock.today()
        self._tomorrow = self._today + timedelta(days=1)

    async def run(self, batch: Sequence[Incoming]) -> Sequence[Outcome]:
        """Hand over a batch; returns one outcome per message, in order."""
        outcomes: dict[int, Outcome] = {}
        candidates = await self._candidates(batch, outcomes)
        sendable = await self._sendable(candidates, outcomes)
        if sendable:
            answers = await self._creditor.create_claims(
                [request for _, request in sendable.values()], key=_key(sendable.values())
            )
            for (place, (candidate, _)), answer in zip(sendable.items(), answers, strict=True):
                outcomes[place] = await self._outcome(candidate, answer)
        return [outcomes[place] for place in range(len(batch))]

    async def _candidates(
        self, batch: Sequence[Incoming], outcomes: dict[int, Outcome]
    ) -> Mapping[int, Candidate]:
        """Return what is still to be handed over, by place, as it stands in Tripletex now."""
        invoices: list[Invoice] = [incoming.message.data for incoming in batch]
        references = {invoice.claim_reference for invoice in invoices}
        known = await find_claims(self._desk.store, self._client.client_id, references)
        candidates: dict[int, Candidate] = {}
        for place, (incoming, invoice) in enumerate(zip(batch, invoices, strict=True)):
            earlier = known.get(invoice.claim_reference)
            if earlier and earlier.state is ClaimState.REGISTERED:
                outcomes[place] = Done()
            else:
                candidates[place] = Candidate(incoming, invoice, earlier)
        return await self._reread(candidates, outcomes)

    async def _reread(
        self, candidates: dict[int, Candidate], outcomes: dict[int, Outcome]
    ) -> Mapping[int, Candidate]:
        stale = {
            place: one for place, one in candidates.items() if is_stale(one.invoice, self._now)
        }
        if not stale:
            return candidates
        ids = sorted({one.invoice.invoice_id for one in stale.values()})
        found = await self._desk.company(self._client).invoices(ids=ids)
        fresh = {invoice.id: invoice for invoice in found}
        for place, one in stale.items():
            seen = fresh.get(one.invoice.invoice_id)
            if seen is None:
                del candidates[place]
                outcomes[place] = self._rejected(one, NOT_FOUND, NOT_IN_TRIPLETEX)
                continue
            current = as_of_now(
                one.invoice, seen, company_id=self._client.company_id, now=self._now
            )
            if current is None:
                del candidates[place]
                outcomes[place] = self._not_needed(one)
            else:
                candidates[place] = replace(one, invoice=current)
        return candidates

    async def _sendable(
        self, candidates: Mapping[int, Candidate], outcomes: dict[int, Outcome]
    ) -> Mapping[int, tuple[Candidate, ClaimCreate]]:
        if not candidates:
            return {}
        agreement = await self._desk.agreement(self._client)
        stages = agreement.capabilities.entry_stages
        sendable: dict[int, tuple[Candidate, ClaimCreate]] = {}
        for place, one in candidates.items():
            try:
                sendable[place] = (one, claim_create(one.invoice, stages, self._today))
            except Invalid as fault:
                outcomes[place] = Dead(fault)
        return sendable

    async def _outcome(self, candidate: Candidate, answer: ClaimResult) -> Outcome:
        """Return what one answer means; looks the claim up where the answer does not tell."""
        if answer.claim is not None:
            return self._registered(candidate, answer.claim)
        problem = answer.problem
        if problem is None or problem.code == "DUPLICATE_CLAIM_REFERENCE":
            return await self._looked_up(candidate, problem)
        if fate_of(answer.status, problem.code) is not Fate.REFUSED:
            call = Call(f"hand over {candidate.invoice.claim_reference}", self._client.client_id)
            return Retry(fault_of(call, answer.status, problem))
        if problem.code in _UNTIL_A_DAY:
            return await self._put_off(candidate, problem)
        return self._rejected(candidate, problem.code, advice_on(problem.code), problem)

    async def _looked_up(self, candidate: Candidate, problem: Problem | None) -> Outcome:
        reference = candidate.invoice.claim_reference
        claim = await self._creditor.find_claim(reference)
        if claim is None:
            return Retry(_unclear(reference))
        if not _is_the_same(claim, candidate.invoice):
            code = problem.code if problem else "DUPLICATE_CLAIM_REFERENCE"
            return self._rejected(candidate, code, advice_on(code), problem)
        log.info("claim taken over", claim_reference=reference, claim_id=claim.claim_id)
        return self._registered(candidate, claim, taken_over=True)

    def _registered(
        self, candidate: Candidate, claim: Claim, *, taken_over: bool = False
    ) -> Outcome:
        invoice = candidate.invoice
        row = replace(
            self._row(candidate, ClaimState.REGISTERED),
            outstanding_handed_over=claim.outstanding_principal,
            claim_id=claim.claim_id,
            case_number=claim.case_number,
            entry_stage=claim.entry_stage,
            registered_at=claim.received_at,
        )
        fact = ClaimRegistered(
            client_id=invoice.client_id,
            invoice_id=invoice.invoice_id,
            claim_reference=invoice.claim_reference,
            claim_id=claim.claim_id,
            case_number=claim.case_number,
            registered_at=claim.received_at,
        )
        told = event(
            INVOICE_REGISTERED,
            fact,
            subject=invoice.claim_reference,
            system=DEPENDENCY,
            time=self._now,
        )
        # What a claim that is taken over was told of earlier payments is not known here.
        before = () if taken_over else self._paid_before(invoice)
        return Done((told,), (save_claim(row), *before))

    def _paid_before(self, invoice: Invoice) -> Sequence[Write]:
        return [
            save_payment(
                ReportedPayment(
                    client_id=invoice.client_id,
                    payment_reference=payment.payment_reference,
                    claim_reference=invoice.claim_reference,
                    state=PaymentState.BEFORE,
                    amount=payment.amount,
                    currency=invoice.currency,
                    payment_date=payment.payment_date,
                    updated_at=self._now,
                )
            )
            for payment in invoice.payments_before
        ]

    def _not_needed(self, candidate: Candidate) -> Outcome:
        log.info("claim not needed any more", claim_reference=candidate.invoice.claim_reference)
        row = replace(self._row(candidate, ClaimState.NOT_NEEDED), code=NOTHING_OWED)
        return done_with(save_claim(row))

    async def _put_off(self, candidate: Candidate, problem: Problem) -> Outcome:
        """Try again on the day that ECPay will take it, or tomorrow."""
        invoice = candidate.invoice
        day = self._tomorrow
        writes: list[Write] = []
        if problem.code == "NOT_OVERDUE_ENOUGH":
            agreement = await self._desk.agreement(self._client)
            day = max(day, invoice.due_date + timedelta(days=agreement.minimum_days_overdue))
        else:
            writes.append(self._agreement_task(candidate, problem))
        writes.append(save_claim(self._refused_row(candidate, ClaimState.WAITING, problem.code)))
        writes.append(again_on(candidate.incoming.message, day, now=self._now))
        return Done(writes=tuple(writes))

    def _agreement_task(self, candidate: Candidate, problem: Problem) -> Write:
        return task(
            candidate.incoming,
            TaskKind.AGREEMENT_INACTIVE,
            self._client.ecpay_client_id,
            "Invoices wait",
            advice=advice_on(problem.code),
            now=self._now,
            detail=detail_of(problem.code, problem),
        )

    def _rejected(
        self, candidate: Candidate, code: str, advice: Advice, problem: Problem | None = None
    ) -> Outcome:
        invoice = candidate.invoice
        row = self._refused_row(candidate, ClaimState.REJECTED, code)
        log.info("claim rejected", claim_reference=invoice.claim_reference, code=code)
        fact = ClaimRejected(
            client_id=invoice.client_id,
            invoice_id=invoice.invoice_id,
            claim_reference=invoice.claim_reference,
            code=code,
            reason=advice.wrong,
        )
        told = event(
            INVOICE_REJECTED,
            fact,
            subject=invoice.claim_reference,
            system=DEPENDENCY,
            time=self._now,
            key=f"{invoice.claim_reference}\n{row.refusals}",
        )
        asked = task(
            candidate.incoming,
            TaskKind.CLAIM_REFUSED,
            f"{invoice.claim_reference} {row.refusals}",
            f"Invoice {invoice.invoice_number} was not handed over",
            advice=advice,
            now=self._now,
            amount=invoice.outstanding,
            detail=detail_of(code, problem),
        )
        return Done((told,), (save_claim(row), asked))

    def _refused_row(self, candidate: Candidate, state: ClaimState, code: str) -> HandedOver:
        row = self._row(candidate, state)
        return replace(row, code=code[:60], refusals=candidate.refusals + 1)

    def _row(self, candidate: Candidate, state: ClaimState) -> HandedOver:
        invoice = candidate.invoice
        return HandedOver(
            client_id=invoice.client_id,
            invoice_id=invoice.invoice_id,
            claim_reference=invoice.claim_reference,
            state=state,
            invoice_number=invoice.invoice_number,
            invoice_date=invoice.invoice_date,
            due_date=invoice.due_date,
            original_amount=invoice.original_amount,
            outstanding_handed_over=invoice.outstanding,
            currency=invoice.currency,
            updated_at=self._now,
            refusals=candidate.refusals,
        )


def _key(sendable: Iterable[tuple[Candidate, ClaimCreate]]) -> str:
    pairs = list(sendable)
    refusals = sum(candidate.refusals for candidate, _ in pairs)
    return idempotency_key("claims", [request for _, request in pairs], refusals=refusals)


def _is_the_same(claim: Claim, invoice: Invoice) -> bool:
    """Tell whether a claim under our reference is about this invoice, whatever is paid on it."""
    return (
        claim.invoice_number == invoice.invoice_number
        and claim.invoice_date == invoice.invoice_date
        and claim.original_amount == invoice.original_amount
        and claim.currency == invoice.currency
    )


def _unclear(reference: str) -> Fault:
    msg = f"ECPay did not say what became of {reference} and does not know it"
    return Transient(msg, code="UNCLEAR", dependency=DEPENDENCY)


def _paused(client: Client) -> Fault:
    msg = (
        f"client {client.client_id} is {client.state.value}, so no invoice is handed over; "
        f"'restanse client confirm {client.client_id}' or 'client resume' lets them go"
    )
    return Outage(msg, dependency="client", code="CLIENT_NOT_ACTIVE", client_id=client.client_id)
