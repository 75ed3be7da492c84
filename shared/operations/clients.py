"""Creditor companies: adding, checking, previewing, starting and stopping them.

Every act leaves a row in the audit log; a token is sealed at once and never handed back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal

from pydantic import SecretStr, TypeAdapter, ValidationError

from shared.faults import Conflict, Fault, Invalid
from shared.messages.ids import ClientId
from shared.messages.money import to_ore
from shared.operations import setup_rules
from shared.operations.acts import Act
from shared.operations.desk import Desk
from shared.operations.setup import may_start
from shared.operations.setup_checks import Checked, check_setup
from shared.store import clients as store_clients
from shared.store.clients import Accounts, BookingMode, Client, ClientState
from shared.store.engine import Store

_IDENTITY = TypeAdapter(ClientId)
_LONGEST_NAME = 200
_LONGEST_ECPAY_ID = 64
_MOST_DAYS = 365


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of the set-up; None is a question that was not answered.

    Attributes:
        clearing_payment_type: Id or description of the payment type in Tripletex.
        accounts: Account numbers by purpose, only those that differ from the default.
    """

    client_id: str
    name: str | None = None
    company_id: int | None = None
    employee_token: SecretStr | None = None
    ecpay_client_id: str | None = None
    start_date: date | None = None
    days_overdue: int | None = None
    minimum_amount: Decimal | None = None
    clearing_payment_type: str | None = None
    booking: BookingMode | None = None
    accounts: Mapping[str, int] | None = None


ACCOUNT_PURPOSES = tuple(field.name for field in fields(Accounts))
"""What an account can be mapped for, and ``fee_vat_type_id``, the VAT type of the fee."""


async def add(desk: Desk, answers: Answers) -> Checked:
    """Add a client in the state ADDED and check its set-up; nothing is sent yet.

    Raises:
        Invalid: An answer cannot be right; every one is named.
        Conflict: The id, or the ECPay agreement, is another client's.
    """
    await _must_be_new(desk, answers)
    _check_answers(answers)
    if answers.employee_token is None:
        raise Invalid("a client needs an employee token", field="employee_token")
    client = Client(
        client_id=answers.client_id,
        name=answers.name or answers.client_id,
        company_id=answers.company_id or 0,
        employee_token=desk.sealer.seal(answers.employee_token.get_secret_value()),
        ecpay_client_id=answers.ecpay_client_id or "",
        start_date=answers.start_date or desk.clock.today(),
        created_at=desk.clock.now(),
    )
    return await _answered(desk, client, answers, action="client add")


async def repeat(desk: Desk, answers: Answers) -> Checked:
    """Answer some questions of the set-up again; only what is given changes.

    Raises:
        Invalid: There is no such client, or an answer cannot be right.
        Conflict: The ECPay agreement is another client's.
    """
    client = await store_clients.client(desk.store, answers.client_id)
    await _must_not_share_agreement(desk, answers)
    _check_answers(answers)
    if answers.employee_token is not None:
        sealed = desk.sealer.seal(answers.employee_token.get_secret_value())
        client = replace(client, employee_token=sealed)
    client = replace(
        client,
        name=answers.name or client.name,
        company_id=answers.company_id or client.company_id,
        ecpay_client_id=answers.ecpay_client_id or client.ecpay_client_id,
        start_date=answers.start_date or client.start_date,
    )
    return await _answered(desk, client, answers, action="client add --repeat")


async def check(desk: Desk, client_id: str) -> Checked:
    """Check a client's set-up against the live systems and keep what was learned."""
    client = await store_clients.client(desk.store, client_id)
    checked = await check_setup(desk, client)
    if checked.client != client:
        await desk.store.commit([store_clients.save(checked.client)])
    return checked


async def confirm(
    desk: Desk, client_id: str, *, count: int, total: Decimal, reason: str
) -> Client:
    """Start a client's flow after a person has seen what would be sent.

    Args:
        desk: What to work with.
        client_id: The client.
        count: How many invoices the person saw.
        total: What they amount to.
        reason: Why, for the audit log.

    Raises:
        Conflict: The flow runs already.
        Invalid: A check of the set-up failed.
    """
    client = await store_clients.client(desk.store, client_id)
    if client.state is ClientState.ACTIVE:
        raise Conflict(f"client {client_id} is active already", code="ALREADY_ACTIVE")
    checked = await check_setup(desk, client)
    if not may_start(checked.findings):
        raise Invalid(
            f"client {client_id} cannot be started: its set-up is not complete; "
            f"'restanse client check {client_id}' says which step to repeat",
            code="SETUP_INCOMPLETE",
        )
    started = replace(checked.client, state=ClientState.ACTIVE)
    detail = {"invoices": count, "amount": f"{total:.2f}", "start_date": f"{client.start_date}"}
    await desk.store.commit(
        [
            store_clients.save(started),
            desk.act(reason).written("client confirm", client_id=client_id, detail=detail),
        ]
    )
    return started


async def pause(store: Store, client_id: str, *, by: Act) -> Client:
    """Stop handing over for a client.

    Raises:
        Conflict: It is not active.
    """
    return await _move(store, client_id, ClientState.ACTIVE, ClientState.PAUSED, by=by)


