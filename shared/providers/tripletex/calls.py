"""Calls for one company: session, limiter, paging, and faults instead of statuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, SecretStr, ValidationError

from shared.clock import Clock
from shared.faults import Fault, Invalid, Outage, Retryable, Transient
from shared.http.door import Ask, HttpDoor, Reply
from shared.http.faults import may_have_arrived
from shared.providers.tripletex.faults import TRIPLETEX, UNCERTAIN, fault_of
from shared.providers.tripletex.fields import COMPANY_LOGIN
from shared.providers.tripletex.session import Login, Session, Sessions
from shared.providers.tripletex.wire import CompanyLogin, WhoAmI

PAGE = 1000
"""Rows asked for at once; a page with fewer is the last unless it tells of more."""
_UNAUTHORIZED = 401

M = TypeVar("M", bound=BaseModel)


class Calls:
    """Everything one company can be asked, as paths and models; safe to share between tasks."""

    def __init__(
        self, door: HttpDoor, sessions: Sessions, login: Login, *, token: SecretStr, clock: Clock
    ) -> None:
        self._door = door
        self._sessions = sessions
        self._login = login
        self._token = token
        self._clock = clock

    @property
    def login(self) -> Login:
        """Return whose books these calls are about."""
        return self._login

    async def one(
        self, path: str, model: type[M], query: Mapping[str, str], *, own: bool = False
    ) -> M:
        """Return the object at a path.

        Args:
            path: Below the API's root.
            model: What it is.
            query: Only parameters Tripletex knows: it ignores unknown ones without a word.
            own: Whether to ask as the token's own company instead of the client's.
        """
        reply = await self._read(Ask("GET", path, query=query), own=own)
        return _value(reply, model)

    async def many(
        self, path: str, model: type[M], query: Mapping[str, str], *, own: bool = False
    ) -> list[M]:
        """Return every object of a list, page after page, each once and in the order of ids.

        Rows that come or go between two pages shift the window, so duplicates are dropped. A
        page that brings nothing new is the last, whatever total is claimed.
        """
        found: dict[int, M] = {}
        start = 0
        while True:
            page = {**query, "from": str(start), "count": str(PAGE), "sorting": "id"}
            reply = await self._read(Ask("GET", path, query=page), own=own)
            rows, known = _values(reply, model), len(found)
            found.update((getattr(row, "id", len(found)), row) for row in rows)
            start += len(rows)
            if len(found) == known or (len(rows) < PAGE and not _tells_of_more(reply, start)):
                return list(found.values())

    async def write(self, ask: Ask, model: type[M]) -> M:
        """Change something, once.

        Raises:
            Transient: With the code ``UNCERTAIN`` when it may or may not have been done.
        """
        reply = await self._send(ask, own=False)
        if not reply.ok:
            raise self._fault(reply, writing=True)
        try:
            return _value(reply, model)
        except (Transient, Invalid) as fault:
            raise _uncertain(ask, fault) from fault

    async def _read(self, ask: Ask, *, own: bool) -> Reply:
        reply = await self._send(ask, own=own)
        if not reply.ok:
            raise self._fault(reply, writing=False)
        return reply

    async def _send(self, ask: Ask, *, own: bool) -> Reply:
        """Send with a session; a refused session is replaced once. A 401 did nothing."""
        session = await self._checked_session(own=own)
        reply = await self._with(session, ask, own=own)
        if reply.status != _UNAUTHORIZED:
            return reply
        await self._sessions.forget(self._token, session)
        return await self._with(await self._checked_session(own=own), ask, own=own)

    async def _with(self, session: Session, ask: Ask, *, own: bool) -> Reply:
        user = str(self._login.company_id) if self._login.is_accountant_token and not own else "0"
        limiter = self._sessions.limiter(self._token)
        await limiter.turn()
        signed = Ask(
            ask.method,
            ask.path,
            query=ask.query,
            user=(user, session.token.get_secret_value()),
            document=ask.document,
            file=ask.file,
        )
        try:
            reply = await self._door.send(signed)
        except Retryable as fault:
            if ask.method != "GET" and may_have_arrived(fault):
                raise _uncertain(ask, fault) from fault
            raise
        limiter.learn(reply.status, reply.headers)
        return reply

    async def _checked_session(self, *, own: bool) -> Session:
        session = await self._sessions.session(self._token, self._login)
        if own or self._login.company_id in session.companies:
            return session
        if self._login.is_accountant_token:
            await self._check_access()
        else:
            await self._check_owner()
        session.companies.add(self._login.company_id)
        return session

    async def _check_owner(self) -> None:
        owner = (await self.one("/token/session/%3EwhoAmI", WhoAmI, {}, own=True)).company_id
        if owner != self._login.company_id:
            raise self._stopped(
                "WRONG_COMPANY",
                f"the employee token belongs to company {owner}, the client to "
                f"{self._login.company_id}; nothing is read or written",
            )

    async def _check_access(self) -> None:
        reached = await self.many(
            "/company/%3EwithLoginAccess",
            CompanyLogin,
            {"fields": COMPANY_LOGIN},
            own=True,
        )
        ids = {one.id for one in reached} | {one.customer_company_id for one in reached}
        if self._login.company_id not in ids:
            raise self._stopped(
                "NO_ACCESS",
                f"the accounting office's token does not reach company {self._login.company_id}",
            )

    def _stopped(self, code: str, message: str) -> Outage:
        return Outage(
            f"client {self._login.client_id}: {message}; run "
            f"'restanse client check {self._login.client_id}'",
            dependency=TRIPLETEX,
            code=code,
            client_id=self._login.client_id,
        )

    def _fault(self, reply: Reply, *, writing: bool) -> Fault:
        return fault_of(
            reply, client_id=self._login.client_id, now=self._clock.now(), writing=writing
        )


def _uncertain(ask: Ask, fault: Fault) -> Transient:
    return Transient(
        f"{ask!r} may or may not have been carried out: {fault.message}",
        code=UNCERTAIN,
        dependency=TRIPLETEX,
    )


def _value(reply: Reply, model: type[M]) -> M:
    document = reply.document()
    value = document.get("value") if isinstance(document, dict) else None
    if not isinstance(value, dict):
        msg = f"{reply.attempted} answered {reply.status} without a value"
        raise Transient(msg, code="NO_VALUE", dependency=TRIPLETEX)
    return _validated(reply, model, value)


def _values(reply: Reply, model: type[M]) -> list[M]:
    document = reply.document()
    rows = document.get("values") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        msg = f"{reply.attempted} answered {reply.status} without a list of values"
        raise Transient(msg, code="NO_VALUES", dependency=TRIPLETEX)
    return [_validated(reply, model, row) for row in rows]


def _tells_of_more(reply: Reply, read: int) -> bool:
    """Tell whether a short page claims rows beyond it: the server gives fewer than asked for."""
    told = reply.document().get("fullResultSize")
    return isinstance(told, int) and told > read


def _validated(reply: Reply, model: type[M], value: Any) -> M:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        told = error.errors(include_url=False, include_context=False, include_input=False)
        fields = [".".join(str(part) for part in one["loc"]) for one in told][:10]
        msg = f"{reply.attempted} answered a {model.__name__} we cannot read: {', '.join(fields)}"
        raise Invalid(msg, code="SCHEMA", dependency=TRIPLETEX, field=fields[0]) from error
