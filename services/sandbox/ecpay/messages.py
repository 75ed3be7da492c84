"""The dialogue about a claim between the client and the case handler."""

from __future__ import annotations

from typing import Any

from services.sandbox.ecpay.claims import Claim
from services.sandbox.ecpay.creditor import Creditor
from services.sandbox.ecpay.validation import Text, Thing, refuse_faults

MESSAGE = Thing(
    {"text": Text(longest=4000, shortest=1), "subject": Text(longest=120, shortest=1)},
    required=("text",),
)


def write(
    creditor: Creditor, claim: Claim, body: Any, *, sender: str = "CLIENT"
) -> dict[str, Any]:
    """Add a message, also to a closed claim; the agency's are told of by an event.

    Raises:
        Refusal: Badly formed.
    """
    refuse_faults(MESSAGE, body)
    message = {
        "messageId": f"msg_{creditor.office.number('message'):08d}",
        "claimId": claim.claim_id,
        "sender": sender,
        "subject": body.get("subject"),
        "text": body["text"],
        "createdAt": creditor.office.stamp(),
    }
    creditor.messages[claim.claim_id].append(message)
    if sender == "AGENCY":
        creditor.tell("message.created", claim, messageId=message["messageId"])
    return message
