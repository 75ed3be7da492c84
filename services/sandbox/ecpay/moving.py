"""What happens on a day by itself: letters, fees, stages, the end of a pause."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from services.sandbox.ecpay import costs
from services.sandbox.ecpay.claims import Claim
from services.sandbox.ecpay.creditor import Creditor
from services.sandbox.ecpay.lifecycle import (
    LETTER_DEADLINE,
    Stage,
    Status,
    Step,
    double_fee_day,
)
from shared.messages.money import ZERO

_STAGE_OF = {
    Step.NOTICE: Stage.NOTICE_SENT,
    Step.PAYMENT_DEMAND: Stage.PAYMENT_DEMAND_SENT,
    Step.FOLLOW_UP: Stage.FOLLOW_UP,
    Step.SURVEILLANCE: Stage.SURVEILLANCE,
}


def run_day(creditor: Creditor, day: date) -> None:
    """Take every step of a creditor's claims that is due on a day, letters dated that day.

    A day is run when it begins and once more when it ends, for the claims that came during it.
    """
    for claim in creditor.agenda.pop(day, ()):
        if claim.is_open:
            _end_pause(creditor, claim, day)
            _double_fee(creditor, claim, day)
            _take_step(creditor, claim, day)


def change_status(
    creditor: Creditor, claim: Claim, status: Status, reason: str | None = None
) -> None:
    """Give a claim another status and tell of it."""
    before, claim.status, claim.status_reason = claim.status, status, reason
    if status is not Status.PAUSED:
        claim.paused_until = None
    creditor.changed(claim)
    creditor.tell(
        "claim.status_changed", claim, **{"from": before, "to": status, "reason": reason}
    )
    creditor.plan(claim)


def _end_pause(creditor: Creditor, claim: Claim, day: date) -> None:
    if claim.paused_until is not None and claim.paused_until < day:
        change_status(creditor, claim, Status.ACTIVE)


def _take_step(creditor: Creditor, claim: Claim, day: date) -> None:
    planned = claim.planned(creditor.terms)
    if planned is None:
        return
    if planned.earliest > day:
        creditor.plan(claim)
        return
    before = claim.stage
    claim.stage = _STAGE_OF.get(planned.step, claim.stage)
    _send_letter(creditor, claim, planned.step, day=day)
    creditor.changed(claim)
    if claim.stage is not before:
        has_letter = planned.step in (Step.NOTICE, Step.PAYMENT_DEMAND)
        creditor.tell(
            "claim.stage_changed",
            claim,
            **{"from": before, "to": claim.stage},
            letterDate=day.isoformat() if has_letter else None,
            deadline=(day + LETTER_DEADLINE).isoformat() if has_letter else None,
        )
    creditor.plan(claim)


def _send_letter(creditor: Creditor, claim: Claim, step: Step, *, day: date) -> None:
    match step:
        case Step.REMINDER:
            claim.letters = replace(claim.letters, reminder=day)
            _letter_fee(claim, day)
        case Step.NOTICE:
            claim.letters = replace(claim.letters, notice=day)
            _letter_fee(claim, day)
        case Step.PAYMENT_DEMAND:
            claim.letters = replace(claim.letters, demand=day)
            claim.collection_fee.original += _collection_fee(creditor, claim, day)
            doubles = double_fee_day(claim.letters)
            if doubles:
                creditor.agenda[doubles].append(claim)
        case _:
            pass


def _letter_fee(claim: Claim, day: date) -> None:
    sent = claim.client_fee_letters + sum(
        letter is not None for letter in (claim.letters.reminder, claim.letters.notice)
    )
    if sent <= costs.LETTERS_WITH_FEE:
        claim.letter_fee.original += costs.letter_fee(day)


def _collection_fee(creditor: Creditor, claim: Claim, day: date) -> Decimal:
    if claim.principal.remaining <= ZERO:
        return ZERO
    fee = costs.collection_fee(
        claim.principal.remaining,
        day,
        business=claim.business,
        vat_registered=creditor.terms.vat_registered,
        vat_rate=creditor.terms.vat_rate_percent,
    )
    return max(fee - claim.compensation.original, ZERO)


def _double_fee(creditor: Creditor, claim: Claim, day: date) -> None:
    due = double_fee_day(claim.letters)
    if due is None or claim.fee_doubled or day < due:
        return
    if claim.status in (Status.DISPUTED, Status.PAYMENT_PLAN):
        creditor.agenda[day + timedelta(days=1)].append(claim)
        return
    claim.fee_doubled = True
    claim.collection_fee.original += _collection_fee(creditor, claim, day)
    creditor.changed(claim)
