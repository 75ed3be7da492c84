"""Refusals of the collection interface: every code of the contract, with status and wording.

A refusal is raised where it is found and becomes a problem document at the edge of the app.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shared.faults import Invalid

TYPE_ROOT = "https://docs.ecpay.example/problems/"

CODES: dict[str, tuple[int, str]] = {
    "MALFORMED_JSON": (400, "The body is not valid JSON or not a JSON object."),
    "MALFORMED_MULTIPART": (400, "The multipart form cannot be read."),
    "INVALID_QUERY": (
        400,
        (
            "A query parameter is unknown, repeated, badly formed or not allowed together with "
            "another one."
        ),
    ),
    "INVALID_CURSOR": (400, "The cursor was not issued for this feed and client."),
    "IDEMPOTENCY_KEY_REQUIRED": (400, "The header Idempotency-Key is missing."),
    "IDEMPOTENCY_KEY_INVALID": (
        400,
        "The header Idempotency-Key is not 1 to 128 visible ASCII characters.",
    ),
    "UNAUTHENTICATED": (
        401,
        (
            "The bearer token is missing, unknown or expired, so fetch a new token and try again "
            "once."
        ),
    ),
    "FORBIDDEN": (403, "The token does not give access to this client."),
    "INSUFFICIENT_SCOPE": (403, "The token lacks the scope of the operation."),
    "NOT_FOUND": (404, "There is no such resource."),
    "CLAIM_NOT_FOUND": (404, "There is no claim with this claimId."),
    "PAYMENT_NOT_FOUND": (404, "There is no payment with this paymentReference."),
    "SETTLEMENT_NOT_FOUND": (404, "There is no settlement with this settlementId."),
    "STATEMENT_NOT_READY": (
        404,
        "The statement of the settlement is not ready yet, so ask again later.",
    ),
    "WEBHOOK_NOT_FOUND": (404, "The client has no webhook."),
    "DELIVERY_NOT_FOUND": (404, "There is no delivery with this identifier."),
    "METHOD_NOT_ALLOWED": (405, "The resource does not support the method."),
    "IN_PROGRESS": (
        409,
        (
            "The first call with this Idempotency-Key is still running, so repeat it after "
            "Retry-After seconds."
        ),
    ),
    "DUPLICATE_CLAIM_REFERENCE": (
        409,
        "The claimReference is taken by a claim with other content.",
    ),
    "DUPLICATE_PAYMENT_REFERENCE": (
        409,
        (
            "The paymentReference is taken by a payment with other content or was listed in "
            "paymentsBefore."
        ),
    ),
    "DUPLICATE_CREDIT_REFERENCE": (
        409,
        "The creditReference is taken by a credit with other content.",
    ),
    "CLAIM_CLOSED": (
        409,
        (
            "The claim is closed and takes no payments, credits, documents, debtor changes or "
            "actions."
        ),
    ),
    "ALREADY_REVERSED": (409, "The payment has already been reversed."),
    "ACTION_NOT_ALLOWED": (
        409,
        "The action is not allowed in the present stage and status, see allowedActions.",
    ),
    "ACKNOWLEDGEMENT_CONFLICT": (
        409,
        "The settlement was already acknowledged as BOOKED with other content.",
    ),
    "VERSION_MISMATCH": (412, "If-Match names another version than the present one."),
    "BATCH_TOO_LARGE": (413, "The batch has more than 200 items."),
    "PAYLOAD_TOO_LARGE": (413, "The body is larger than 4 MiB."),
    "DOCUMENT_TOO_LARGE": (413, "The document is larger than 10 MiB."),
    "UNSUPPORTED_MEDIA_TYPE": (415, "The Content-Type is not the one the operation takes."),
    "UNSUPPORTED_DOCUMENT_TYPE": (415, "The document is not a PDF."),
    "VALIDATION_FAILED": (422, "A field is missing, unknown or badly formed, see errors."),
    "IDEMPOTENCY_CONFLICT": (
        422,
        "The Idempotency-Key was used with another method, path or body.",
    ),
    "AGREEMENT_INACTIVE": (422, "The agreement takes no new claims."),
    "AMOUNT_NOT_POSITIVE": (422, "An amount that must be above zero is zero or negative."),
    "OUTSTANDING_EXCEEDS_ORIGINAL": (422, "outstandingPrincipal is above originalAmount."),
    "PAYMENTS_BEFORE_INCONSISTENT": (
        422,
        "paymentsBefore add up to more than originalAmount minus outstandingPrincipal.",
    ),
    "BELOW_MINIMUM_AMOUNT": (
        422,
        "outstandingPrincipal is below the agreement's minimumAmount.",
    ),
    "CURRENCY_NOT_SUPPORTED": (422, "The agreement does not take claims in this currency."),
    "NOT_OVERDUE_ENOUGH": (
        422,
        "The due date is fewer than minimumDaysOverdue days before today.",
    ),
    "TIME_BARRED": (422, "More than three calendar years have passed since the due date."),
    "DISPUTED": (
        422,
        "The claim is disputed and the agreement does not take disputed claims.",
    ),
    "ENTRY_STAGE_NOT_SUPPORTED": (422, "The agreement does not offer this entry stage."),
    "NOTICE_DEADLINE_NOT_PASSED": (
        422,
        (
            "Entry stage PAYMENT_DEMAND needs a NOTICE_OF_DEBT_COLLECTION with a deadline at "
            "least 14 days after sending that has passed."
        ),
    ),
    "COMPENSATION_NOT_ALLOWED": (422, "Standard compensation is claimed from a PERSON."),
    "INVALID_KID": (422, "The kid is badly formed or fits neither MOD10 nor MOD11."),
    "INVALID_BANK_ACCOUNT": (422, "creditorBankAccount is badly formed or fails MOD11."),
    "MISSING_ADDRESS": (
        422,
        "The debtor's address, line1, postalCode or city is missing or blank.",
    ),
    "FOREIGN_DEBTOR_NOT_SUPPORTED": (
        422,
        "The debtor's country is not NO and the agreement does not take foreign debtors.",
    ),
    "MISSING_ORGANISATION_NUMBER": (422, "A COMPANY has no organisationNumber."),
    "INVALID_ORGANISATION_NUMBER": (
        422,
        (
            "organisationNumber is badly formed or fails MOD11, which includes an eleven-digit "
            "identity number."
        ),
    ),
    "INVALID_NATIONAL_ID": (422, "nationalId is not eleven digits."),
    "DEBTOR_PROTECTED": (422, "ECPay may not pursue this debtor."),
    "UNKNOWN_CLAIM_REFERENCE": (
        422,
        "There is no claim with the claimReference of the body.",
    ),
    "PAYMENT_BEFORE_CLAIM": (422, "The value date is before the invoice date of the claim."),
    "DATE_IN_FUTURE": (422, "A date that may not be after today is."),
    "CURRENCY_MISMATCH": (422, "The currency is not the claim's."),
    "PARTIAL_CREDIT_NOT_SUPPORTED": (
        422,
        "The scope is not FULL, or the amount is below the remaining principal.",
    ),
    "CREDIT_EXCEEDS_PRINCIPAL": (
        422,
        (
            "The amount is above originalAmount, or above the remaining principal without being "
            "originalAmount."
        ),
    ),
    "CHECKSUM_MISMATCH": (422, "The sha256 field is not the checksum of the uploaded file."),
    "WEBHOOK_URL_NOT_ALLOWED": (
        422,
        "The webhook address is not HTTPS or points to a private, loopback or link-local address.",
    ),
    "CLAIM_LOCKED": (
        423,
        "The claim is being worked on, so repeat the call after Retry-After seconds.",
    ),
    "RATE_LIMITED": (
        429,
        (
            "More than 600 requests in a minute for the client, so repeat the call after "
            "Retry-After seconds."
        ),
    ),
    "INTERNAL_ERROR": (
        500,
        (
            "ECPay failed, and the effect of a write is unknown until it is repeated with the "
            "same Idempotency-Key."
        ),
    ),
    "UNAVAILABLE": (
        503,
        (
            "ECPay is temporarily out of service, and the effect of a write is unknown until it "
            "is repeated with the same Idempotency-Key."
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong with one field; the message never repeats the value."""

    field: str
    code: str
    message: str


