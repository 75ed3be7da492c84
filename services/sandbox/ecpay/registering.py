"""Taking a handed-over claim in: once per reference, whatever is sent how often."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from services.sandbox.ecpay.claims import Claim, Pot
from services.sandbox.ecpay.creditor import Creditor
from services.sandbox.ecpay.handover import Desk, check_rules, check_shape
from services.sandbox.ecpay.idempotency import content_digest
from services.sandbox.ecpay.problems import FieldError, Refusal, refused_fields
from shared.messages.money import ZERO

FIRST_CASE = 700_000


def register(creditor: Creditor, body: Any) -> tuple[Claim, bool]:
    """Take a claim in, or find the one that is there with the same content.

    Returns:
        The claim, and whether it is new.

    Raises:
        Refusal: Badly formed, in conflict with another claim, or against the rules.
    """
    check_shape(body)
    digest = content_digest(body)
    there = creditor.by_reference.get(body["claimReference"])
    if there is not None:
        if there.digest != digest:
            raise Refusal("DUPLICATE_CLAIM_REFERENCE")
        return there, False
    _refuse_on_demand(creditor, body["claimReference"])
    desk = Desk(creditor.terms, creditor.office.today, frozenset(creditor.protected))
    check_rules(body, desk)
    claim = _opened(creditor, body, digest)
    creditor.payments_before.update(
        item["paymentReference"] for item in body.get("paymentsBefore", ())
    )
    creditor.add(claim)
    return claim, True


def _refuse_on_demand(creditor: Creditor, reference: str) -> None:
    code = creditor.refusals.get(reference)
    if code is not None:
        raise refused_fields([FieldError("", code, "refused on demand")])


def _opened(creditor: Creditor, body: dict[str, Any], digest: bytes) -> Claim:
    office, number = creditor.office, creditor.office.number("claim")
    debtor = {name: value for name, value in body["debtor"].items() if name != "nationalId"}
    due, principal = date.fromisoformat(body["dueDate"]), Decimal(body["outstandingPrincipal"])
    claimed = body.get("interestAlreadyClaimed")
    since = date.fromisoformat(claimed["to"]) if claimed else due
    stamp = office.stamp()
    fees = body.get("feesAlreadyClaimed", ())
    return Claim(
        claim_id=f"clm_{number:08d}",
        case_number=str(FIRST_CASE + number),
        claim_reference=body["claimReference"],
        invoice_number=body["invoiceNumber"],
        customer_number=debtor["customerNumber"],
        invoice_date=date.fromisoformat(body["invoiceDate"]),
        due_date=due,
        received=office.today,
        entry=body["entryStage"],
        business=debtor["type"] != "PERSON",
        original_amount=Decimal(body["originalAmount"]),
        given=json.dumps({**body, "debtor": debtor}, ensure_ascii=False).encode(),
        digest=digest,
        received_at=stamp,
        updated_at=stamp,
        principal=Pot(principal),
        interest_since=since,
        interest_before=Decimal(claimed["amount"]) if claimed else ZERO,
        principal_changes=[(since, principal)],
        client_fee=Pot(sum((Decimal(fee["amount"]) for fee in fees), ZERO)),
        client_fee_letters=len(fees),
        compensation=Pot(_compensation(body)),
    )


def _compensation(body: dict[str, Any]) -> Decimal:
    claimed = body.get("standardCompensation", {})
    return Decimal(claimed["amount"]) if claimed.get("claimed") else ZERO
