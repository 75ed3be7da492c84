"""From ECPay's refusal to a fault: one table over every code of the contract.

Only what the contract calls retryable is tried again unchanged. What concerns our access (a
token, a scope, one agreement) is an ``Outage``: nothing is wrong with the message, and it waits
until a person has put the access right. A code that ECPay adds later is judged by its status.
A fault names code, status and request id, and never repeats a detail, a field's value or a body.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import assert_never

from shared.faults import Fault, Invalid, Outage, Transient
from shared.providers.ecpay.wire import Problem

DEPENDENCY = "ecpay"


class Fate(Enum):
    """What becomes of a call that was refused."""

    REPEAT = "repeat"
    AWAY = "away"
    NO_ACCESS = "no access for anybody"
    NO_ACCESS_FOR_CLIENT = "no access for one client"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Code:
    """Status and fate of one problem code."""

    status: int
    fate: Fate


CODES: dict[str, Code] = {
    "MALFORMED_JSON": Code(400, Fate.REFUSED),
    "MALFORMED_MULTIPART": Code(400, Fate.REFUSED),
    "INVALID_QUERY": Code(400, Fate.REFUSED),
    "INVALID_CURSOR": Code(400, Fate.REFUSED),
    "IDEMPOTENCY_KEY_REQUIRED": Code(400, Fate.REFUSED),
    "IDEMPOTENCY_KEY_INVALID": Code(400, Fate.REFUSED),
    "UNAUTHENTICATED": Code(401, Fate.NO_ACCESS),
    "FORBIDDEN": Code(403, Fate.NO_ACCESS_FOR_CLIENT),
    "INSUFFICIENT_SCOPE": Code(403, Fate.NO_ACCESS),
    "NOT_FOUND": Code(404, Fate.REFUSED),
    "CLAIM_NOT_FOUND": Code(404, Fate.REFUSED),
    "PAYMENT_NOT_FOUND": Code(404, Fate.REFUSED),
    "SETTLEMENT_NOT_FOUND": Code(404, Fate.REFUSED),
    "STATEMENT_NOT_READY": Code(404, Fate.REFUSED),
    "WEBHOOK_NOT_FOUND": Code(404, Fate.REFUSED),
    "DELIVERY_NOT_FOUND": Code(404, Fate.REFUSED),
    "METHOD_NOT_ALLOWED": Code(405, Fate.REFUSED),
    "IN_PROGRESS": Code(409, Fate.REPEAT),
    "DUPLICATE_CLAIM_REFERENCE": Code(409, Fate.REFUSED),
    "DUPLICATE_PAYMENT_REFERENCE": Code(409, Fate.REFUSED),
    "DUPLICATE_CREDIT_REFERENCE": Code(409, Fate.REFUSED),
    "CLAIM_CLOSED": Code(409, Fate.REFUSED),
    "ALREADY_REVERSED": Code(409, Fate.REFUSED),
    "ACTION_NOT_ALLOWED": Code(409, Fate.REFUSED),
    "ACKNOWLEDGEMENT_CONFLICT": Code(409, Fate.REFUSED),
    "VERSION_MISMATCH": Code(412, Fate.REFUSED),
    "BATCH_TOO_LARGE": Code(413, Fate.REFUSED),
    "PAYLOAD_TOO_LARGE": Code(413, Fate.REFUSED),
    "DOCUMENT_TOO_LARGE": Code(413, Fate.REFUSED),
    "UNSUPPORTED_MEDIA_TYPE": Code(415, Fate.REFUSED),
    "UNSUPPORTED_DOCUMENT_TYPE": Code(415, Fate.REFUSED),
    "VALIDATION_FAILED": Code(422, Fate.REFUSED),
    "IDEMPOTENCY_CONFLICT": Code(422, Fate.REFUSED),
    "AGREEMENT_INACTIVE": Code(422, Fate.REFUSED),
    "AMOUNT_NOT_POSITIVE": Code(422, Fate.REFUSED),
    "OUTSTANDING_EXCEEDS_ORIGINAL": Code(422, Fate.REFUSED),
    "PAYMENTS_BEFORE_INCONSISTENT": Code(422, Fate.REFUSED),
    "BELOW_MINIMUM_AMOUNT": Code(422, Fate.REFUSED),
    "CURRENCY_NOT_SUPPORTED": Code(422, Fate.REFUSED),
    "NOT_OVERDUE_ENOUGH": Code(422, Fate.REFUSED),
    "TIME_BARRED": Code(422, Fate.REFUSED),
    "DISPUTED": Code(422, Fate.REFUSED),
    "ENTRY_STAGE_NOT_SUPPORTED": Code(422, Fate.REFUSED),
    "NOTICE_DEADLINE_NOT_PASSED": Code(422, Fate.REFUSED),
    "COMPENSATION_NOT_ALLOWED": Code(422, Fate.REFUSED),
    "INVALID_KID": Code(422, Fate.REFUSED),
    "INVALID_BANK_ACCOUNT": Code(422, Fate.REFUSED),
    "MISSING_ADDRESS": Code(422, Fate.REFUSED),
    "FOREIGN_DEBTOR_NOT_SUPPORTED": Code(422, Fate.REFUSED),
    "MISSING_ORGANISATION_NUMBER": Code(422, Fate.REFUSED),
    "INVALID_ORGANISATION_NUMBER": Code(422, Fate.REFUSED),
    "INVALID_NATIONAL_ID": Code(422, Fate.REFUSED),
    "DEBTOR_PROTECTED": Code(422, Fate.REFUSED),
    "UNKNOWN_CLAIM_REFERENCE": Code(422, Fate.REFUSED),
    "PAYMENT_BEFORE_CLAIM": Code(422, Fate.REFUSED),
    "DATE_IN_FUTURE": Code(422, Fate.REFUSED),
    "CURRENCY_MISMATCH": Code(422, Fate.REFUSED),
    "PARTIAL_CREDIT_NOT_SUPPORTED": Code(422, Fate.REFUSED),
    "CREDIT_EXCEEDS_PRINCIPAL": Code(422, Fate.REFUSED),
    "CHECKSUM_MISMATCH": Code(422, Fate.REFUSED),
    "WEBHOOK_URL_NOT_ALLOWED": Code(422, Fate.REFUSED),
    "CLAIM_LOCKED": Code(423, Fate.REPEAT),
    "RATE_LIMITED": Code(429, Fate.REPEAT),
    "INTERNAL_ERROR": Code(500, Fate.REPEAT),
    "UNAVAILABLE": Code(503, Fate.AWAY),
}

_LOWEST_CLIENT_ERROR = 400
_LOWEST_SERVER_ERROR = 500

_BY_STATUS = {
    401: Fate.NO_ACCESS,
    403: Fate.NO_ACCESS_FOR_CLIENT,
    408: Fate.REPEAT,
    423: Fate.REPEAT,
    429: Fate.REPEAT,
    503: Fate.AWAY,
}


@dataclass(frozen=True, slots=True)
class Call:
    """What was attempted and for whom, for the words of a fault.

    Attributes:
        what: The operation with the business key it was about, no personal data.
        client_id: Our client, when the call concerns one.
    """

    what: str
    client_id: str | None = None


def fate_of(status: int, code: str) -> Fate:
    """Return the fate of a refused call, by its code, else by its status."""
    known = CODES.get(code)
    if known is not None:
        return known.fate
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    refused = _LOWEST_CLIENT_ERROR <= status < _LOWEST_SERVER_ERROR
    return Fate.REFUSED if refused else Fate.REPEAT


def fault_of(
    call: Call, status: int, problem: Problem | None, *, retry_after: timedelta | None = None
) -> Fault:
    """Return the fault that stands for a refused call."""
    code = problem.code if problem else f"HTTP_{status}"
    fields = ", ".join(sorted({error.field for error in problem.errors})) if problem else ""
    said = f"ECPay answered {status} {code}"
    said += f" (request {problem.request_id})" if problem and problem.request_id else ""
    said += f", fields {fields}" if fields else ""
    message = f"{call.what}: {said}"
    fate = fate_of(status, code)
    match fate:
        case Fate.REPEAT:
            return Transient(message, code=code, dependency=DEPENDENCY, retry_after=retry_after)
        case Fate.AWAY | Fate.NO_ACCESS | Fate.NO_ACCESS_FOR_CLIENT:
            return Outage(
                f"{message}{_ADVICE.get(fate, '')}",
                code=code,
                dependency=DEPENDENCY,
                client_id=call.client_id if fate is Fate.NO_ACCESS_FOR_CLIENT else None,
                retry_after=retry_after,
            )
        case Fate.REFUSED:
            first = problem.errors[0].field if problem and problem.errors else ""
            return Invalid(message, code=code, dependency=DEPENDENCY, field=first)
    assert_never(fate)


_ADVICE = {
    Fate.NO_ACCESS: "; check RESTANSE_ECPAY_CLIENT_ID, RESTANSE_ECPAY_CLIENT_SECRET and scopes",
    Fate.NO_ACCESS_FOR_CLIENT: "; ask ECPay to open the agreement for our access",
}
