"""Sessions: one per token, kept until shortly before it ends, checked against the company.

A session ends at midnight in Oslo at the start of its expiration date. It is asked for by POST,
which keeps the tokens out of the address; a server that does not know POST is asked by PUT.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Protocol

import structlog
from pydantic import SecretStr

from shared.clock import Clock, oslo_date
from shared.faults import Invalid, Outage, Transient
from shared.http.door import Ask, HttpDoor, Reply
from shared.http.limits import Limiter
from shared.providers.tripletex.faults import TRIPLETEX, fault_of

log = structlog.get_logger()

MARGIN = timedelta(minutes=10)
"""A session this close to its end is not used any more."""
_POST_UNKNOWN = frozenset({400, 404, 405, 415, 501})


class Login(Protocol):
    """Whose books a call is about; a client of the broker fits."""

    @property
    def client_id(self) -> str:
        """The client."""

    @property
    def company_id(self) -> int:
        """Its company in Tripletex."""

    @property
    def is_accountant_token(self) -> bool:
        """Whether the token belongs to an accounting office that has access to the company."""


@dataclass(slots=True)
class Session:
    """A session and what is known of it; shared by every call with the same employee token.

    Attributes:
        today: The calendar its expiration date was asked in.
        companies: Companies it has been checked to reach.
    """

    token: SecretStr
    expires: date
    today: Callable[[], date]
    companies: set[int] = field(default_factory=set)

    def usable(self) -> bool:
        """Return whether it still lives, with a margin."""
        return self.today() < self.expires


@dataclass(slots=True)
class _Slot:
    """What all calls with one employee token share."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    limiter: Limiter = field(default_factory=lambda: Limiter(TRIPLETEX))
    session: Session | None = None


class Sessions:
    """The sessions of one process; safe to share between tasks.

    Args:
        door: The connections to Tripletex.
        consumer_token: The token of this product.
        clock: Tells when a session ends.
        days: For how many days a session is asked.
    """

    def __init__(
        self, door: HttpDoor, *, consumer_token: SecretStr, clock: Clock, days: int = 2
    ) -> None:
        self._door = door
        self._consumer_token = consumer_token
        self._clock = clock
        self._days = days
        self._slots: dict[str, _Slot] = {}

    def limiter(self, token: SecretStr) -> Limiter:
        """Return what holds back the calls of an employee token."""
        return self._slot(token).limiter

    async def session(self, token: SecretStr, login: Login) -> Session:
        """Return a living session; many callers at once cause one login.

        Raises:
            Outage: Tripletex refuses the tokens; only this client is stopped.
            Transient: Tripletex failed on the way.
        """
        slot = self._slot(token)
        async with slot.lock:
            if slot.session is None or not slot.session.usable():
                slot.session = await self._create(token, login)
            return slot.session

    async def forget(self, token: SecretStr, session: Session) -> None:
        """Drop a session that was refused, unless another caller has replaced it already."""
        slot = self._slot(token)
        async with slot.lock:
            if slot.session is session:
                slot.session = None

    def _slot(self, token: SecretStr) -> _Slot:
        key = sha256(token.get_secret_value().encode()).hexdigest()
        return self._slots.setdefault(key, _Slot())

    async def _create(self, token: SecretStr, login: Login) -> Session:
        calendars = (self._real_today, self._clock.today)
        reply: Reply | None = None
        for today in calendars if self._real_today() != self._clock.today() else calendars[:1]:
            expires = today() + timedelta(days=self._days)
            reply = await self._ask(token, expires)
            if reply.ok:
                log.info("tripletex session created", client_id=login.client_id, expires=expires)
                return Session(_token(reply), expires, today)
        if reply is None:  # pragma: no cover  # there is always a calendar
            raise Transient("no session was asked for", dependency=TRIPLETEX)
        fault = fault_of(reply, client_id=login.client_id, now=self._clock.now(), writing=False)
        raise _refused(fault, login) if isinstance(fault, Invalid) else fault

    def _real_today(self) -> date:
        return oslo_date(self._clock.now() + MARGIN)

    async def _ask(self, token: SecretStr, expires: date) -> Reply:
        body = {
            "consumerToken": self._consumer_token.get_secret_value(),
            "employeeToken": token.get_secret_value(),
            "expirationDate": expires.isoformat(),
        }
        reply = await self._door.send(Ask("POST", "/token/session/:create", document=body))
        if reply.status in _POST_UNKNOWN:
            reply = await self._door.send(Ask("PUT", "/token/session/:create", query=body))
        return reply


def _token(reply: Reply) -> SecretStr:
    document = reply.document()
    value = document.get("value") if isinstance(document, dict) else None
    token = value.get("token") if isinstance(value, dict) else None
    if not isinstance(token, str) or not token:
        msg = f"{reply.attempted} answered {reply.status} without a session token"
        raise Transient(msg, code="NO_TOKEN", dependency=TRIPLETEX)
    return SecretStr(token)


def _refused(fault: Invalid, login: Login) -> Outage:
    return Outage(
        f"{fault.message}: the employee token of client {login.client_id} or our consumer token "
        "is not accepted; make a new employee token in Tripletex and give it to "
        f"'restanse client add --id {login.client_id}'",
        dependency=TRIPLETEX,
        code="LOGIN_REFUSED",
        client_id=login.client_id,
    )
