"""The one door to httpx: one peer, its connections, and nothing decided.

A door sends one request and returns what came back, whatever its status. It never tries again,
never follows a redirect and never logs a secret or a body. Numbers in JSON become Decimal from
the digits that were sent, never floats.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx
import structlog

from shared.faults import Transient
from shared.http.faults import fault_of
from shared.http.limits import allowance
from shared.http.redaction import redacted_url
from shared.telemetry import metrics

log = structlog.get_logger()

_NUMBER = re.compile(r"(?<=/)[0-9]+(?=/|$)")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for each step of a call."""

    connect: float = 5.0
    read: float = 60.0
    write: float = 30.0
    pool: float = 60.0


@dataclass(frozen=True, slots=True)
class File:
    """A file to upload as multipart form data."""

    name: str
    content: bytes
    media_type: str
    field: str = "file"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request.

    Attributes:
        path: Below the base address, already percent-encoded.
        operation: What is asked, for counting: no id in it; by default made of method and path.
        user: User name and password of Basic authentication.
        document: Body as JSON; Decimals are sent as numbers.
        form: Body as URL-encoded form fields.
        accept: Media type wanted back.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    user: tuple[str, str] | None = None
    document: object | None = None
    form: Mapping[str, str] | None = None
    file: File | None = None
    accept: str = "application/json"
    operation: str = ""

    def __repr__(self) -> str:
        """Return method and path; the rest may hold secrets."""
        return f"Ask({self.method} {redacted_url(self.path)})"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; ``headers`` are by lower-case name."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    dependency: str
    attempted: str

    @property
    def ok(self) -> bool:
        """Return whether the status is 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004  # the class of success

    def document(self) -> Any:
        """Return the JSON document, its numbers exact.

        Raises:
            Transient: It is not JSON: an error page of a proxy, or nothing at all.
        """
        try:
            return json.loads(self.content, parse_float=Decimal)
        except ValueError as error:
            msg = (
                f"{self.attempted} answered {self.status} with {len(self.content)} bytes "
                "that are not JSON"
            )
            raise Transient(msg, code="NOT_JSON", dependency=self.dependency) from error

    def __repr__(self) -> str:
        """Return the status; the rest may hold secrets or personal data."""
        return f"Reply({self.attempted}: {self.status})"


class HttpDoor:
    """The connections to one peer; safe to share between tasks.

    Args:
        base_url: What every path is appended to.
        dependency: The peer's name in faults and logs.
        connections: Most connections open at once.
        transport: Replaces the network, for tests.
    """

    def __init__(
        self,
        base_url: str,
        *,
        dependency: str,
        timeouts: Timeouts | None = None,
        connections: int = 50,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.dependency = dependency
        self._base_url = base_url.rstrip("/")
        waits = timeouts or Timeouts()
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(
                connect=waits.connect, read=waits.read, write=waits.write, pool=waits.pool
            ),
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=20),
            follow_redirects=False,
            transport=transport,
            headers={"User-Agent": "restanse"},
        )
        # httpx logs every address at INFO, with the tokens in its query.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)

    async def send(self, ask: Ask) -> Reply:
        """Send one request and return the answer, whatever its status.

        Raises:
            Outage: The peer cannot be reached; nothing was sent.
            Transient: The connection failed later; ``shared.http.faults.may_have_arrived``
                tells whether the request may have been carried out.
        """
        url = self._base_url + ask.path
        attempted = f"{ask.method} {redacted_url(ask.path)}"
        started = asyncio.get_running_loop().time()
        try:
            with metrics.EXTERNAL_SECONDS.labels(self.dependency).time():
                response = await self._client.send(self._request(ask, url), auth=_auth(ask))
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            fault = fault_of(error, dependency=self.dependency, attempted=attempted)
            self._count(ask, fault.code)
            log.warning("http call failed", peer=self.dependency, call=attempted, code=fault.code)
            raise fault from error
        finally:
            self._client.cookies.clear()
        headers = {name.lower(): value for name, value in response.headers.items()}
        self._count(ask, str(response.status_code), headers)
        log.debug(
            "http call answered",
            peer=self.dependency,
            call=attempted,
            status=response.status_code,
            milliseconds=round((asyncio.get_running_loop().time() - started) * 1000),
            request_id=headers.get("x-tlx-request-id") or headers.get("x-request-id"),
        )
        return Reply(response.status_code, headers, response.content, self.dependency, attempted)

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    def _count(self, ask: Ask, outcome: str, headers: Mapping[str, str] | None = None) -> None:
        operation = ask.operation or f"{ask.method} {_NUMBER.sub('{id}', ask.path)}"
        metrics.EXTERNAL_REQUESTS.labels(self.dependency, operation, outcome).inc()
        left = allowance(headers or {})
        if left is not None:
            metrics.RATE_LIMIT_REMAINING.labels(self.dependency).set(left.remaining)

    def _request(self, ask: Ask, url: str) -> httpx.Request:
        headers = {"Accept": ask.accept, **ask.headers}
        content: bytes | None = None
        if ask.document is not None:
            content = to_json(ask.document)
            headers.setdefault("Content-Type", "application/json; charset=utf-8")
        uploaded = ask.file
        return self._client.build_request(
            ask.method,
            url,
            params=dict(ask.query) or None,
            headers=headers,
            content=content,
            data=dict(ask.form) if ask.form is not None else None,
            files=(
                {uploaded.field: (uploaded.name, uploaded.content, uploaded.media_type)}
                if uploaded
                else None
            ),
        )


def to_json(document: object) -> bytes:
    """Return a document as JSON; a Decimal of up to 15 digits keeps every digit as a number."""
    return json.dumps(document, default=_plain, ensure_ascii=False, allow_nan=False).encode()


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    msg = f"{type(value).__name__} has no place in JSON"
    raise TypeError(msg)


def _auth(ask: Ask) -> httpx.BasicAuth | None:
    return httpx.BasicAuth(*ask.user) if ask.user else None
