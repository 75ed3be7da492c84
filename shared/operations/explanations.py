"""Why an invoice is or is not sent, and when it will be, in plain words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from shared.clock import oslo_date
from shared.messages.money import Money
from shared.receivables.eligibility import Reason, Why
from shared.store.claims import ClaimState, HandedOver
from shared.store.clients import Client, ClientState
from shared.store.feeds import CaseNews
from shared.store.reported import PaymentState, ReportedCredit, ReportedPayment
from shared.store.watched import WatchedInvoice

CLOSED: dict[str, str] = {
    "PAID": "it was paid to ECPay",
    "PAID_DIRECT": "it was paid to the creditor",
    "CREDITED": "it was credited",
    "WITHDRAWN": "it was withdrawn",
    "REJECTED_INVALID": "ECPay found the claim not valid",
    "DISPUTED_DROPPED": "it is disputed, and ECPay dropped it",
    "INSOLVENT": "the debtor is insolvent",
    "DECEASED": "the debtor has died",
    "DEBT_RELIEF": "the debtor is under debt relief",
    "TIME_BARRED": "it is time-barred",
    "UNCOLLECTIBLE": "ECPay could not collect it",
    "MINOR": "the debtor is a minor",
    "DUPLICATE": "ECPay has it twice",
}
RECEIVED = "RECEIVED"
NEXT_STEPS: dict[str, str] = {
    RECEIVED: "notice of debt collection",
    "NOTICE_SENT": "payment demand",
    "PAYMENT_DEMAND_SENT": "follow-up by a case handler",
    "FOLLOW_UP": "legal steps or surveillance",
    "LEGAL": "the outcome of the legal steps",
    "SURVEILLANCE": "a new look from time to time",
}
"""What ECPay does after a stage, by its calendar."""


class File(Protocol):
    """What our books hold on one invoice."""

    @property
    def client(self) -> Client:
        """Whose it is."""

    @property
    def known(self) -> WatchedInvoice:
        """The invoice as it was last read."""

    @property
    def claim(self) -> HandedOver | None:
        """Its hand-over."""

    @property
    def case(self) -> CaseNews | None:
        """What ECPay's events say."""

    @property
    def payments(self) -> tuple[ReportedPayment, ...]:
        """Direct payments."""

    @property
    def credits(self) -> tuple[ReportedCredit, ...]:
        """Full credits."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer to "why is this invoice not sent".

    Attributes:
        sent: Whether it was handed over.
        will_be_sent_on: The day it will be if nothing changes, None if it will not by itself.
        told: The answer, sentence by sentence.
    """

    client_id: str
    invoice_number: str
    invoice_id: int
    due_date: date | None
    outstanding: Money
    sent: bool
    will_be_sent_on: date | None
    told: tuple[str, ...]


def explain(file: File, today: date) -> Explanation:
    """Explain where an invoice stands and what happens next."""
    known = file.known
    sent = known.handed_over_at is not None or _is_registered(file.claim)
    on = None if sent else sending_day(file, today)
    told = [*_claim(file)] if file.claim or sent else [*_waiting(file, on, today)]
    return Explanation(
        client_id=known.client_id,
        invoice_number=known.invoice_number,
        invoice_id=known.invoice_id,
        due_date=known.due_date,
        outstanding=Money(amount=known.outstanding),
        sent=sent,
        will_be_sent_on=on,
        told=tuple(told),
    )


def sending_day(file: File, today: date) -> date | None:
    """Return the day on which it will be handed over if nothing changes."""
    reasons = reasons_of(file.known)
    if file.client.state is not ClientState.ACTIVE or file.claim is not None:
        return None
    days = [reason.until for reason in reasons]
    if any(day is None for day in days):
        return None
    return max([day for day in days if day], default=today)


