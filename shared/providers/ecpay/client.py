"""ECPay over HTTP: one ``Ecpay`` per process, one ``Creditor`` per agreement.

Every call is safe to repeat: reads by nature, writes by their idempotency key (see ``keys``) and
by ECPay's natural keys. Nothing is tried again here but a call refused for an old token.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import SecretStr

from shared.clock import Clock
from shared.faults import Invalid, Transient
from shared.http.door import Ask, HttpDoor
from shared.providers.ecpay.access import AccessTokens, Credentials
from shared.providers.ecpay.checksum import checksum_holds
from shared.providers.ecpay.exchange import Exchange, read
from shared.providers.ecpay.notation import Answer, Request
from shared.providers.ecpay.pace import PER_MINUTE, Pace
from shared.providers.ecpay.problems import DEPENDENCY, Call
from shared.providers.ecpay.requests import (
    AcknowledgementCreate,
    ClaimAction,
    ClaimCreate,
    CreditCreate,
    PaymentCreate,
    PaymentReversalCreate,
)
from shared.providers.ecpay.settlements import Acknowledgement, Settlement, SettlementHeader
from shared.providers.ecpay.wire import (
    Agreement,
    Claim,
    ClaimActionReceipt,
    ClaimBatchAnswer,
    ClaimResult,
    Credit,
    Event,
    Page,
    PaymentBatchAnswer,
    PaymentResult,
    PaymentReversal,
)

BASE = "/collection/v1/clients/"
LARGEST_BATCH = 200
LARGEST_PAGE = 200
LARGEST_LINE_PAGE = 500
_JSON = "application/json"
_ACCEPT = f"{_JSON}, application/problem+json"
_WORDS = frozenset(
    {
        "acknowledgement",
        "actions",
        "agreement",
        "batch",
        "claims",
        "credits",
        "events",
        "lines",
        "payments",
        "reversal",
        "settlements",
        "statement",
    }
)
"""The words of ECPay's paths below an agreement; whatever else stands there is an id."""

A = TypeVar("A", bound=Answer)


