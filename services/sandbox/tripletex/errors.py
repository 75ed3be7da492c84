"""The error answers of Tripletex: one exception, one constructor for each code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

LINK = "https://tripletex.no/v2-docs/"


class Complaint(NamedTuple):
    """One validation message: the field at fault, and what is wrong with it."""

    field: str | None
    message: str
    path: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the message as it stands in an error body."""
        return {**self._asdict(), "rootId": None}


class ApiError(Exception):
    """An answer that is not a success; nothing has been written."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str | None,
        *,
        developer_message: str | None = None,
        complaints: Sequence[Complaint] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.developer_message = developer_message
        self.complaints = complaints

    def body(self, request_id: str) -> Mapping[str, Any]:
        """Return the error body."""
        return {
            "status": self.status,
            "code": self.code,
            "message": self.message,
            "link": LINK,
            "developerMessage": self.developer_message,
            "validationMessages": None
            if self.complaints is None
            else [complaint.as_json() for complaint in self.complaints],
            "requestId": request_id,
        }


def unauthorized() -> ApiError:
    """No session, a dead session, or a revoked token."""
    return ApiError(
        401,
        3000,
        "Unauthorized",
        developer_message="Could not log in. Check login info in Authorization header.",
    )


def forbidden(message: str = "You do not have permission to access this feature.") -> ApiError:
    """An entitlement or a module is missing."""
    return ApiError(403, 9000, message)


def not_found() -> ApiError:
    """No such object in this company."""
    return ApiError(404, 6000, "Object not found")


def unknown_path() -> ApiError:
    """No such path."""
    return ApiError(404, 21000, "HTTP 404 Not Found")


def wrong_method() -> ApiError:
    """The path exists, the method does not; Tripletex answers 400."""
    return ApiError(400, 4000, "HTTP 405 Method Not Allowed")


def illegal_field(field: str, model: str) -> ApiError:
    """A name in ``fields`` that the model does not have."""
    return ApiError(
        400,
        11000,
        f"Illegal field in fields filter: {field}. "
        f"{field} does not match a field in the model: {model}",
    )


def malformed(value: str) -> ApiError:
    """A list of ids that is not one."""
    return ApiError(
        422,
        12000,
        f"'{value}': Listen med ID-er må være en kommaseparert liste med positive heltall.",
    )


def missing(*names: str) -> ApiError:
    """Required parameters that were left out."""
    return ApiError(
        422,
        15000,
        "Validation failed",
        complaints=[Complaint(name, "Kan ikke være null.") for name in names],
    )


def unmapped(*complaints: Complaint) -> ApiError:
    """A body with unknown keys or values of the wrong type."""
    return ApiError(422, 16000, "Request mapping failed", complaints=complaints)


def unknown_key(name: str) -> Complaint:
    """A key that the object does not have."""
    return Complaint(name, "Feltet eksisterer ikke i objektet.")


def wrong_type(name: str) -> Complaint:
    """A value of the wrong type."""
    return Complaint(name, "Verdien er ikke av korrekt type for dette feltet.")


def unknown_sorting() -> ApiError:
    """A field in ``sorting`` that does not exist."""
    return ApiError(422, 17000, "Field specified for use in sorting does not exist")


def invalid(*complaints: Complaint) -> ApiError:
    """A rule of business was broken."""
    return ApiError(
        422,
        18000,
        "Validering feilet.",
        developer_message="VALIDATION_ERROR",
        complaints=complaints,
    )


def refused(message: str, field: str | None = None) -> ApiError:
    """A rule of business was broken, said in one message."""
    return invalid(Complaint(field, message))


def unknown_token(argument: str, kind: str) -> ApiError:
    """A token that opens no session; recorded in English in January 2022."""
    message = f"The {kind} token is invalid or does not exist."
    return ApiError(
        422, 18000, "Validering feilet.", complaints=[Complaint(argument, message, argument)]
    )


def invalid_json() -> ApiError:
    """A body that is not JSON."""
    return ApiError(422, 22000, "Invalid json")


def too_large() -> ApiError:
    """A filter that matches more than the cap."""
    return ApiError(422, 23000, "Result set too large. Limit of 10.000 reached.")


def revision() -> ApiError:
    """A stale version was sent."""
    return ApiError(409, 8000, "RevisionException")


def too_many_requests() -> ApiError:
    """The rate limit was reached."""
    return ApiError(429, 0, "Too many requests")
