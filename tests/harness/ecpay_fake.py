"""A small ECPay that speaks HTTP in process, remembers what it was sent and can misbehave.

It holds every request and every answer to the contract. It keeps natural keys and idempotency
keys as the contract says; it has no calendar, no letters and no settlements of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote

import httpx

from tests.harness.ecpay_contract import EcpayContract, contract

Misdeed = Callable[[httpx.Request], httpx.Response | None]
"""Answers instead of ECPay, or lets ECPay answer."""
AT = "2026-08-18T06:00:00.001Z"
LOWEST_ERROR = 400
HEADERS = {
    "ECPay-Request-Id": "req_000000000042",
    "ETag": '"1"',
    "Location": "/collection/v1/clients/4711-ecpay",
    "WWW-Authenticate": 'Bearer error="invalid_token"',
}


@dataclass(frozen=True)
class Sent:
    """One request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass
class Answer:
    """A status and a body."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


class EcpayFake(httpx.AsyncBaseTransport):
    """ECPay for one test."""

    def __init__(self) -> None:
        self.contract: EcpayContract = contract()
        self.requests: list[Sent] = []
        self.misdeeds: list[Misdeed] = []
        self.refusals: dict[str, str] = {}
        self.claims: dict[str, dict[str, Any]] = {}
        self.payments: dict[str, dict[str, Any]] = {}
        self.credits: dict[str, dict[str, Any]] = {}
        self.documents: dict[str, Answer] = {}
        self.agreement = deepcopy(
            self.contract.document["paths"]["/clients/{clientId}/agreement"]["get"]["responses"][
                "200"
            ]["content"]["application/json"]["examples"]["typical"]["value"]
        )
        self.tokens = 0
        self._given: dict[str, Any] = {}
        self._keys: dict[str, tuple[str, Answer]] = {}

    def calls(self, ending: str, method: str = "POST") -> list[Sent]:
        """Return the requests to paths with an ending."""
        return [
            sent for sent in self.requests if sent.method == method and sent.path.endswith(ending)
        ]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        sent = _sent(request, await request.aread())
        self.requests.append(sent)
        for misdeed in list(self.misdeeds):
            try:
                answered = misdeed(request)
            except httpx.HTTPError:
                self.misdeeds.remove(misdeed)
                raise
            if answered is not None:
                self.misdeeds.remove(misdeed)
                return _unread(answered)
        self.contract.check_request(sent.method, str(request.url), sent.headers, request.content)
        answer = self._answer(sent)
        headers = HEADERS | answer.headers
        if answer.status >= LOWEST_ERROR:
            headers["Content-Type"] = "application/problem+json"
        made = httpx.Response(answer.status, json=answer.body, headers=headers)
        self.contract.check_answer(
            sent.method,
            sent.path,
            status=made.status_code,
            headers=made.headers,
            content=made.content,
        )
        return _unread(made)

    def problem(self, code: str) -> Answer:
        """Return the contract's answer with a code."""
        return Answer(self.contract.problem_codes()[code]["status"], self.contract.example(code))

    def _answer(self, sent: Sent) -> Answer:
        if sent.path == "/oauth/token":
            self.tokens += 1
            granted = {"access_token": f"t{self.tokens}", "token_type": "Bearer"}
            return Answer(200, {**granted, "expires_in": 3600, "scope": "claims.read"})
        if sent.headers.get("authorization") != f"Bearer t{self.tokens}":
            return self.problem("UNAUTHENTICATED")
        key = sent.headers.get("idempotency-key")
        return self._remembered(key, sent) if key else self._route(sent)

    def _remembered(self, key: str, sent: Sent) -> Answer:
        content = json.dumps([sent.method, sent.path, sent.body], sort_keys=True)
        if key in self._keys:
            known, answer = self._keys[key]
            if known != content:
                return self.problem("IDEMPOTENCY_CONFLICT")
            status = 200 if answer.status == 201 else answer.status
            return Answer(status, answer.body, {"Idempotency-Replayed": "true"})
        answer = self._route(sent)
        self._keys[key] = (content, answer)
        return answer

    def _route(self, sent: Sent) -> Answer:
        if sent.path in self.documents:
            return self.documents[sent.path]
        tail = sent.path.split("/", 5)[-1]
        routes: dict[str, Callable[[Sent], Answer]] = {
            "agreement": lambda _: Answer(200, self.agreement),
            "claims": self._find,
            "claims/batch": lambda sent: self._batch(sent, self._claim, "claim"),
            "payments/batch": lambda sent: self._batch(sent, self._payment, "payment"),
            "credits": lambda sent: self._credit(sent.body),
        }
        if tail in routes:
            return routes[tail](sent)
        if tail.endswith("/actions"):
            return self._act(tail.split("/")[1], sent.body)
        if tail.endswith("/reversal"):
            return self._reversal(unquote(tail.split("/")[1]), sent.body)
        return self.problem("NOT_FOUND")

    def _find(self, sent: Sent) -> Answer:
        found = self.claims.get(sent.query["claimReference"])
        items = [found] if found else []
        return Answer(200, {"items": items, "nextCursor": "cl.0", "hasMore": False})

    def _batch(self, sent: Sent, one: Callable[[Any], Answer], name: str) -> Answer:
        results = []
        for index, item in enumerate(sent.body["items"]):
            answer = one(item)
            part = "problem" if answer.status >= LOWEST_ERROR else name
            result = {"index": index, "status": answer.status, part: answer.body}
            result["claimReference"] = item["claimReference"]
            if name == "payment":
                result["paymentReference"] = item["paymentReference"]
            results.append(result)
        counts = {"created": 201, "replayed": 200, "conflicts": 409, "rejected": 422}
        summary = {
            told: sum(result["status"] == status for result in results)
            for told, status in counts.items()
        }
        return Answer(200, {"results": results, "summary": summary})

    def _taken(self, reference: str, item: Any, duplicate: str) -> Answer | None:
        if reference in self.refusals:
            return self.problem(self.refusals[reference])
        if reference in self._given and self._given[reference] != item:
            return self.problem(duplicate)
        return None

    def _claim(self, item: Any) -> Answer:
        reference = item["claimReference"]
        refused = self._taken(reference, item, "DUPLICATE_CLAIM_REFERENCE")
        if refused:
            return refused
        if reference in self.claims:
            return Answer(200, self.claims[reference])
        number = len(self.claims) + 1
        made = {**deepcopy(self.contract.example("ClaimCreated")), **deepcopy(item)}
        made |= {"claimId": f"clm_{number:08d}", "caseNumber": str(700000 + number)}
        owed = item["outstandingPrincipal"]
        made["balance"]["principal"] |= {"original": owed, "remaining": owed}
        self._given[reference], self.claims[reference] = item, made
        return Answer(201, made)

    def _payment(self, item: Any) -> Answer:
        reference = item["paymentReference"]
        refused = self._taken(reference, item, "DUPLICATE_PAYMENT_REFERENCE")
        if refused:
            return refused
        claim = self.claims.get(item["claimReference"])
        if claim is None:
            return self.problem("UNKNOWN_CLAIM_REFERENCE")
        if reference in self.payments:
            return Answer(200, self.payments[reference])
        left = Decimal(claim["balance"]["principal"]["remaining"])
        applied = min(left, Decimal(item["amount"]))
        claim["balance"]["principal"]["remaining"] = f"{left - applied:.2f}"
        made = {**deepcopy(self.contract.example("PaymentApplied")), **item}
        made |= {
            "appliedToPrincipal": f"{applied:.2f}",
            "unapplied": f"{Decimal(item['amount']) - applied:.2f}",
            "remainingPrincipal": f"{left - applied:.2f}",
            "claimId": claim["claimId"],
        }
        self._given[reference], self.payments[reference] = item, made
        return Answer(201, made)

    def _reversal(self, reference: str, body: Any) -> Answer:
        if reference in self.refusals:
            return self.problem(self.refusals[reference])
        payment = self.payments.get(reference)
        if payment is None:
            return self.problem("PAYMENT_NOT_FOUND")
        if payment["status"] == "REVERSED":
            return self.problem("ALREADY_REVERSED")
        payment["status"] = "REVERSED"
        told = ("paymentReference", "claimReference", "claimId", "amount", "currency")
        made = {name: payment[name] for name in told} | {"date": body["date"]}
        made |= {"reason": body["reason"], "restoredPrincipal": payment["appliedToPrincipal"]}
        made |= {"remainingPrincipal": payment["amount"], "claimStatus": "ACTIVE"}
        return Answer(201, {**made, "claimStage": "FOLLOW_UP", "registeredAt": AT})

    def _act(self, claim_id: str, body: Any) -> Answer:
        claim = next(one for one in self.claims.values() if one["claimId"] == claim_id)
        if claim["claimReference"] in self.refusals:
            return self.problem(self.refusals[claim["claimReference"]])
        if body["type"] not in claim["allowedActions"]:
            return self.problem("ACTION_NOT_ALLOWED")
        claim |= {"status": "PAUSED", "allowedActions": ["RESUME", "WITHDRAW", "COMMENT"]}
        made = {"actionId": "act_00000001", "type": body["type"], "acceptedAt": AT, "version": 2}
        told = ("claimId", "claimReference", "allowedActions")
        stage = {"claimStage": claim["stage"], "claimStatus": claim["status"]}
        return Answer(202, made | stage | {name: claim[name] for name in told})

    def _credit(self, item: Any) -> Answer:
        reference = item["creditReference"]
        refused = self._taken(reference, item, "DUPLICATE_CREDIT_REFERENCE")
        if refused:
            return refused
        if reference in self.credits:
            return Answer(200, self.credits[reference])
        claim = self.claims[item["claimReference"]]
        made = {**item, "claimId": claim["claimId"], "creditedPrincipal": item["amount"]}
        made |= {"voidedInterest": "0.00", "voidedFees": "0.00", "chargedToClient": "0.00"}
        made |= {"claimStatus": "CLOSED", "claimStage": "CLOSED", "registeredAt": AT}
        self._given[reference], self.credits[reference] = item, made
        return Answer(201, made)


def lost(request: httpx.Request, fake: EcpayFake, ending: str) -> httpx.Response | None:
    """Let ECPay do what was asked and lose its answer."""
    if not request.url.path.endswith(ending):
        return None
    fake._answer(_sent(request, request.content))
    raise httpx.ReadError("the connection was lost", request=request)


def once(status: int, ending: str, **more: Any) -> Misdeed:
    """Return a misdeed that answers one request to a path with an ending."""

    def answer(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(status, **more) if request.url.path.endswith(ending) else None

    return answer


def _unread(made: httpx.Response) -> httpx.Response:
    """Return a response as it comes from the network, with its body still to be read."""
    stream = httpx.ByteStream(made.content)
    return httpx.Response(made.status_code, headers=made.headers, stream=stream)


def _sent(request: httpx.Request, content: bytes) -> Sent:
    headers = {name.lower(): value for name, value in request.headers.items()}
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        body: Any = {name: values[0] for name, values in parse_qs(content.decode()).items()}
    else:
        body = json.loads(content) if content else None
    query = dict(parse_qsl(request.url.query.decode()))
    return Sent(request.method, request.url.path, query, headers, body)