async def resume(store: Store, client_id: str, *, by: Act) -> Client:
    """Go on handing over for a client that was paused.

    Raises:
        Conflict: It is not paused.
    """
    return await _move(store, client_id, ClientState.PAUSED, ClientState.ACTIVE, by=by)


async def _answered(desk: Desk, client: Client, answers: Answers, *, action: str) -> Checked:
    """Save the terms that were given, check everything, and save what was learned."""
    client = replace(
        client,
        days_overdue=client.days_overdue if answers.days_overdue is None else answers.days_overdue,
        minimum_amount=client.minimum_amount
        if answers.minimum_amount is None
        else to_ore(answers.minimum_amount),
        booking=answers.booking or client.booking,
        accounts=replace(client.accounts, **dict(answers.accounts or {})),
    )
    client = await _with_payment_type(desk, client, answers.clearing_payment_type)
    detail = {"given": _given_names(answers)}
    entry = desk.act().written(action, client_id=client.client_id, detail=detail)
    await desk.store.commit([store_clients.save(client), entry])
    checked = await check_setup(desk, client)
    if checked.client != client:
        await desk.store.commit([store_clients.save(checked.client)])
    return checked


async def _with_payment_type(desk: Desk, client: Client, wanted: str | None) -> Client:
    """Turn what was given into an id; a description that nothing has is left to the check."""
    if wanted is None:
        return client
    if wanted.isdecimal():
        return replace(client, clearing_payment_type_id=int(wanted))
    company = desk.tripletex.company(client, desk.sealer.open(client.employee_token))
    try:
        types = await company.payment_types()
    except Fault:
        return replace(client, clearing_payment_type_id=None)
    named = [kind for kind in types if kind.description.casefold() == wanted.casefold()]
    fits = setup_rules.clearing_candidates(named, client) or named
    return replace(client, clearing_payment_type_id=fits[0].id if fits else None)


async def _must_be_new(desk: Desk, answers: Answers) -> None:
    known = await store_clients.all_clients(desk.store)
    if any(client.client_id == answers.client_id for client in known):
        raise Conflict(
            f"there is a client {answers.client_id!r} already; to answer some questions again, "
            "add --repeat",
            code="CLIENT_EXISTS",
        )
    await _must_not_share_agreement(desk, answers)


async def _must_not_share_agreement(desk: Desk, answers: Answers) -> None:
    for other in await store_clients.all_clients(desk.store):
        is_other = other.client_id != answers.client_id
        if is_other and other.ecpay_client_id == answers.ecpay_client_id:
            raise Conflict(
                f"ECPay agreement {answers.ecpay_client_id} is used by client {other.client_id}",
                code="AGREEMENT_IN_USE",
            )


async def _move(
    store: Store, client_id: str, before: ClientState, after: ClientState, *, by: Act
) -> Client:
    client = await store_clients.client(store, client_id)
    if client.state is not before:
        raise Conflict(
            f"client {client_id} is {client.state.value}, not {before.value}", code="WRONG_STATE"
        )
    moved = replace(client, state=after)
    action = "client pause" if after is ClientState.PAUSED else "client resume"
    await store.commit([store_clients.save(moved), by.written(action, client_id=client_id)])
    return moved


def _check_answers(answers: Answers) -> None:
    problems = [problem for problem in _problems(answers) if problem]
    if problems:
        raise Invalid("the answers cannot be right:\n  " + "\n  ".join(problems))


def _problems(answers: Answers) -> list[str]:
    unknown = sorted(set(answers.accounts or {}) - set(ACCOUNT_PURPOSES))
    days, minimum = answers.days_overdue, answers.minimum_amount
    token = answers.employee_token
    checks = {
        "--id: lower-case letters, digits and hyphens, at most 40": not _fits(answers.client_id),
        "--name: at most 200 characters": len(answers.name or "") > _LONGEST_NAME,
        "--company-id: a positive number": answers.company_id is not None
        and answers.company_id <= 0,
        "--employee-token-file: the file is empty": token is not None
        and not token.get_secret_value(),
        "--ecpay-client-id: at most 64 characters": len(answers.ecpay_client_id or "")
        > _LONGEST_ECPAY_ID,
        "--days-overdue: from 0 to 365": days is not None and not 0 <= days <= _MOST_DAYS,
        "--minimum-amount: zero or more, with at most two decimals": minimum is not None
        and (minimum < 0 or minimum != to_ore(minimum)),
        f"--account: no purpose is named {', '.join(unknown)}; there are: "
        f"{', '.join(ACCOUNT_PURPOSES)}": bool(unknown),
    }
    return [problem for problem, is_wrong in checks.items() if is_wrong]


def _fits(client_id: str) -> bool:
    try:
        _IDENTITY.validate_python(client_id)
    except ValidationError:
        return False
    return True


def _given_names(answers: Answers) -> list[str]:
    named = ((field.name, getattr(answers, field.name)) for field in fields(answers))
    return [name for name, value in named if value is not None and name != "client_id"]
