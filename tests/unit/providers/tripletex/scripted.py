"""A Tripletex of a few lines: says what it is told to say and remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from pydantic import SecretStr

from shared.clock import SteppedClock
from shared.http.door import HttpDoor
from shared.providers.tripletex.client import Company, Tripletex

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
COMPANY = 4711
Answer = Callable[[httpx.Request], httpx.Response]


@dataclass(frozen=True, slots=True)
class Client:
    """Whose books are asked for."""

    client_id: str = "fjord"
    company_id: int = COMPANY
    is_accountant_token: bool = False


def values(*rows: Mapping[str, Any]) -> httpx.Response:
    """Return a list answer whose total says nothing, as since 2.75."""
    return httpx.Response(200, json={"fullResultSize": 1, "values": list(rows)})


def error(status: int, code: int, **more: Any) -> httpx.Response:
    """Return an error as Tripletex words it."""
    body = {"status": status, "code": code, "message": "Kunde Ola Nordmann mangler.", **more}
    return httpx.Response(status, json=body, headers={"x-tlx-request-id": "r-1"})


@dataclass
class Scripted:
    """Answers by path; sessions and ``>whoAmI`` work unless told otherwise."""

    clock: SteppedClock = field(default_factory=lambda: SteppedClock(NOW))
    asked: list[httpx.Request] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    sessions: int = 0

    def company(self, client: Client | None = None) -> Company:
        return self.tripletex().company(client or Client(), SecretStr("employee"))

    def tripletex(self) -> Tripletex:
        door = HttpDoor(
            "http://tripletex.test/v2",
            dependency="tripletex",
            transport=httpx.MockTransport(self._handle),
        )
        return Tripletex(door, consumer_token=SecretStr("consumer"), clock=self.clock)

    def on(self, path: str, *answers: httpx.Response | Exception) -> None:
        """Answer a path with these in turn, the last one for ever."""
        left = list(answers)

        def answer(request: httpx.Request) -> httpx.Response:
            del request
            now = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(now, Exception):
                raise now
            return httpx.Response(now.status_code, headers=now.headers, content=now.content)

        self.answers[path] = answer

    def asked_of(self, path: str) -> list[httpx.Request]:
        return [one for one in self.asked if one.url.path == f"/v2{path}"]

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        path = request.url.path.removeprefix("/v2")
        if path in self.answers:
            return self.answers[path](request)
        if path == "/token/session/:create":
            self.sessions += 1
            return httpx.Response(201, json={"value": {"token": f"session-{self.sessions}"}})
        if path == "/token/session/>whoAmI":
            return httpx.Response(200, json={"value": {"companyId": COMPANY}})
        return error(404, 21000)


def body_of(request: httpx.Request) -> Any:
    """Return the JSON a request carried."""
    return json.loads(request.content)
