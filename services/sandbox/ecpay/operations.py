"""The operations of the collection contract, each from a call to its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.sandbox.ecpay import (
    actions,
    direct,
    documents,
    messages,
    payout,
    registering,
)
from services.sandbox.ecpay import (
    credits as full_credits,
)
from services.sandbox.ecpay.claims import Claim
from services.sandbox.ecpay.closing import refuse_closed
from services.sandbox.ecpay.gate import Call, json_answer
from services.sandbox.ecpay.handover import Desk, check_debtor
from services.sandbox.ecpay.idempotency import Answer
from services.sandbox.ecpay.paging import LINE_LIMIT, Feed
from services.sandbox.ecpay.problems import FieldError, Refusal, validation_failed
from services.sandbox.ecpay.statements import statement
from services.sandbox.ecpay.validation import REFERENCE

BASE = "/collection/v1"
BATCH_LIMIT = 200


def get_agreement(call: Call) -> Answer:
    """Read the agreement."""
    return json_answer(200, call.creditor.terms.wire())


def list_claims(call: Call) -> Answer:
    """Find one claim by its reference, or follow changes."""
    creditor, reference = call.creditor, call.query.get("claimReference")
    if reference is None:
        return json_answer(200, creditor.claim_page(call.page()))
    if len(call.query) > 1 or next(REFERENCE.faults(reference, ""), None):
        raise Refusal("INVALID_QUERY")
    claim = creditor.by_reference.get(reference)
    found = [creditor.view(claim)] if claim else []
    start = Feed("cl", creditor.client_id).cursor(0)
    return json_answer(200, {"items": found, "nextCursor": start, "hasMore": False})


def create_claim(call: Call) -> Answer:
    """Hand one claim over."""
    claim, is_new = registering.register(call.creditor, call.body)
    view = call.creditor.view(claim)
    if not is_new:
        return json_answer(200, view, ETag=claim.etag, Idempotency_Replayed="true")
    location = f"{BASE}/clients/{call.creditor.client_id}/claims/{claim.claim_id}"
    return json_answer(201, view, ETag=claim.etag, Location=location)


def create_claim_batch(call: Call) -> Answer:
    """Hand many claims over, each as if it were sent alone."""

    def register(item: Any) -> tuple[dict[str, Any], bool]:
        claim, is_new = registering.register(call.creditor, item)
        return {"claim": call.creditor.view(claim)}, is_new

    return _batch(call, register, ("claimReference",))


def get_claim(call: Call) -> Answer:
    """Read one claim."""
    claim = _claim(call)
    return json_answer(200, call.creditor.view(claim), ETag=claim.etag)


def create_claim_action(call: Call) -> Answer:
    """Tell or ask something about a claim."""
    claim = _claim(call)
    _check_version(call, claim)
    receipt = actions.act(call.creditor, claim, call.body)
    return json_answer(202, receipt, ETag=claim.etag)


def put_claim_debtor(call: Call) -> Answer:
    """Replace the debtor's data; the customer number may not change."""
    creditor, claim, body = call.creditor, _claim(call), call.body
    _check_version(call, claim)
    desk = Desk(creditor.terms, creditor.office.today, frozenset(creditor.protected))
    check_debtor(body, desk)
    if body["customerNumber"] != claim.customer_number:
        fault = FieldError("/customerNumber", "OUT_OF_RANGE", "may not change")
        raise validation_failed([fault])
    refuse_closed(claim)
    claim.replace_debtor(body)
    claim.business = body["type"] != "PERSON"
    creditor.changed(claim)
    return json_answer(200, creditor.view(claim), ETag=claim.etag)


def create_claim_document(call: Call) -> Answer:
    """Attach a document."""
    return json_answer(201, documents.attach(call.creditor, _claim(call), call.body))


def list_claim_messages(call: Call) -> Answer:
    """Read the dialogue."""
    return json_answer(200, call.creditor.message_page(_claim(call), call.page()))


def create_claim_message(call: Call) -> Answer:
    """Write to the case handler."""
    return json_answer(201, messages.write(call.creditor, _claim(call), call.body))


def create_payment(call: Call) -> Answer:
    """Report a direct payment."""
    payment, is_new = direct.report(call.creditor, call.body)
    if not is_new:
        return json_answer(200, payment.view, Idempotency_Replayed="true")
    reference = payment.view["paymentReference"]
    location = f"{BASE}/clients/{call.creditor.client_id}/payments/{reference}"
    return json_answer(201, payment.view, Location=location)


