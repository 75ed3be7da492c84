"""Sessions, logins and companies."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from services.sandbox.tripletex.call import Answer, Call, listing, one
from services.sandbox.tripletex.company import Company
from services.sandbox.tripletex.entities import Ref
from services.sandbox.tripletex.errors import missing, not_found, unmapped, wrong_type
from services.sandbox.tripletex.tokens import Caller, Session

BODY_KEYS = ("consumerToken", "employeeToken", "expirationDate")


class Login(NamedTuple):
    """What ``>whoAmI`` tells."""

    employee: Ref
    actual_employee: Ref
    company: Company
    language: str
    is_proxy: bool


def create_by_query(call: Call) -> Answer:
    """Make a session from the query; the legacy way, answered with 200."""
    call.query.require(*BODY_KEYS)
    given = call.query.given
    return _create(call, given["consumerToken"], given["employeeToken"], given["expirationDate"])


def create_by_body(call: Call) -> Answer:
    """Make a session from the body; answered with 201."""
    body = call.object_body(*BODY_KEYS)
    absent = [name for name in BODY_KEYS if not body.get(name)]
    if absent:
        raise missing(*absent)
    made = _create(
        call, str(body["consumerToken"]), str(body["employeeToken"]), str(body["expirationDate"])
    )
    return Answer(201, made.json)


def delete(call: Call) -> Answer:
    """End a session."""
    if call.world.tokens.sessions.pop(call.path["token"], None) is None:
        raise not_found()
    return Answer(204)


def who_am_i(call: Call) -> Answer:
    """Tell who is logged in, and in which company."""
    caller = _caller(call)
    actual = Ref(caller.session.employee.id)
    is_proxy = caller.company_id != caller.session.employee.company_id
    login = Login(
        employee=Ref(call.company.employee_id) if is_proxy else actual,
        actual_employee=actual,
        company=call.company,
        language=call.company.language,
        is_proxy=is_proxy,
    )
    return one(call, "login", login)


def with_login_access(call: Call) -> Answer:
    """List the companies this token can enter."""
    employee = _caller(call).session.employee
    ids = sorted(employee.clients or {employee.company_id})
    return listing(call, "client", [call.world.companies[ident] for ident in ids])


def company(call: Call) -> Answer:
    """Give the company that was entered; 0 stands for it."""
    if call.ident() not in (0, call.company.id):
        raise not_found()
    return one(call, "company", call.company)


def _create(call: Call, consumer: str, employee: str, expires: str) -> Answer:
    try:
        until = date.fromisoformat(expires)
    except ValueError as error:
        raise unmapped(wrong_type("expirationDate")) from error
    session: Session = call.world.tokens.open_session(
        consumer, employee, until, call.world.day.today
    )
    return one(call, "session", session)


def _caller(call: Call) -> Caller:
    if call.caller is None:
        raise LookupError(call.template)
    return call.caller
