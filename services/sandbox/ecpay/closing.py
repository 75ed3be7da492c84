"""Closing a claim for a reason, and opening it again when money turns out not to have come."""

from __future__ import annotations

from dataclasses import replace

from services.sandbox.ecpay import settling
from services.sandbox.ecpay.claims import Claim
from services.sandbox.ecpay.cover import Parts
from services.sandbox.ecpay.creditor import Creditor
from services.sandbox.ecpay.lifecycle import Stage, Status, reopened_stage
from services.sandbox.ecpay.problems import Refusal
from shared.messages.money import ZERO

BY_MONEY = frozenset({"PAID", "PAID_DIRECT"})
LOSSES = frozenset(
    {"INSOLVENT", "DECEASED", "DEBT_RELIEF", "TIME_BARRED", "UNCOLLECTIBLE", "MINOR"}
)
REASONS = BY_MONEY | LOSSES | {"CREDITED", "WITHDRAWN", "REJECTED_INVALID", "DISPUTED_DROPPED"}


def refuse_closed(claim: Claim) -> None:
    """Refuse what a closed claim no longer takes.

    Raises:
        Refusal: The claim is closed.
    """
    if not claim.is_open:
        raise Refusal("CLAIM_CLOSED", allowed_actions=())


def close(creditor: Creditor, claim: Claim, code: str) -> Parts:
    """Close a claim; interest and costs that are left are waived towards the debtor.

    Returns:
        What was waived; the principal is part of it only when the claim was credited.
    """
    waived = creditor.owed(claim, creditor.office.today)
    if code != "CREDITED":
        waived = replace(waived, principal=ZERO)
    claim.waive(waived)
    claim.waived_on_closing = waived
    claim.interest_until = creditor.office.today
    claim.closed_in, claim.stage, claim.status = claim.stage, Stage.CLOSED, Status.CLOSED
    claim.status_reason, claim.paused_until = None, None
    claim.close_code, claim.closed_at = code, creditor.office.stamp()
    creditor.changed(claim)
    creditor.tell("claim.closed", claim, closeCode=code)
    if code in LOSSES:
        _list_loss(creditor, claim, code)
    return waived


def reopen(creditor: Creditor, claim: Claim) -> None:
    """Open a claim that money had closed; what was waived with it is owed again."""
    if claim.waived_on_closing is not None:
        claim.waive(-claim.waived_on_closing)
    stage = reopened_stage(claim.closed_in or Stage.FOLLOW_UP)
    claim.stage, claim.status = stage, Status.ACTIVE
    claim.closed_at = claim.close_code = claim.closed_in = None
    claim.waived_on_closing = claim.interest_until = None
    creditor.tell("claim.status_changed", claim, **{"from": "CLOSED", "to": "ACTIVE"})
    creditor.tell("claim.stage_changed", claim, **{"from": "CLOSED", "to": stage})
    creditor.plan(claim)


def close_when_covered(creditor: Creditor, claim: Claim, code: str) -> bool:
    """Close a claim on which nothing is owed any more; tell whether it was closed."""
    if creditor.owed(claim, creditor.office.today).total > ZERO:
        return False
    close(creditor, claim, code)
    return True


def _list_loss(creditor: Creditor, claim: Claim, code: str) -> None:
    line = settling.line_on(
        claim,
        creditor.terms,
        line_id=f"lin_{creditor.office.number('line'):010d}",
        kind="CREDIT_LOSS",
        booked=creditor.office.today,
    )
    creditor.unsettled.append(replace(line, reason=code))