def create_payment_batch(call: Call) -> Answer:
    """Report many direct payments, each as if it were sent alone."""

    def report(item: Any) -> tuple[dict[str, Any], bool]:
        payment, is_new = direct.report(call.creditor, item)
        return {"payment": payment.view}, is_new

    return _batch(call, report, ("paymentReference", "claimReference"))


def create_payment_reversal(call: Call) -> Answer:
    """Take a reported payment back."""
    view, is_new = direct.reverse(call.creditor, call.path["payment_reference"], call.body)
    if is_new:
        return json_answer(201, view)
    return json_answer(200, view, Idempotency_Replayed="true")


def create_credit(call: Call) -> Answer:
    """Credit a whole claim."""
    credit, is_new = full_credits.credit(call.creditor, call.body)
    if is_new:
        return json_answer(201, credit.view)
    return json_answer(200, credit.view, Idempotency_Replayed="true")


def list_events(call: Call) -> Answer:
    """Follow events."""
    return json_answer(200, call.creditor.event_page(call.page()))


def list_settlements(call: Call) -> Answer:
    """Follow settlements."""
    return json_answer(200, call.creditor.settlement_page(call.page()))


def get_settlement(call: Call) -> Answer:
    """Read one settlement with its first lines."""
    creditor = call.creditor
    settlement = creditor.settlement(call.path["settlement_id"])
    lines = creditor.line_page(settlement, call.page(call.largest_page))
    return json_answer(200, settlement.header() | {"lines": lines})


def list_settlement_lines(call: Call) -> Answer:
    """Read the lines of a settlement."""
    settlement = call.creditor.settlement(call.path["settlement_id"])
    return json_answer(200, call.creditor.line_page(settlement, call.page(LINE_LIMIT)))


def get_settlement_statement(call: Call) -> Answer:
    """Fetch the statement."""
    settlement = call.creditor.settlement(call.path["settlement_id"])
    if call.creditor.office.today < settlement.statement_from:
        raise Refusal("STATEMENT_NOT_READY")
    return Answer(200, statement(settlement), media_type="application/pdf")


def acknowledge_settlement(call: Call) -> Answer:
    """Acknowledge a settlement."""
    settlement = call.creditor.settlement(call.path["settlement_id"])
    return json_answer(200, payout.acknowledge(call.creditor, settlement, call.body))


def _claim(call: Call) -> Claim:
    return call.creditor.claim(call.path["claim_id"])


def _check_version(call: Call, claim: Claim) -> None:
    if call.if_match is not None and call.if_match != claim.etag:
        raise Refusal("VERSION_MISMATCH")


def _batch(
    call: Call,
    handle: Callable[[Any], tuple[dict[str, Any], bool]],
    names: tuple[str, ...],
) -> Answer:
    results = []
    for index, item in enumerate(_items(call.body)):
        result: dict[str, Any] = {"index": index}
        result |= {name: _readable(item, name) for name in names}
        try:
            outcome, is_new = handle(item)
            result |= {"status": 201 if is_new else 200, **outcome}
        except Refusal as refusal:
            result |= {"status": refusal.status, "problem": refusal.document(call.request_id)}
        results.append(result)
    statuses = [result["status"] for result in results]
    summary = {
        "created": statuses.count(201),
        "replayed": statuses.count(200),
        "conflicts": statuses.count(409),
        "rejected": statuses.count(422),
    }
    return json_answer(200, {"results": results, "summary": summary})


def _items(body: dict[str, Any]) -> list[Any]:
    faults = [
        FieldError(f"/{name}", "UNKNOWN_FIELD", "is not a field of this object")
        for name in body
        if name != "items"
    ]
    items = body.get("items")
    if "items" not in body:
        faults.append(FieldError("/items", "REQUIRED", "is required"))
    elif not isinstance(items, list):
        faults.append(FieldError("/items", "WRONG_TYPE", "must be a list"))
    elif not items:
        faults.append(FieldError("/items", "OUT_OF_RANGE", "must have at least 1 items"))
    if isinstance(items, list) and len(items) > BATCH_LIMIT:
        raise Refusal("BATCH_TOO_LARGE")
    if faults or not isinstance(items, list):
        raise validation_failed(faults)
    return items


def _readable(item: Any, name: str) -> str | None:
    value = item.get(name) if isinstance(item, dict) else None
    return value if isinstance(value, str) else None
