"""What the client tells or asks about a claim."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from services.sandbox.ecpay.claims import Claim
from services.sandbox.ecpay.closing import close, refuse_closed
from services.sandbox.ecpay.cover import Parts
from services.sandbox.ecpay.creditor import Creditor
from services.sandbox.ecpay.direct import charge
from services.sandbox.ecpay.lifecycle import Letters, Stage, Status
from services.sandbox.ecpay.moving import change_status
from services.sandbox.ecpay.problems import FieldError, Refusal, validation_failed
from services.sandbox.ecpay.validation import Choice, CivilDay, Text, Thing, refuse_faults

LONGEST_PAUSE = timedelta(days=180)
ACTION = Thing(
    {
        "type": Choice(
            (
                "PAUSE",
                "RESUME",
                "WITHDRAW",
                "OBJECTION",
                "OBJECTION_RESOLVED",
                "DUE_DATE_CHANGED",
                "COMMENT",
            )
        ),
        "until": CivilDay(),
        "reason": Text(longest=200, shortest=1),
        "text": Text(longest=2000, shortest=1),
        "outcome": Choice(("CLAIM_MAINTAINED", "CLAIM_DROPPED")),
        "dueDate": CivilDay(),
    },
    required=("type",),
)
# Type -> fields it needs, and fields it may have beside them.
_FIELDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "PAUSE": (("until",), ()),
    "RESUME": ((), ()),
    "WITHDRAW": (("reason",), ()),
    "OBJECTION": (("reason",), ("text",)),
    "OBJECTION_RESOLVED": (("outcome",), ()),
    "DUE_DATE_CHANGED": (("dueDate",), ()),
    "COMMENT": (("text",), ()),
}


def act(creditor: Creditor, claim: Claim, body: Any) -> dict[str, Any]:
    """Do what the client asks, and return the receipt.

    Raises:
        Refusal: Badly formed, or the claim does not take the action now.
    """
    refuse_faults(ACTION, body)
    _check_fields(creditor, claim, body)
    refuse_closed(claim)
    if body["type"] not in claim.allowed_actions:
        raise Refusal("ACTION_NOT_ALLOWED", allowed_actions=claim.allowed_actions)
    _DO[body["type"]](creditor, claim, body)
    return {
        "actionId": f"act_{creditor.office.number('action'):08d}",
        "type": body["type"],
        "acceptedAt": creditor.office.stamp(),
        "claimId": claim.claim_id,
        "claimReference": claim.claim_reference,
        "claimStage": claim.stage,
        "claimStatus": claim.status,
        "allowedActions": list(claim.allowed_actions),
        "version": claim.version,
    }


def _check_fields(creditor: Creditor, claim: Claim, body: dict[str, Any]) -> None:
    needed, allowed = _FIELDS[body["type"]]
    faults = [
        FieldError(f"/{name}", "REQUIRED", f"is required for {body['type']}")
        for name in needed
        if name not in body
    ]
    faults += [
        FieldError(f"/{name}", "UNKNOWN_FIELD", f"must be left out for {body['type']}")
        for name in body
        if name != "type" and name not in needed + allowed
    ]
    today = creditor.office.today
    if body["type"] == "PAUSE" and "until" in body:
        until = date.fromisoformat(body["until"])
        if not today < until <= today + LONGEST_PAUSE:
            faults.append(
                FieldError("/until", "OUT_OF_RANGE", "must be after today, at most 180 days ahead")
            )
    if body["type"] == "DUE_DATE_CHANGED" and _is_no_later(body.get("dueDate"), claim):
        faults.append(FieldError("/dueDate", "OUT_OF_RANGE", "must be later than the present one"))
    if faults:
        raise validation_failed(faults)


def _is_no_later(given: str | None, claim: Claim) -> bool:
    return given is not None and date.fromisoformat(given) <= claim.due_date


def _pause(creditor: Creditor, claim: Claim, body: dict[str, Any]) -> None:
    change_status(creditor, claim, Status.PAUSED)
    claim.paused_until = date.fromisoformat(body["until"])
    creditor.agenda[claim.paused_until + timedelta(days=1)].append(claim)


def _resume(creditor: Creditor, claim: Claim, _: dict[str, Any]) -> None:
    change_status(creditor, claim, Status.ACTIVE)


def _withdraw(creditor: Creditor, claim: Claim, body: dict[str, Any]) -> None:
    del body
    fee = claim.collection_fee.remaining
    close(creditor, claim, "WITHDRAWN")
    charge(creditor, claim, fee, percent=creditor.terms.withdrawal_percent, reason="WITHDRAWN")


def _object(creditor: Creditor, claim: Claim, body: dict[str, Any]) -> None:
    creditor.tell("claim.disputed", claim, reason=body["reason"])
    change_status(creditor, claim, Status.DISPUTED, body["reason"])


def _resolve(creditor: Creditor, claim: Claim, body: dict[str, Any]) -> None:
    if body["outcome"] == "CLAIM_DROPPED":
        close(creditor, claim, "DISPUTED_DROPPED")
    else:
        change_status(creditor, claim, Status.ACTIVE)


def _postpone(creditor: Creditor, claim: Claim, body: dict[str, Any]) -> None:
    """Restart the calendar: letters sent so far are void, and so are their fees."""
    claim.due_date = date.fromisoformat(body["dueDate"])
    moved = [(max(day, claim.due_date), change) for day, change in claim.principal_changes]
    claim.principal_changes, claim.interest_since = moved, claim.due_date
    claim.waive(Parts(reminder_fee=claim.letter_fee.remaining))
    claim.letters = Letters()
    before, claim.stage = claim.stage, Stage.RECEIVED
    creditor.changed(claim)
    if before is not Stage.RECEIVED:
        creditor.tell("claim.stage_changed", claim, **{"from": before, "to": Stage.RECEIVED})
    creditor.plan(claim)


def _comment(creditor: Creditor, claim: Claim, body: dict[str, Any]) -> None:
    """A comment changes nothing."""
    del creditor, claim, body


_DO: dict[str, Callable[[Creditor, Claim, dict[str, Any]], None]] = {
    "PAUSE": _pause,
    "RESUME": _resume,
    "WITHDRAW": _withdraw,
    "OBJECTION": _object,
    "OBJECTION_RESOLVED": _resolve,
    "DUE_DATE_CHANGED": _postpone,
    "COMMENT": _comment,
}