def reasons_of(known: WatchedInvoice) -> Sequence[Reason]:
    """Return why an invoice was not handed over, a hold by a person included."""
    found = [
        Reason(Why(each["why"] or ""), _day(each.get("until")))
        for each in known.reasons
        if each["why"] in set(Why)
    ]
    noted = {reason.why for reason in found}
    if known.excluded and Why.EXCLUDED not in noted:
        found.append(Reason(Why.EXCLUDED))
    if known.held and Why.HELD not in noted:
        found.append(Reason(Why.HELD, known.held_until))
    return found


def _claim(file: File) -> Iterator[str]:
    claim, known = file.claim, file.known
    if claim is None:
        yield "It is on its way to ECPay; ecpay-forwarder has not handed it over yet."
        return
    if claim.state is ClaimState.REGISTERED:
        yield from _case(file, claim)
    elif claim.state is ClaimState.WAITING:
        yield f"ECPay did not take it yet ({claim.code}); it is tried again by itself."
    elif claim.state is ClaimState.REJECTED:
        yield f"ECPay refused it ({claim.code}); 'restanse task list' says what to do."
    else:
        yield f"It was not handed over after all: it was paid or credited in time ({claim.code})."
    if known.held_reason:
        yield f"A person noted: {known.held_reason}."


def _case(file: File, claim: HandedOver) -> Iterator[str]:
    day = oslo_date(claim.registered_at) if claim.registered_at else "an unknown day"
    amount = Money(amount=claim.outstanding_handed_over)
    yield f"It was handed over to ECPay on {day} with {amount}; case number {claim.case_number}."
    yield from _progress(file.case)
    yield from _reported(file)


def _progress(case: CaseNews | None) -> Iterator[str]:
    if case is not None and case.close_code:
        yield f"ECPay has closed the case: {CLOSED.get(case.close_code, case.close_code)}."
        return
    stage = (case.stage if case else None) or RECEIVED
    status = (case.status if case else None) or "ACTIVE"
    yield f"The case is {status}, in stage {stage}."
    if stage in NEXT_STEPS:
        after = f", not before {case.deadline}" if case and case.deadline else ""
        yield f"Next at ECPay: {NEXT_STEPS[stage]}{after}."


def _reported(file: File) -> Iterator[str]:
    for payment in file.payments:
        told = {
            PaymentState.BEFORE: "was listed in the hand-over",
            PaymentState.REPORTED: "was reported to ECPay",
            PaymentState.REVERSED: "was reported, and taken back",
            PaymentState.WAITING: f"waits to be reported ({payment.code})",
            PaymentState.REFUSED: f"was refused by ECPay ({payment.code})",
            PaymentState.NOT_REPORTED: "did not have to be reported",
        }[payment.state]
        yield f"A payment of {Money(amount=payment.amount)} on {payment.payment_date} {told}."
    for credit in file.credits:
        told = f"{credit.state.value.lower().replace('_', ' ')}"
        yield f"A credit of {Money(amount=credit.amount)} on {credit.credit_date} is {told}."


def _waiting(file: File, on: date | None, today: date) -> Iterator[str]:
    known, owner = file.known, file.client
    reasons = reasons_of(known)
    for reason in reasons:
        yield f"It is not sent: {reason.text}."
    if known.held_reason:
        yield f"The person who held it wrote: {known.held_reason}."
    if owner.state is ClientState.ADDED:
        yield (
            f"Nothing of {owner.client_id} is sent before 'restanse client confirm "
            f"{owner.client_id}'."
        )
    elif owner.state is ClientState.PAUSED:
        yield f"Client {owner.client_id} is paused; 'restanse client resume' goes on."
    elif on is None:
        yield "It will not be sent by itself; when the reason is put right, the next poll sees it."
    elif on <= today:
        yield "It will be sent at the next poll."
    else:
        yield f"It will be sent on {on} if nothing changes."


def _is_registered(claim: HandedOver | None) -> bool:
    return claim is not None and claim.state is ClaimState.REGISTERED


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
