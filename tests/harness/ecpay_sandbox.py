"""A running ECPay stand-in whose every answer is held against the contract."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest

from services.sandbox.bootstrap import Sandbox
from services.sandbox.ecpay.creditor import Creditor
from services.sandbox.ecpay.terms import Terms
from services.sandbox.ecpay.world import DEFAULT_CLIENT, EcpayWorld
from tests.harness.openapi import OpenApi, ecpay_contract

HANDED_OVER = date(2026, 8, 18)
CLIENT_ID = "4711-ecpay"
COLLECTION = "/collection/v1"
REFERENCE = "tt:4711:inv:900123"


class EcpayApi:
    """Calls the stand-in as a client does; ``world`` arranges and looks behind it."""

    def __init__(self, sandbox: Sandbox, http: httpx.AsyncClient, contract: OpenApi) -> None:
        self.sandbox = sandbox
        self.world: EcpayWorld = sandbox.ecpay
        self.http = http
        self.contract = contract
        self.creditor: Creditor = self.world.make_creditor(Terms(CLIENT_ID, payout_days=0))
        self.token = ""
        self._keys = itertools.count(1)

    async def log_in(self, **form: str) -> httpx.Response:
        grant = {
            "grant_type": "client_credentials",
            "client_id": DEFAULT_CLIENT.client_id,
            "client_secret": DEFAULT_CLIENT.secret,
        }
        answer = await self.http.post("/oauth/token", data=grant | form)
        self.token = answer.json().get("access_token", "")
        return answer

    async def send(
        self, method: str, path: str, *, key: str | None = None, **how: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} | how.pop("headers", {})
        if key is not None:
            headers["Idempotency-Key"] = key
        url = f"{COLLECTION}/clients/{CLIENT_ID}{path}"
        return await self.http.request(method, url, headers=headers, **how)

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.send("GET", path, params=query)

    async def create(self, path: str, body: Any, key: str | None = None) -> httpx.Response:
        return await self.send("POST", path, json=body, key=key or self.key())

    async def put(self, path: str, body: Any, **headers: str) -> httpx.Response:
        return await self.send("PUT", path, json=body, headers=headers)

    async def hand_over(self, reference: str = REFERENCE, **changes: Any) -> httpx.Response:
        return await self.create("/claims", claim(claimReference=reference, **changes))

    async def pay(self, amount: str = "10000.00", **changes: Any) -> httpx.Response:
        return await self.create("/payments", payment(amount=amount, **changes))

    async def credit(self, **changes: Any) -> httpx.Response:
        return await self.create("/credits", credit(**changes))

    async def settle_one(self, amount: str = "full") -> str:
        self.world.debtor_pays(REFERENCE, amount)
        settlement = self.world.settle(CLIENT_ID)
        assert settlement is not None
        return f"/settlements/{settlement.settlement_id}"

    def pass_to(self, day: str) -> None:
        self.sandbox.day.advance_to(date.fromisoformat(day))

    def key(self) -> str:
        return f"key-{next(self._keys)}"

    async def check(self, answer: httpx.Response) -> None:
        """Hold an answer, and the request when it was accepted, against the contract."""
        request = answer.request
        path = request.url.path
        if path.startswith("/admin") or self.contract.operation(request.method, path) is None:
            return
        content = await answer.aread()
        self.contract.check_answer(
            request.method,
            path,
            status=answer.status_code,
            headers=answer.headers,
            content=content,
        )
        if answer.is_success:
            is_json = "json" in request.headers.get("Content-Type", "")
            sent = request.content if is_json else b""
            self.contract.check_request(request.method, str(request.url), request.headers, sent)


def claim(**changes: Any) -> dict[str, Any]:
    """Return the consumer claim of the contract's first worked example, changed."""
    return {**ecpay_contract().example("ClaimPerson"), **changes}


def debtor(**changes: Any) -> dict[str, Any]:
    """Return the debtor of that claim, changed."""
    return {**claim()["debtor"], **changes}


def payment(**changes: Any) -> dict[str, Any]:
    """Return a direct payment on that claim, valued on the day of hand-over, changed."""
    example = ecpay_contract().example("PaymentRequest")
    return {**example, "paymentDate": HANDED_OVER.isoformat(), **changes}


def credit(**changes: Any) -> dict[str, Any]:
    """Return a full credit of that claim, changed."""
    return {
        "creditReference": "tt:4711:credit:900555",
        "claimReference": REFERENCE,
        "creditNoteNumber": "10107",
        "date": HANDED_OVER.isoformat(),
        "amount": "10000.00",
        "currency": "NOK",
        "scope": "FULL",
        **changes,
    }


@pytest.fixture
async def ecpay_api() -> AsyncIterator[EcpayApi]:
    contract = ecpay_contract()
    async with (
        Sandbox(HANDED_OVER) as sandbox,
        httpx.AsyncClient(base_url=sandbox.ecpay_url) as http,
    ):
        api = EcpayApi(sandbox, http, contract)
        http.event_hooks["response"].append(api.check)
        await api.log_in()
        yield api
