"""Checklist 12: rate limit, injected faults, answers lost after the write."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from services.sandbox.bootstrap import Sandbox
from services.sandbox.tripletex.rules import Rules
from tests.harness.tripletex_sandbox import TODAY, TripletexApi


async def test_every_answer_tells_what_is_left(api: TripletexApi) -> None:
    answer = await api.get("/invoice/paymentType")

    assert answer.headers["X-Rate-Limit-Limit"] == "100"
    assert answer.headers["X-Rate-Limit-Remaining"] == "99"
    assert answer.headers["X-Rate-Limit-Reset"] == "1"


@pytest.fixture
async def narrow() -> AsyncIterator[TripletexApi]:
    """A stand-in that takes two calls an hour."""
    rules = Rules(calls_per_window=2, window_seconds=3600)
    async with (
        Sandbox(TODAY, rules=rules) as sandbox,
        httpx.AsyncClient(base_url=sandbox.tripletex_url) as http,
    ):
        api = TripletexApi(sandbox, http)
        await api.log_in()
        yield api


async def test_above_the_limit_every_call_is_429(narrow: TripletexApi) -> None:
    answers = [await narrow.get("/invoice/paymentType") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["X-Rate-Limit-Reset"] == "3600"


@pytest.mark.parametrize(
    ("fault", "status", "start"),
    [
        ({"kind": "error"}, 500, '{"status":500,"code":1000,"message":null'),
        ({"kind": "html", "status": 502}, 502, "<html>"),
        ({"kind": "empty"}, 500, ""),
        ({"kind": "rate-limit"}, 429, '{"status":429'),
        ({"kind": "bare-rate-limit"}, 429, ""),
        ({"kind": "delay", "seconds": 0.01}, 200, '{"fullResultSize"'),
    ],
)
async def test_a_fault_meets_the_next_call_only(
    api: TripletexApi, fault: dict[str, object], status: int, start: str
) -> None:
    await api.admin("POST", "/faults", fault)

    first = await api.get("/invoice/paymentType")
    second = await api.get("/invoice/paymentType")

    assert (first.status_code, second.status_code) == (status, 200)
    assert first.text.startswith(start)


async def test_a_fault_waits_for_its_path(api: TripletexApi) -> None:
    await api.admin("POST", "/faults", {"kind": "error", "path": "/ledger/*", "method": "POST"})

    answer = await api.get("/ledger/account")

    assert answer.status_code == 200


async def test_a_dropped_call_writes_nothing(api: TripletexApi) -> None:
    invoice = api.invoice()
    await api.admin("POST", "/faults", {"kind": "drop", "path": "/invoice/*/:payment"})

    with pytest.raises(httpx.RemoteProtocolError):
        await api.pay(invoice, "10000")

    assert invoice.outstanding == 1_000_000


async def test_a_lost_answer_has_written(api: TripletexApi) -> None:
    invoice = api.invoice()
    await api.admin("POST", "/faults", {"kind": "lost", "path": "/invoice/*/:payment"})

    with pytest.raises(httpx.RemoteProtocolError):
        await api.pay(invoice, "10000")

    assert invoice.outstanding == 0


async def test_faults_are_forgotten(api: TripletexApi) -> None:
    await api.admin("POST", "/faults", {"kind": "error", "calls": 5})
    await api.get("/invoice/paymentType")

    cleared = await api.admin("DELETE", "/faults")
    answer = await api.get("/invoice/paymentType")

    assert cleared.json() == {"met": 1}
    assert answer.status_code == 200


async def test_an_unknown_fault_is_refused(api: TripletexApi) -> None:
    answer = await api.admin("POST", "/faults", {"kind": "earthquake"})

    assert answer.status_code == 400


async def test_a_missing_entitlement_closes_one_path(api: TripletexApi) -> None:
    fault = {"kind": "error", "status": 403, "code": 9000, "path": "/ledger/posting/openPost"}
    await api.admin("POST", "/faults", fault)

    answer = await api.get("/ledger/posting/openPost", date="2026-11-03")

    assert (answer.status_code, answer.json()["code"]) == (403, 9000)