class Creditor:
    """One agreement at ECPay; safe to share between tasks.

    Every method raises ``Transient`` for a passing failure, ``Outage`` when ECPay is away or does
    not let us in, and ``Invalid`` for a refusal with ECPay's own code in ``code``.
    """

    def __init__(
        self, exchange: Exchange, pace: Pace, *, ecpay_client_id: str, client_id: str | None
    ) -> None:
        self._exchange = exchange
        self._pace = pace
        self._root = BASE + quote(ecpay_client_id, safe="")
        self._client_id = client_id

    async def agreement(self) -> Agreement:
        """Read the terms."""
        return await self._get("read the agreement", "/agreement", Agreement)

    async def create_claims(
        self, items: Sequence[ClaimCreate], *, key: str
    ) -> tuple[ClaimResult, ...]:
        """Hand over up to 200 claims; returns one result per item, in order."""
        call = self._call(f"hand over {len(items)} claims")
        answer = await self._post(
            call, "/claims/batch", _batch(items), key=key, model=ClaimBatchAnswer
        )
        found = {result.index: result for result in answer.results}
        return tuple(found.get(index) or ClaimResult(index=index) for index in range(len(items)))

    async def find_claim(self, reference: str) -> Claim | None:
        """Find a claim by our reference: the way to recover after a lost answer."""
        what = f"look up claim {reference}"
        page = await self._get(what, "/claims", Page[Claim], {"claimReference": reference})
        return next((claim for claim in page.items if claim.claim_reference == reference), None)

    async def claim(self, claim_id: str) -> Claim:
        """Read a claim."""
        return await self._get(f"read claim {claim_id}", f"/claims/{_part(claim_id)}", Claim)

    async def claims(self, cursor: str | None, limit: int = LARGEST_PAGE) -> Page[Claim]:
        """Read one page of all claims, each at the place of its latest change."""
        return await self._get("read claims", "/claims", Page[Claim], _position(cursor, limit))

    async def act(
        self, claim_id: str, action: ClaimAction, *, key: str, if_match: int | None = None
    ) -> ClaimActionReceipt:
        """Tell or ask something about a claim, only in the version given if one is."""
        call = self._call(f"{action.type.value} on claim {claim_id}")
        path = f"/claims/{_part(claim_id)}/actions"
        match = {} if if_match is None else {"If-Match": f'"{if_match}"'}
        return await self._post(
            call, path, action.body(), key=key, model=ClaimActionReceipt, headers=match
        )

    async def report_payments(
        self, items: Sequence[PaymentCreate], *, key: str
    ) -> tuple[PaymentResult, ...]:
        """Report up to 200 payments the creditor received; one result per item, in order."""
        call = self._call(f"report {len(items)} payments")
        answer = await self._post(
            call, "/payments/batch", _batch(items), key=key, model=PaymentBatchAnswer
        )
        found = {result.index: result for result in answer.results}
        return tuple(found.get(index) or PaymentResult(index=index) for index in range(len(items)))

    async def reverse_payment(
        self, reference: str, reversal: PaymentReversalCreate, *, key: str
    ) -> PaymentReversal:
        """Take a reported payment back."""
        call = self._call(f"reverse payment {reference}")
        path = f"/payments/{_part(reference)}/reversal"
        return await self._post(call, path, reversal.body(), key=key, model=PaymentReversal)

    async def credit(self, item: CreditCreate, *, key: str) -> Credit:
        """Credit a whole claim."""
        call = self._call(f"credit claim {item.claim_reference}")
        return await self._post(call, "/credits", item.body(), key=key, model=Credit)

    async def events(self, cursor: str | None, limit: int = LARGEST_PAGE) -> Page[Event]:
        """Read one page of the event feed, from the beginning when there is no cursor."""
        return await self._get("read events", "/events", Page[Event], _position(cursor, limit))

    async def settlements(
        self, cursor: str | None, limit: int = LARGEST_PAGE
    ) -> Page[SettlementHeader]:
        """Read one page of settlement headers; one that changed is listed again."""
        query = _position(cursor, limit)
        return await self._get("read settlements", "/settlements", Page[SettlementHeader], query)

    async def settlement(self, settlement_id: str) -> Settlement:
        """Read a settlement with all its lines, and whether they match its checksum."""
        call = self._call(f"read settlement {settlement_id}")
        path = f"/settlements/{_part(settlement_id)}"
        document = _object(call, await self._document(call, path, {}))
        lines = await self._all_lines(call, path, _object(call, document.get("lines")))
        stated = str(document.get("checksum", ""))
        whole = {**document, "lines": lines, "checksumHolds": checksum_holds(lines, stated)}
        return read(call, whole, Settlement)

    async def statement(self, settlement_id: str) -> bytes | None:
        """Fetch the statement as PDF, None while it is not ready."""
        call = self._call(f"fetch the statement of settlement {settlement_id}")
        path = f"/settlements/{_part(settlement_id)}/statement"
        accept = "application/pdf, application/problem+json"
        try:
            ask = self._ask("GET", path, accept=accept)
            reply = await self._exchange.send(call, ask, self._pace)
        except Invalid as refusal:
            if refusal.code == "STATEMENT_NOT_READY":
                return None
            raise
        if not reply.headers.get("content-type", "").startswith("application/pdf"):
            msg = f"{call.what}: what came back is not a PDF"
            raise Transient(msg, code="NOT_PDF", dependency=DEPENDENCY)
        return reply.content

    async def acknowledge(
        self, settlement_id: str, acknowledgement: AcknowledgementCreate
    ) -> Acknowledgement:
        """Tell what became of a settlement; repeatable with the same content."""
        call = self._call(f"acknowledge settlement {settlement_id}")
        path = f"/settlements/{_part(settlement_id)}/acknowledgement"
        return await self._post(
            call, path, acknowledgement.body(), key=None, model=Acknowledgement
        )

    async def _all_lines(
        self, call: Call, path: str, first: Mapping[str, Any]
    ) -> list[Mapping[str, Any]]:
        page = first
        lines = list(page.get("items", ()))
        seen: set[str] = set()
        while page.get("hasMore"):
            cursor = str(page.get("nextCursor"))
            if cursor in seen:
                msg = f"{call.what}: the pages of its lines do not end"
                raise Invalid(msg, code="CURSOR_STUCK", dependency=DEPENDENCY)
            seen.add(cursor)
            query = _position(cursor, LARGEST_LINE_PAGE)
            page = _object(call, await self._document(call, f"{path}/lines", query))
            lines += page.get("items", ())
        return lines

    async def _get(
        self, what: str, path: str, model: type[A], query: Mapping[str, str] | None = None
    ) -> A:
        call = self._call(what)
        return read(call, await self._document(call, path, query or {}), model)

    async def _document(self, call: Call, path: str, query: Mapping[str, str]) -> Any:
        ask = self._ask("GET", path, query=query)
        return (await self._exchange.send(call, ask, self._pace)).document()

    async def _post(
        self,
        call: Call,
        path: str,
        body: Mapping[str, Any],
        *,
        key: str | None,
        model: type[A],
        headers: Mapping[str, str] | None = None,
    ) -> A:
        sent = {"Content-Type": _JSON, **(headers or {})}
        if key is not None:
            sent["Idempotency-Key"] = key
        ask = self._ask("POST", path, headers=sent, document=body)
        reply = await self._exchange.send(call, ask, self._pace)
        return read(call, reply.document(), model)

    def _ask(self, method: str, path: str, *, accept: str = _ACCEPT, **more: Any) -> Ask:
        operation = operation_of(method, path)
        return Ask(method, self._root + path, accept=accept, operation=operation, **more)

    def _call(self, what: str) -> Call:
        return Call(what, self._client_id)