class Refusal(Invalid):
    """A call, or one item of a batch, is refused with a code of the contract.

    Args:
        code: A key of ``CODES``.
        errors: The field faults, in the order in which they were found.
        detail: Wording for this occurrence, that of the code when left out.
        allowed_actions: What the claim accepts, for the codes that say so.
        headers: Further headers of the answer.
    """

    def __init__(
        self,
        code: str,
        errors: Sequence[FieldError] = (),
        *,
        detail: str = "",
        allowed_actions: Sequence[str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.status, wording = CODES[code]
        super().__init__(detail or wording, code=code, dependency="ecpay")
        self.errors = tuple(errors)
        self.allowed_actions = allowed_actions
        self.headers = headers or {}

    def document(self, request_id: str) -> dict[str, Any]:
        """Return the problem document of this refusal."""
        document: dict[str, Any] = {
            "type": TYPE_ROOT + self.code.lower().replace("_", "-"),
            "title": self.code.replace("_", " ").capitalize(),
            "status": self.status,
            "code": self.code,
            "detail": self.message,
            "errors": [
                {"field": error.field, "code": error.code, "message": error.message}
                for error in self.errors
            ],
            "requestId": request_id,
        }
        if self.allowed_actions is not None:
            document["allowedActions"] = list(self.allowed_actions)
        return document


def validation_failed(errors: Sequence[FieldError]) -> Refusal:
    """Return the refusal of a body with these structural faults."""
    count = len(errors)
    detail = "1 field is not valid" if count == 1 else f"{count} fields are not valid"
    return Refusal("VALIDATION_FAILED", errors, detail=detail)


def refused_fields(errors: Sequence[FieldError]) -> Refusal:
    """Return the refusal for business rules: the first code leads, all are listed."""
    return Refusal(errors[0].code, errors, detail=errors[0].message)
