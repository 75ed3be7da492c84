"""Employee tokens, session tokens, and whom a request speaks for."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from datetime import date, timedelta

from services.sandbox.tripletex.entities import Ref
from services.sandbox.tripletex.errors import forbidden, refused, unauthorized, unknown_token
from services.sandbox.tripletex.ids import Ids

CONSUMER_TOKEN = "sandbox-consumer"  # noqa: S105 - an invented token, printed at start
CONSUMER = Ref(2_101)
OWN_COMPANY = ("", "0")
LONGEST_SESSION = timedelta(days=183)
OFFICE_PATHS = frozenset({"/token/session/>whoAmI", "/company/>withLoginAccess"})
OFFICE_REFUSAL = (
    "Company owned users(employeeToken) can only access /token/session/>whoAmI & "
    "/company/>withLoginAccess in their own company."
)


@dataclass(slots=True, eq=False)
class EmployeeToken:
    """A key made by a user in a company; an accounting office's opens its clients' books.

    Attributes:
        clients: The companies an office may enter; None for a token of the company itself.
    """

    id: int
    token: str
    company_id: int
    clients: set[int] | None = None
    is_revoked: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True)
class Session:
    """A session made from a consumer token and an employee token."""

    id: int
    token: str
    consumer: Ref
    employee: EmployeeToken
    expires: date
    version: int = 0


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a request speaks for: the session, and the company it has entered."""

    session: Session
    company_id: int


@dataclass(slots=True)
class Tokens:
    """All tokens of the stand-in."""

    ids: Ids
    employees: dict[str, EmployeeToken] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)

    def add(self, token: str, company_id: int, clients: set[int] | None) -> EmployeeToken:
        """Make an employee token."""
        made = EmployeeToken(next(self.ids.employee), token, company_id, clients)
        self.employees[token] = made
        return made

    def open_session(self, consumer: str, employee: str, expires: date, today: date) -> Session:
        """Make a session.

        Raises:
            ApiError: A token is unknown, or the date is not after today or too far ahead.
        """
        owner = self.employees.get(employee)
        if consumer != CONSUMER_TOKEN:
            raise unknown_token("arg:consumerToken", "consumer")
        if owner is None or owner.is_revoked:
            raise unknown_token("arg:employeeToken", "employee")
        if not today < expires <= today + LONGEST_SESSION:
            raise refused("Ugyldig dato.", "expirationDate")
        ident = next(self.ids.session)
        session = Session(ident, f"session-{ident}-{owner.id}", CONSUMER, owner, expires)
        self.sessions[session.token] = session
        return session

    def caller(self, authorization: str, template: str, today: date) -> Caller:
        """Return whom an ``Authorization`` header speaks for on a path.

        Raises:
            ApiError: There is no such living session (401), or it may not do this (403).
        """
        username, token = _basic(authorization)
        session = self.sessions.get(token)
        if session is None or session.employee.is_revoked or today >= session.expires:
            raise unauthorized()
        employee = session.employee
        if username in (*OWN_COMPANY, str(employee.company_id)):
            if employee.clients is not None and template not in OFFICE_PATHS:
                raise forbidden(OFFICE_REFUSAL)
            return Caller(session, employee.company_id)
        if not username.isdecimal() or int(username) not in (employee.clients or ()):
            raise forbidden()
        return Caller(session, int(username))


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise unauthorized()
    try:
        username, _, password = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise unauthorized() from error
    return username, password