class Ecpay:
    """ECPay, for all clients of this process.

    Args:
        door: Connections to the host.
        per_minute: Calls a minute that ECPay takes of one client.
    """

    def __init__(
        self,
        door: HttpDoor,
        credentials: Credentials,
        *,
        clock: Clock,
        per_minute: int = PER_MINUTE,
    ) -> None:
        self._door = door
        self._exchange = Exchange(door, AccessTokens(door, credentials, clock), clock)
        self._clock = clock
        self._per_minute = per_minute
        self._paces: dict[str, Pace] = {}

    def creditor(self, ecpay_client_id: str, *, client_id: str | None = None) -> Creditor:
        """Return the agreement of a client.

        Args:
            ecpay_client_id: Id of the agreement at ECPay, the root of every path.
            client_id: Our client, named in the faults that concern this client only; the
                agreement's id when not given.
        """
        pace = self._paces.setdefault(ecpay_client_id, Pace(self._clock, self._per_minute))
        return Creditor(
            self._exchange,
            pace,
            ecpay_client_id=ecpay_client_id,
            client_id=client_id or ecpay_client_id,
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._door.close()


def open_ecpay(url: str, *, client_id: str, client_secret: SecretStr, clock: Clock) -> Ecpay:
    """Open the way into ECPay at its ``RESTANSE_ECPAY_URL``, the host without a path."""
    door = HttpDoor(url, dependency=DEPENDENCY)
    return Ecpay(door, Credentials(client_id, client_secret), clock=clock)


def operation_of(method: str, path: str) -> str:
    """Return what is asked of an agreement, without the ids in the path."""
    words = (word if word in _WORDS else "{id}" for word in path.split("/")[1:])
    return f"{method} /{'/'.join(words)}"


def _batch(items: Sequence[Request]) -> dict[str, Any]:
    return {"items": [item.body() for item in items]}


def _part(segment: str) -> str:
    return quote(segment, safe="")


def _position(cursor: str | None, limit: int) -> dict[str, str]:
    query = {"limit": str(limit)}
    return query if cursor is None else {"cursor": cursor, **query}


def _object(call: Call, document: Any) -> Mapping[str, Any]:
    if isinstance(document, Mapping):
        return document
    msg = f"{call.what}: ECPay's answer breaks the contract, it is not an object"
    raise Invalid(msg, code="ANSWER_BREAKS_CONTRACT", dependency=DEPENDENCY)
