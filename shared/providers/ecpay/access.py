"""Access tokens of ECPay: OAuth 2.0 client credentials, one token for the whole process.

A token lives for 3600 seconds and may be used in parallel. It is fetched by one task while the
others wait, and renewed before it expires.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from shared.clock import Clock
from shared.faults import Fault, Outage, Transient
from shared.http.door import Ask, HttpDoor, Reply
from shared.http.limits import asked_wait
from shared.providers.ecpay.problems import DEPENDENCY, Call, fault_of

MARGIN = timedelta(seconds=60)
"""How long before its end a token is renewed."""

_CALL = Call("fetch an ECPay access token")
_WRONG_CREDENTIALS = frozenset({400, 401, 403})


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who we are to ECPay."""

    client_id: str
    client_secret: SecretStr


class _Token(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    access_token: SecretStr
    expires_in: int = Field(gt=0)


class AccessTokens:
    """Hands out the present token; safe to share between tasks."""

    def __init__(self, door: HttpDoor, credentials: Credentials, clock: Clock) -> None:
        self._door = door
        self._credentials = credentials
        self._clock = clock
        self._fetching = asyncio.Lock()
        self._token = ""
        self._renew_at = datetime.min.replace(tzinfo=UTC)

    async def token(self, *, refused: str = "") -> str:
        """Return a token that is not about to expire and is not the refused one.

        Args:
            refused: A token that ECPay has just answered 401 to.

        Raises:
            Outage: The credentials are wrong, or ECPay is away.
            Transient: Fetching a token failed in passing.
        """
        if self._usable(refused):
            return self._token
        async with self._fetching:
            if not self._usable(refused):
                await self._fetch()
            return self._token

    def _usable(self, refused: str) -> bool:
        return bool(self._token) and self._token != refused and self._clock.now() < self._renew_at

    async def _fetch(self) -> None:
        asked_at = self._clock.now()
        reply = await self._door.send(
            Ask(
                "POST",
                "/oauth/token",
                form={
                    "grant_type": "client_credentials",
                    "client_id": self._credentials.client_id,
                    "client_secret": self._credentials.client_secret.get_secret_value(),
                },
            )
        )
        if not reply.ok:
            raise self._fault(reply)
        granted = _read(reply)
        self._token = granted.access_token.get_secret_value()
        life = timedelta(seconds=granted.expires_in)
        self._renew_at = asked_at + max(life - MARGIN, life / 2)

    def _fault(self, reply: Reply) -> Fault:
        if reply.status in _WRONG_CREDENTIALS:
            msg = (
                f"{_CALL.what}: ECPay answered {reply.status}; check RESTANSE_ECPAY_CLIENT_ID "
                "and RESTANSE_ECPAY_CLIENT_SECRET"
            )
            return Outage(msg, code="CREDENTIALS", dependency=DEPENDENCY)
        wait = asked_wait(reply.headers, self._clock.now())
        return fault_of(_CALL, reply.status, None, retry_after=wait)


def _read(reply: Reply) -> _Token:
    try:
        return _Token.model_validate(reply.document())
    except ValidationError as error:
        msg = f"{_CALL.what}: the answer holds no token"
        raise Transient(msg, code="NO_TOKEN", dependency=DEPENDENCY) from error
