"""A network on which a process can be ended at any call that changes something."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx


class KilledError(Exception):
    """The process ended here."""


@dataclass
class Killer:
    """Ends the process at one of the calls that change something.

    Attributes:
        at: Number of the call, from 1; 0 for never.
        after: Whether the call happens first.
        made: Calls that happened, in order.
        lost: Calls whose answer gets lost, once each.
        hides_accounts: Whether no posting that is read names its account.
    """

    at: int = 0
    after: bool = False
    met: int = 0
    made: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    hides_accounts: bool = False

    async def around(
        self, call: str, send: Callable[[], Awaitable[httpx.Response]]
    ) -> httpx.Response:
        self.met += 1
        if self.met == self.at and not self.after:
            raise KilledError(call)
        answer: httpx.Response = await send()
        self.made.append(call)
        if self.met == self.at:
            raise KilledError(call)
        if call in self.lost:
            self.lost.remove(call)
            raise httpx.ReadTimeout(call)
        return answer


class Mortal(httpx.AsyncBaseTransport):
    """Passes calls on, those that change something through the killer."""

    def __init__(self, inner: httpx.AsyncBaseTransport, killer: Killer) -> None:
        self._inner = inner
        self._killer = killer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if request.method == "GET" or "session" in path or "oauth" in path:
            answer = await self._inner.handle_async_request(request)
            hidden = self._killer.hides_accounts and path.startswith("/v2/ledger/")
            return await _without_accounts(answer) if hidden else answer

        call = f"{request.method} {path.rsplit('/', 1)[-1]}"
        return await self._killer.around(call, lambda: self._inner.handle_async_request(request))


async def _without_accounts(answer: httpx.Response) -> httpx.Response:
    body = await answer.aread()
    shown = re.sub(rb'"account":\s*\{[^}]*\}', b'"account":null', body)
    return httpx.Response(
        answer.status_code, headers={"content-type": "application/json"}, content=shown
    )
